import assert from "node:assert/strict";
import { brokenRules, brokenRulesOfHouse, importCircles } from "./check_rooms.ts";

function why(file: string, path: string): string | undefined {
  return brokenRules(file, `import { x } from "${path}";\n`)[0]?.why;
}

Deno.test("no import of lib breaks a rule of the house", () => {
  assert.deepEqual(brokenRulesOfHouse(), []);
});

Deno.test("brokenRules() lets a room take the doors of rooms below it, and its own files", () => {
  assert.equal(why("lib/study/a.ts", "../engine/mod.ts"), undefined);
  assert.equal(why("lib/cli/commands/a.ts", "../../study/mod.ts"), undefined);
  assert.equal(why("lib/cli/commands/a.ts", "../../sql/light.ts"), undefined);
  assert.equal(why("lib/sql/execute/a.ts", "../verdict.ts"), undefined);
  assert.equal(why("lib/engine/cpu/a.ts", "../graph/mod.ts"), undefined);
  assert.equal(why("lib/engine/cuda/a.ts", "../engine.ts"), undefined);
});

Deno.test("brokenRules() names a room above, a side door, and a room that is not known", () => {
  assert.match(why("lib/sql/a.ts", "../study/mod.ts")!, /"study" lies above "sql"/);
  assert.match(why("lib/study/a.ts", "../engine/cpu/cpu_engine.ts")!, /by its door/);
  assert.match(why("lib/engine/graph/a.ts", "../cpu/mod.ts")!, /"cpu" lies above "graph"/);
  assert.match(why("lib/study/a.ts", "../attic/mod.ts")!, /"attic" is no room/);
});

Deno.test("brokenRules() names devices that know each other and help for tests in the product", () => {
  assert.match(why("lib/engine/cuda/a.ts", "../cpu/mod.ts")!, /devices do not know each other/);
  assert.match(why("lib/study/a.ts", "./testing/mini_study.ts")!, /help for tests/);
  assert.equal(why("lib/study/a_test.ts", "./testing/mini_study.ts"), undefined);
});

Deno.test("brokenRules() sees imports of several lines and what is exported again", () => {
  const text = 'import {\n  a,\n  type B,\n} from "../study/mod.ts";\n' +
    'export { c } from "../cli/main.ts";\nexport type { D } from "./d.ts";\n';
  assert.equal(brokenRules("lib/sql/a.ts", text).length, 2);
});

Deno.test("brokenRules() sees what is imported while the program runs", () => {
  const text = 'const load = async () => (await import("../study/mod.ts")).openStudy;\n';
  assert.equal(brokenRules("lib/sql/a.ts", text).length, 1);
  assert.deepEqual(brokenRules("lib/cli/a.ts", text), []);
  const broken = text.replace("import(", "import(\n  ");
  assert.equal(brokenRules("lib/sql/a.ts", broken).length, 1);
});

Deno.test("importCircles() names the way back to a file, over types and what is imported later", () => {
  const texts = new Map([
    ["lib/a/start.ts", 'import { b } from "./b.ts";\n'],
    ["lib/a/b.ts", 'import type { C } from "./c.ts";\n'],
    ["lib/a/c.ts", 'export const load = () => import("./b.ts");\nexport { d } from "./d.ts";\n'],
    ["lib/a/d.ts", ""],
    ["lib/a/d_test.ts", 'import { d } from "./d_test.ts";\n'],
  ]);
  assert.deepEqual(importCircles(texts), [["lib/a/b.ts", "lib/a/c.ts"]]);
  texts.set("lib/a/c.ts", 'export { d } from "./d.ts";\n');
  assert.deepEqual(importCircles(texts), []);
});
