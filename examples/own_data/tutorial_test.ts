import assert from "node:assert/strict";
import { COMMANDS } from "../../lib/cli/main.ts";
import { parseCsvItems, parseJsonItems } from "../../lib/mmlu/mod.ts";
import { parseConfig } from "../../lib/runs/mod.ts";
import { existsSync } from "node:fs";
import { REPOSITORY_ROOT } from "../../lib/ground/mod.ts";

const TUTORIAL = Deno.readTextFileSync(`${REPOSITORY_ROOT}/docs/tutorial_own_data.md`);

/** The blocks of code in one language. */
function blocks(language: string): string[] {
  const found = TUTORIAL.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"));
  return [...found].map(([, text]) => text!);
}

Deno.test("The tutorial's commands have the flags that it gives them, and its files are there", () => {
  const lines = blocks("sh").join("").replaceAll("\\\n", " ").split("\n")
    .filter((line) => line.startsWith("deno task lab "));
  assert.ok(lines.length >= 4);
  for (const line of lines) {
    const [name, ...words] = line.slice("deno task lab ".length).split(" ").filter(Boolean);
    const command = COMMANDS.find((one) => one.name === name);
    assert.ok(command, line);
    for (const word of words.filter((one) => one.startsWith("--"))) {
      assert.ok(word.slice(2) in command.flags, `${name} ${word}`);
    }
  }
  for (const [path] of TUTORIAL.matchAll(/\bexamples\/own_data[\w./]*\w/g)) {
    assert.ok(existsSync(`${REPOSITORY_ROOT}/${path}`), path);
  }
});

Deno.test("The tutorial's examples of files are read, and its config is one", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const [questions, items] = blocks("jsonl");
  for (const line of questions!.trim().split("\n")) {
    const keys = Object.keys(JSON.parse(line));
    assert.ok(keys.every((key) => ["question", "sql", "evidence"].includes(key)), line);
  }
  assert.equal(parseJsonItems(bytes(items!), "items.jsonl").length, 1);
  const csv = parseCsvItems(bytes(blocks("csv")[0]!), "items.csv");
  assert.deepEqual(csv.map(({ choices }) => choices.length), [5, 2]);
  const config = parseConfig(blocks("json").at(-1)!, { path: "config/crafts.json" });
  assert.equal(config.mmlu.title, "Everyday crafts");
  assert.equal(config.spider.shots, 0);
});
