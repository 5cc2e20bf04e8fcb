import assert from "node:assert/strict";
import { parseConfig, recipeNames } from "../../runs/mod.ts";
import { recipesFrame } from "./study_frames.ts";

const { recipes } = parseConfig(
  JSON.stringify({
    name: "all",
    model: { id: "tiny", source: "path", path: "tiny" },
    spider: { path: "spider_db/sample" },
    mmlu: { path: "mmlu_db/sample" },
    training: { heldOutDatabases: 2, recipes: recipeNames() },
  }),
  { path: "test" },
).training;

Deno.test("recipesFrame() says what recipes set beside the common settings, in a column of its own", () => {
  const rows = recipesFrame(recipes, recipes.map(() => 1)).toRecords();
  const also = Object.fromEntries(rows.map((row) => [row["recipe"], row["also"]]));
  const outside = "outside the assignment's train split only";
  assert.deepEqual(also, {
    "all_linear_1e-3": "",
    "all_linear_2e-4": "",
    "assignment_1e-4": "",
    "assignment_2e-4": "",
    dora: "DoRA",
    early_stopped: "12 checkpoints, stops after 2 without a lower held-out loss",
    kl: `weight of the divergence 0.1, ${outside}`,
    kl_10: `weight of the divergence 10, ${outside}`,
    rank64_rslora: "rsLoRA",
    replay_10: `10 % replay, ${outside}`,
    replay_5: `5 % replay, ${outside}`,
  });
});

Deno.test("recipesFrame() has no such column where no recipe sets anything of the kind", () => {
  const plain = recipes.filter(({ name }) => name.startsWith("assignment"));
  const [row] = recipesFrame(plain, plain.map(() => 1)).toRecords();
  assert.ok(!Object.keys(row!).includes("also"));
});

Deno.test("recipesFrame() shows of an adapter from elsewhere what it is itself", () => {
  const replay = recipes.find(({ name }) => name === "replay_5")!;
  const adapter = {
    trained: "elsewhere" as const,
    rank: 8,
    alpha: 16,
    dropout: null,
    targetModules: ["q_proj"],
    learningRate: null,
    rsLora: false,
    dora: true,
  };
  const [row] = recipesFrame([replay], [1], { replay_5: adapter }).toRecords();
  assert.equal(row!["also"], "DoRA");
});
