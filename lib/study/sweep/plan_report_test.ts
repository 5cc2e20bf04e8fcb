import assert from "node:assert/strict";
import { SILENT } from "../../ground/mod.ts";
import { openStudy } from "../open_study.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { costLines, planReport, tookLine } from "./plan_report.ts";

Deno.test("planReport() says what is asked of so few examples that chance hides much", async () => {
  using study = await writeMiniStudy();
  const opened = await openStudy(study.config, {
    out: study.out,
    planOnly: true,
    progress: SILENT,
  });
  assert.match(
    await planReport(opened),
    /\n- 3 text-to-SQL prompts and 3 multiple-choice questions: so few that only a large.*\n- 2 passages on 2 topics: too few to say .*, which takes 4 topics\n/,
  );
});

Deno.test("planReport() says before any training which recipes have but few general records", async () => {
  using study = await writeMiniStudy();
  const recipe = study.config.training.recipes[0]!;
  const recipes = [
    recipe,
    { ...recipe, name: "kl", klWeight: 10 },
    { ...recipe, name: "replay", replayShare: 0.95 },
  ];
  const opened = await openStudy({
    ...study.config,
    training: { ...study.config.training, recipes },
  }, {
    out: study.out,
    planOnly: true,
    progress: SILENT,
  });
  const plan = await planReport(opened);
  assert.match(plan, /\n- The 1 general record of an epoch of "kl" is all that its share .*\n/);
  assert.equal(plan.split("general record").length, 3, plan);
});

Deno.test("tookLine() says the time to the second, and what of the study it is of", () => {
  const cost = { seconds: { variant: 20, general: 0, training: 30, all: 72 } };
  const took = (seconds: number, wentOn = false): string => tookLine(cost, { seconds, wentOn });
  const plan = "planned were about 72 s of one device";
  assert.equal(took(42.4), `took 42 s; ${plan}`);
  assert.equal(took(187.2), `took 3 min 7 s; ${plan}`);
  assert.equal(took(119.7), `took 2 min 0 s; ${plan}`);
  assert.equal(took(4330), `took 1 h 12 min; ${plan}`);
  assert.equal(took(15, true), `took 15 s for what was not stored yet; ${plan} for all of it`);
});

Deno.test("costLines() says nothing of what is not asked, and of no training where there is none", () => {
  const cost = {
    variants: 2,
    asked: { sql: 0, mmlu: 0, prose: 4 },
    distinct: { sql: 0, mmlu: 0, prose: 4 },
    generalPrompts: 0,
    generalRecords: {},
    seconds: { all: 14, variant: 7, general: 0, training: 0 },
    readTokens: 900,
    writtenTokens: 0,
    parameters: 1e8,
    trainingTokens: {},
    trainingSeconds: {},
    weightsGb: 0.5,
  };
  assert.deepEqual(costLines(cost), [
    "2 variants, the base model among them: 4 passages each",
    "about 14 s of one device if nothing is stored yet (7 s a variant); 0.5 GB of weights",
  ]);
  const seconds = { all: 20, variant: 7, general: 0, training: 6 };
  const trained = costLines({
    ...cost,
    asked: { sql: 1, mmlu: 3, prose: 0 },
    seconds,
    trainingTokens: { qv: 90 },
  });
  assert.match(trained[0]!, /: 1 text-to-SQL prompt and 3 multiple-choice questions each$/);
  assert.match(trained.at(-1)!, / \(7 s a variant, 6 s of training\); /);
  const penalised = costLines({
    ...cost,
    generalPrompts: 176,
    seconds: { ...seconds, general: 200 },
  });
  assert.match(
    penalised.at(-1)!,
    / \(7 s a variant, 3 min for the base model's answers to 176 general prompts\); /,
  );
});
