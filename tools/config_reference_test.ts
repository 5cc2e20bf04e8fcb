import assert from "node:assert/strict";
import { REPOSITORY_ROOT } from "../lib/ground/mod.ts";
import { CONFIG_REFERENCE, configReference } from "./config_reference.ts";

Deno.test("configReference() is what docs/config.md says: deno run -A tools/config_reference.ts", async () => {
  assert.equal(Deno.readTextFileSync(CONFIG_REFERENCE), await configReference());
});

Deno.test("configReference() has each key with its bounds, its default and its doc comment", async () => {
  const text = await configReference();
  const recipe = text.split("## `training.recipes[]`")[1]!.split("\n## ")[0]!;
  const cells = (key: string): string[] =>
    recipe.split("\n").find((line) => line.startsWith(`| \`${key}\``))!
      .split(" | ").slice(1).map((cell) => cell.replace(/ *\|?$/, ""));
  assert.deepEqual(cells("rank"), ["an integer from 1 to 1024", "`16`", "LoRA's rank."]);
  assert.deepEqual(cells("learningRate").slice(0, 2), ["a number > 0 and <= 1", "needed"]);
  assert.equal(cells("maxTokens")[1], "nothing");
});

Deno.test("configReference() names every file of config/", async () => {
  const text = await configReference();
  const files = [...Deno.readDirSync(`${REPOSITORY_ROOT}/config`)].map(({ name }) => name)
    .filter((name) => name.endsWith(".json"));
  assert.deepEqual(files.filter((name) => !text.includes(`\`${name}\``)), []);
});
