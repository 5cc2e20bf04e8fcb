import assert from "node:assert/strict";
import { extractSql, isCutInReasoning } from "./extract_sql.ts";

interface Case {
  readonly name: string;
  readonly completion: string;
  readonly sql: string | null;
}

const cases = JSON.parse(
  Deno.readTextFileSync(new URL("./testdata/extract_cases.json", import.meta.url)),
) as readonly Case[];

Deno.test("extractSql() has at least fifty cases to pass", () => {
  assert.ok(cases.length >= 50, `${cases.length} cases`);
});

for (const { name, completion, sql } of cases) {
  Deno.test(`extractSql() handles ${name}`, () => {
    assert.equal(extractSql(completion) ?? null, sql);
  });
}

Deno.test("extractSql() gives an extracted statement back unchanged", () => {
  for (const { sql } of cases) if (sql !== null) assert.equal(extractSql(sql), sql);
});

Deno.test("isCutInReasoning() is true only inside of a part without an answer", () => {
  const cut = [
    "<think>\nThe tables are",
    "<|im_start|>assistant\n<think>",
    "[THINK]SELECT a FROM t",
  ];
  for (const text of cut) assert.equal(isCutInReasoning(text), true, text);
  const whole = [
    "",
    "SELECT a FROM t",
    "<think>\n</think>\nI do not know",
    "a</think>b",
    "SELECT a FROM t\n<think>Is that",
    "SELECT a FROM t<|im_end|>\n<|im_start|>assistant\n<think>",
  ];
  for (const text of whole) assert.equal(isCutInReasoning(text), false, text);
});

// What grows with the square of the length takes minutes here, what is linear less than a second.
Deno.test("extractSql() is linear: a megabyte of anything needs no ten seconds", () => {
  const fill = (text: string): string => text.repeat(Math.ceil(1_000_000 / text.length));
  const repeated = ["select ", "SELECT a FROM t\n", "(", ")", "'", "`", '"', "a b ", "```\n", "\n"];
  const marks = [
    "<|",
    "<think>",
    "</think>",
    "<answer>",
    '"sql":"',
    '"sql" ',
    "\u201cx ",
    "{",
    "[",
    "~",
    "<|im_start|>user",
    "[INST]",
    '{\\"sql\\": \\"',
    "**SELECT a ",
    '"""select a ',
    "\n<code>",
    "a\n---\n",
  ];
  const around = [
    (blank: string) => `SELECT${blank}b c`,
    (blank: string) => `SELECT a${blank}x`,
    (blank: string) => `WITH a${blank}b AS (SELECT 1)`,
    (blank: string) => `assistant${blank}SELECT 1`,
    (blank: string) => `\`\`\`${blank}x`,
    (blank: string) => `"sql"${blank}x`,
    (blank: string) => `SELECT a FROM t\n${blank}\nx y`,
    (blank: string) => `<|im_start|>${blank}x<|im_end|>`,
  ];
  const texts = [
    ...[...repeated, ...marks].map(fill),
    ...[" ", "\t", "\n", ")", "("].flatMap((sign) => around.map((make) => make(fill(sign)))),
  ];
  for (const text of texts) {
    const started = performance.now();
    extractSql(text);
    isCutInReasoning(text);
    const elapsedMs = performance.now() - started;
    assert.ok(elapsedMs < 10_000, `${JSON.stringify(text.slice(0, 30))}: ${elapsedMs} ms`);
  }
});
