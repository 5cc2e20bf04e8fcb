import assert from "node:assert/strict";
import { join } from "node:path";
import { refusal } from "../../ground/testing/refusal.ts";
import { parseConfig, recipeNames, type StudyConfig } from "../mod.ts";
import { withNamedRecipes } from "./named_recipes.ts";

/** The recipes that ship: those of the assignment, and those that others are compared with. */
const SHIPPED = [
  "all_linear_1e-3",
  "all_linear_2e-4",
  "assignment_1e-4",
  "assignment_2e-4",
  "dora",
  "early_stopped",
  "kl",
  "kl_10",
  "rank64_rslora",
  "replay_10",
  "replay_5",
];

function parse(training: unknown, spider: Readonly<Record<string, unknown>> = {}): StudyConfig {
  const config = {
    name: "tiny",
    model: { id: "tiny", source: "path", path: "tiny" },
    spider: { path: "spider_db/sample", ...spider },
    mmlu: { path: "mmlu_db/sample" },
    training,
  };
  return parseConfig(JSON.stringify(config), { path: "config/x.json" });
}

Deno.test("recipeNames() lists the recipes that ship, and each may be named by a study", () => {
  assert.deepEqual(recipeNames(), SHIPPED);
  const { recipes } = parse({ recipes: SHIPPED, heldOutDatabases: 0.1 }).training;
  assert.deepEqual(recipes.map(({ name }) => name), SHIPPED);
  const named = (name: string): StudyConfig["training"]["recipes"][number] =>
    recipes.find((recipe) => recipe.name === name)!;
  for (const [name, rate] of [["assignment_2e-4", 2e-4], ["assignment_1e-4", 1e-4]] as const) {
    const { learningRate, rank, alpha, dropout, targetModules } = named(name);
    assert.deepEqual(
      { learningRate, rank, alpha, dropout, targetModules },
      {
        learningRate: rate,
        rank: 16,
        alpha: 32,
        dropout: 0.05,
        targetModules: ["q_proj", "v_proj"],
      },
    );
  }
  assert.equal(named("rank64_rslora").useRslora, true);
  assert.equal(named("dora").useDora, true);
  assert.deepEqual([named("replay_5").replayShare, named("replay_10").replayShare], [0.05, 0.1]);
  assert.ok(named("kl").klWeight! > 0);
  assert.ok(named("early_stopped").earlyStopping!.patience > 0);
});

Deno.test("parseConfig() takes names and recipes side by side", () => {
  const own = { name: "own", learningRate: 1e-3, replayShare: 0.2 };
  const { recipes } = parse({ recipes: ["dora", own] }).training;
  assert.deepEqual(recipes.map(({ name }) => name), ["dora", "own"]);
  assert.equal(recipes[1]?.replayShare, 0.2);
});

Deno.test("parseConfig() names the nearest recipe where there is none of the name", () => {
  assert.match(
    refusal(() => parse({ recipes: ["dora", "asignment_2e-4"] })),
    /^Cannot use config\/x\.json: "training\.recipes\[1\]" must be a recipe or the name of one in config\/recipes: current value is "asignment_2e-4" \(did you mean "assignment_2e-4"\?\)$/,
  );
  assert.match(refusal(() => parse({ recipes: ["../sample"] })), /\(there are all_linear_1e-3, /);
});

Deno.test("parseConfig() refuses a recipe that is named twice", () => {
  assert.match(refusal(() => parse({ recipes: ["dora", "dora"] })), /recipes\[1\]\.name" must be/);
});

Deno.test("withNamedRecipes() blames the recipe's own file for what is wrong in it", () => {
  const dir = Deno.makeTempDirSync({ prefix: "recipes_" });
  try {
    Deno.writeTextFileSync(join(dir, "bad.json"), '{ "learningRate": 1e-3, "rnk": 8 }');
    Deno.writeTextFileSync(join(dir, "none.json"), "[]");
    const study = (name: string): unknown => ({ training: { recipes: [name] } });
    const path = "config/x.json";
    assert.match(
      refusal(() => withNamedRecipes(study("bad"), { path, dir })),
      /bad\.json: unknown key "rnk": did you mean "rank"\?$/,
    );
    assert.match(
      refusal(() => withNamedRecipes(study("none"), { path, dir })),
      /none\.json: the whole must be an object$/,
    );
    assert.deepEqual(withNamedRecipes({ training: 3 }, { path, dir }), { training: 3 });
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

const OWN = { name: "own", learningRate: 1e-3 };

Deno.test("parseConfig() leaves keys of training data out where the file does", () => {
  const { spider, training } = parse({ recipes: [OWN] });
  assert.ok(!("schema" in spider) && !("prompt" in training) && !("heldOutDatabases" in training));
  assert.deepEqual(parse({ recipes: [OWN] }, { schema: { cellValues: 2 } }).spider.schema, {
    foreignKeys: true,
    cellValues: 2,
  });
});

for (
  const [what, training, message, spider = {}] of [
    ["too many cell values", { recipes: [OWN] }, /schema\.cellValues" must be .* 0 to 5/, {
      schema: { cellValues: 6 },
    }],
    ["another prompt", { recipes: [OWN], prompt: "few_shot" }, /did you mean "few-shot"/],
    [
      "shots to train with where none are asked with",
      { recipes: [OWN], prompt: "mixed" },
      /"training\.prompt" must be "zero-shot" with spider\.shots 0/,
      { shots: 0 },
    ],
    [
      "one and a half databases",
      { recipes: [OWN], heldOutDatabases: 1.5 },
      /"training\.heldOutDatabases" must be a number of databases, or a share of them below 1/,
    ],
    [
      "early stopping on nothing",
      { recipes: [{ ...OWN, earlyStopping: { patience: 2 } }] },
      /recipes\[0\]\.earlyStopping" must be left out without training\.heldOutDatabases/,
    ],
    ["more replay than half", { recipes: [{ ...OWN, replayShare: 0.6 }] }, /replayShare" must be/],
  ] as [string, unknown, RegExp, Record<string, unknown>?][]
) {
  Deno.test(`parseConfig() refuses ${what}`, () => {
    assert.match(refusal(() => parse(training, spider)), message);
  });
}
