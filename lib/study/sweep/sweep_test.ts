import assert from "node:assert/strict";
import {
  parseConfig,
  type SeedPair,
  type StudyConfig,
  type StudyFindings,
  type SweepPlan,
} from "../../runs/mod.ts";
import { scoreEvidence, splitHalves, verdict } from "../../stats/mod.ts";
import type { MmluAnswer } from "../answers/letters.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { NO_ANSWERS } from "../measures/measures.ts";
import { compareVariants } from "../numbers/compare_variants.ts";
import type { SqlVerdict } from "../answers/judge_samples.ts";
import { studyFindings, tolerancesOf } from "./study_findings.ts";
import { keepPlan, sweepPlan } from "./sweep_plan.ts";
import { plainVariants, sweepVariants, trainings } from "./sweep_variants.ts";

function config(extra: Readonly<Record<string, unknown>> = {}): StudyConfig {
  return parseConfig(
    JSON.stringify({
      name: "sweep",
      model: { id: "m", source: "path", path: "models/m" },
      spider: { path: "spider_db/sample" },
      mmlu: { path: "mmlu_db/sample" },
      training: {
        recipes: [
          { name: "qv", learningRate: 2e-4 },
          { name: "kl", learningRate: 2e-4, klWeight: 1 },
        ],
      },
      sweep: { scales: [0.5, 1], checkpoints: 2, seeds: { qv: 3 } },
      adapters: [{ name: "mine", adapter: "adapters/mine" }],
      models: [{ name: "merged", path: "models/merged" }],
      ...extra,
    }),
    { path: "the test" },
  );
}

Deno.test("sweepVariants() gives every variant a name of its own and every path its scales", () => {
  const variants = sweepVariants(config());
  assert.deepEqual(variants.map(({ name }) => name), [
    "qv@0.5",
    "qv",
    "qv/1of2@0.5",
    "qv/1of2",
    "qv#43",
    "qv#44",
    "kl@0.5",
    "kl",
    "kl/1of2@0.5",
    "kl/1of2",
    "mine@0.5",
    "mine",
    "merged",
  ]);
  assert.deepEqual(plainVariants(variants).map(({ name }) => name), ["qv", "kl", "mine", "merged"]);
  assert.equal(new Set(variants.map(({ name }) => name)).size, variants.length);
  const outside = variants.filter(({ origin }) => origin.outsideTrainSplit).map((v) => v.name);
  assert.deepEqual(outside, ["kl@0.5", "kl", "kl/1of2@0.5", "kl/1of2"]);
});

Deno.test("trainings() differ in seed and folder, and save the checkpoints of the sweep", () => {
  const all = trainings(config());
  assert.deepEqual(all.map(({ name, seed }) => [name, seed]), [
    ["qv", 42],
    ["qv#43", 43],
    ["qv#44", 44],
    ["kl", 42],
  ]);
  assert.deepEqual(all.map(({ recipe }) => recipe.checkpoints), [2, 2, 2, 2]);
  const [one] = trainings(config({ sweep: {} }));
  assert.equal(one!.recipe.checkpoints, undefined);
});

Deno.test("sweepPlan() halves the databases and names paths, primary claims and the n of delta", () => {
  const study = config({ sweep: { scales: [0.5, 1], delta: 0.03 } });
  const databases = ["a", "b", "c", "d", "e", "f", "a"];
  const plan = sweepPlan(study, sweepVariants(study), { databases, written: "2026-01-01" });
  assert.deepEqual(plan.paths, [
    { name: "qv", variants: ["qv@0.5", "qv"] },
    { name: "kl", variants: ["kl@0.5", "kl"] },
    { name: "mine", variants: ["mine@0.5", "mine"] },
    { name: "merged", variants: ["merged"] },
  ]);
  assert.deepEqual(plan.halves, splitHalves(["a", "b", "c", "d", "e", "f"], 42));
  assert.deepEqual(plan.primary, ["qv", "kl", "mine", "merged"]);
  // (z(1 - 0.05 / 4) + z(0.8))^2 0.15 / 0.03^2 = (2.2414 + 0.8416)^2 * 166.67
  const need = plan.needs.find((n) => n.flipShare === 0.15 && n.designEffect === 1)!;
  assert.equal(need.items, 1585);
});

Deno.test("keepPlan() keeps the first plan with its time, and refuses another one", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const study = config();
    const at = (written: string, databases = ["a", "b"]): ReturnType<typeof sweepPlan> =>
      sweepPlan(study, sweepVariants(study), { databases, written });
    const first = keepPlan(`${dir}/plan.json`, at("2026-01-01T00:00:00Z"));
    const again = keepPlan(`${dir}/plan.json`, at("2026-02-02T00:00:00Z"));
    assert.equal(again.written, "2026-01-01T00:00:00Z");
    assert.deepEqual(again, first);
    assert.throws(() => keepPlan(`${dir}/plan.json`, at("2026-02-02", ["a", "c"])), {
      name: "UsageError",
      message: /the plan that was written on 2026-01-01T00:00:00Z is another one/,
    });
    Deno.writeTextFileSync(`${dir}/plan.json`, "{}");
    assert.throws(() => keepPlan(`${dir}/plan.json`, first), /plan.json: "written" must be a text/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

/** Answers to 200 questions on 10 databases, 600 items of 12 subjects and 40 passages of 20 topics. */
function answers(
  name: string,
  origin: VariantAnswers["origin"],
  { sql, mmlu, nats }: {
    readonly sql: (i: number) => boolean;
    readonly mmlu: (i: number) => boolean;
    readonly nats: (i: number) => number;
  },
): VariantAnswers {
  const verdicts = Array.from({ length: 200 }, (_, i): SqlVerdict => ({
    id: `dev-${i}`,
    dbId: `db${i % 10}`,
    variant: name,
    hardness: "easy",
    finishReason: "stop",
    status: sql(i) ? "match" : "mismatch",
    official: sql(i),
    assignment: sql(i),
    strict: sql(i),
    sql: "",
    elapsedMs: 0,
  }));
  const letters = Array.from({ length: 600 }, (_, i): MmluAnswer => ({
    id: `q-${i}`,
    subject: `s${i % 12}`,
    category: "STEM",
    answer: i % 4,
    chosen: mmlu(i) ? i % 4 : (i + 1) % 4,
    correct: mmlu(i),
    logProbs: [0, 1, 2, 3].map((l) => l === (mmlu(i) ? i % 4 : (i + 1) % 4) ? -0.5 : -2),
  }));
  const prose = Array.from({ length: 40 }, (_, i) => ({
    id: `p${i}`,
    kind: i % 2 ? "code" : "narrative",
    topic: `t${i % 20}`,
    tokens: 100,
    nats: 200 + nats(i),
  }));
  return { ...NO_ANSWERS, name, origin, verdicts, letters, prose };
}

const NOTHING = {
  sql: (i: number) => i % 3 === 0,
  mmlu: (i: number) => i % 2 === 0,
  nats: () => 0,
};

/** Right on 60 % more; forgets an item in 14 at full scale, one in 100 at half. */
function tuned(name: string, origin: VariantAnswers["origin"], forgets: number): VariantAnswers {
  return answers(name, origin, {
    sql: (i) => i % 3 === 0 || i % 7 < 4,
    mmlu: (i) => i % 2 === 0 && i % forgets !== 0,
    nats: (i) => (600 + 10 * (i % 5)) / forgets,
  });
}

const BASE = answers("base", { source: "base" }, NOTHING);

function planOf(study: StudyConfig): SweepPlan {
  return sweepPlan(study, sweepVariants(study), {
    databases: BASE.verdicts.map(({ dbId }) => dbId),
    written: "2026-01-01",
  });
}

/** What a study finds of variants, each compared with the base model. */
function findingsOf(plan: SweepPlan, variants: readonly VariantAnswers[]): StudyFindings {
  return studyFindings(
    plan,
    BASE,
    variants.map((answers) => ({
      answers,
      versusBase: compareVariants(BASE, answers, tolerancesOf(plan)),
    })),
  );
}

Deno.test("studyFindings() recommends the largest scale that loses less than delta, once confirmed", () => {
  const study = config({
    training: { recipes: [{ name: "qv", learningRate: 2e-4 }] },
    adapters: [],
    models: [],
    sweep: { scales: [0.5, 1], seeds: { qv: 5 }, delta: 0.03 },
  });
  const plan = planOf(study);
  const variants = sweepVariants(study).map(({ name, origin }) =>
    tuned(name, origin, origin.scale === 0.5 ? 100 : 7)
  );
  const findings = findingsOf(plan, variants);
  const { recommendation, claims, seeds, pairs, proseAndMmlu } = findings;
  assert.equal(recommendation!.outcome, "recommended");
  assert.equal(recommendation!.chosen, "qv@0.5");
  assert.deepEqual(recommendation!.paths[0]!.steps.map(({ passed }) => passed), [true, false]);
  // the gain is of the confirm half alone, as a brute-force reading of it says
  const confirm = new Set(plan.halves.confirm);
  const half = (all: VariantAnswers): SqlVerdict[] =>
    all.verdicts.filter(({ dbId }) => confirm.has(dbId));
  const chosen = variants.find(({ name }) => name === "qv@0.5")!;
  const expected = verdict(scoreEvidence(
    half(BASE).map(({ official }) => official),
    half(chosen).map(({ official }) => official),
    { clusters: half(BASE).map(({ dbId }) => dbId) },
  ));
  assert.deepEqual(recommendation!.gain, expected);

  assert.deepEqual(claims.map(({ variant, gauge }) => [variant, gauge]), [
    ["qv", "sql"],
    ["qv", "mmlu"],
  ]);
  assert.equal(claims[1]!.outcome, "loss");
  assert.deepEqual(pairs, []);
  assert.deepEqual(seeds.map(({ recipe, seeds }) => [recipe, seeds]), [
    ["qv", [42, 43, 44, 45, 46]],
  ]);
  const { sql, prose } = seeds[0]!.changes;
  assert.equal(sql!.speaksOfRecipe, true);
  const right = chosen.verdicts.filter(({ official }) => official).length;
  assert.ok(Math.abs(sql!.mean - (right - 67) / 200) < 1e-12);
  assert.equal(prose!.evidence.better, "lower");
  assert.equal(prose!.verdict.outcome, "loss");
  assert.equal(proseAndMmlu!.n, 6);
  assert.ok(proseAndMmlu!.pearson.r < -0.9);
});

Deno.test("studyFindings() pairs the seeds of recipes: seed with seed, those alone that both have", () => {
  const rates = { qv: 2e-4, all: 2e-4, one: 2e-4 };
  const study = config({
    training: {
      recipes: Object.entries(rates).map(([name, learningRate]) => ({ name, learningRate })),
    },
    adapters: [],
    models: [],
    sweep: { scales: [1], seeds: { qv: 5, all: 6, one: 1 } },
  });
  const plan = planOf(study);
  // a seed that was answered in another order, and one that only one recipe has
  const variants = sweepVariants(study).map(({ name, origin }) =>
    answers(name, origin, {
      sql: (i) => i % (2 + origin.seed! % 5) === 0,
      mmlu: (i) => i % (origin.source === "all" ? 9 + origin.seed! % 3 : 2) === 0,
      nats: (i) => origin.source === "all" ? i + origin.seed! : 2 * i,
    })
  );
  const { seedPairs } = findingsOf(plan, variants.toReversed());
  assert.deepEqual(seedPairs!.map(({ recipe, against }) => [recipe, against]), [["qv", "all"]]);
  const [{ seeds, changes, adjustedP }] = seedPairs! as [SeedPair];
  assert.deepEqual(seeds.toSorted(), [42, 43, 44, 45, 46]);
  const { sql, mmlu, prose } = changes;
  // each seed answers the same with both recipes: unpaired, the seeds would differ by far
  assert.equal(sql!.mean, 0);
  assert.equal(sql!.meanSquares.seed, 0);
  const share = (every: number): number => Math.ceil(600 / every) / 600;
  const lost = seeds.map((seed) => share(2) - share(9 + seed % 3));
  assert.ok(Math.abs(mmlu!.mean - lost.reduce((sum, one) => sum + one) / 5) < 1e-12);
  assert.equal(mmlu!.verdict.outcome, "gain");
  const nats = seeds.map((seed) => (19.5 - seed) / 100);
  assert.ok(Math.abs(prose!.mean - nats.reduce((sum, one) => sum + one) / 5) < 1e-12);
  assert.equal(prose!.evidence.better, "lower");
  // one pair: Holm leaves its p-values as they are
  assert.deepEqual(adjustedP, {
    sql: sql!.verdict.pValue,
    mmlu: mmlu!.verdict.pValue,
    prose: prose!.verdict.pValue,
  });
});

Deno.test("studyFindings() pairs the seeds of recipes whose answers lie in another order for each", () => {
  const study = config({
    training: { recipes: ["qv", "all"].map((name) => ({ name, learningRate: 2e-4 })) },
    adapters: [],
    models: [],
    sweep: { scales: [1], seeds: { qv: 3, all: 3 } },
  });
  const plan = planOf(study);
  const variants = sweepVariants(study).map(({ name, origin }) =>
    answers(name, origin, {
      sql: (i) => i * (origin.seed! - 38) % (origin.source === "all" ? 5 : 7) < 3,
      mmlu: (i) => i * origin.seed! % (origin.source === "all" ? 11 : 13) < 8,
      nats: (i) => i * origin.seed! % (origin.source === "all" ? 17 : 19),
    })
  );
  const turned = variants.map((own) =>
    own.origin.seed === 42 ? own : {
      ...own,
      verdicts: own.verdicts.toReversed(),
      letters: own.letters.toReversed(),
      prose: own.prose.toReversed(),
    }
  );
  const [inOrder, inAnother] = [variants, turned].map((all) => findingsOf(plan, all));
  assert.equal(inOrder!.seedPairs!.length, 1);
  assert.deepEqual(inAnother!.seedPairs, inOrder!.seedPairs);
  assert.deepEqual(inAnother!.seeds, inOrder!.seeds);
});

Deno.test("studyFindings() compares recipes with each other, and has none to recommend without a path", () => {
  const study = config({ adapters: [], models: [], sweep: { gauge: "prose", delta: 0.01 } });
  const plan = planOf(study);
  const variants = sweepVariants(study).map(({ name, origin }) =>
    tuned(name, origin, name === "qv" ? 7 : 100)
  );
  const { pairs, claims, recommendation } = findingsOf(plan, variants);
  assert.deepEqual(pairs.map(({ first, second }) => [first, second]), [["qv", "kl"]]);
  const { comparison: { mmlu, prose }, adjustedP } = pairs[0]!;
  assert.equal(mmlu!.overall.verdict.outcome, "gain");
  assert.equal(prose!.overall.verdict.outcome, "gain");
  assert.deepEqual(Object.keys(adjustedP), ["sql", "mmlu", "prose"]);
  assert.deepEqual(claims.map(({ gauge }) => gauge), [
    "sql",
    "mmlu",
    "prose",
    "sql",
    "mmlu",
    "prose",
  ]);
  assert.equal(recommendation!.outcome, "none_passed");
  assert.deepEqual(findingsOf({ ...plan, paths: [] }, variants).recommendation, undefined);
});
