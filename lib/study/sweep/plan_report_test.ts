import assert from "node:assert/strict";
import { SILENT } from "../../ground/mod.ts";
import { openStudy } from "../open_study.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { planReport, tookLine } from "./plan_report.ts";

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

Deno.test("tookLine() says the time to the second, and what of the study it is of", () => {
  const cost = { seconds: { variant: 20, training: 30, all: 72 } };
  const took = (seconds: number, wentOn = false): string => tookLine(cost, { seconds, wentOn });
  const plan = "planned were about 72 s of one device";
  assert.equal(took(42.4), `took 42 s; ${plan}`);
  assert.equal(took(187.2), `took 3 min 7 s; ${plan}`);
  assert.equal(took(119.7), `took 2 min 0 s; ${plan}`);
  assert.equal(took(4330), `took 1 h 12 min; ${plan}`);
  assert.equal(took(15, true), `took 15 s for what was not stored yet; ${plan} for all of it`);
});
