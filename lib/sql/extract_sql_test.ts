import assert from "node:assert/strict";
import { extractSql } from "./extract_sql.ts";

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

Deno.test("extractSql() needs under two seconds for a megabyte of anything", () => {
  const texts = ["select ", "SELECT a FROM t\n", "(", "'", "`", "a b ", "```\n", "\n", "<|", "“x "];
  for (const text of texts) {
    const started = performance.now();
    extractSql(text.repeat(Math.ceil(1_000_000 / text.length)));
    const elapsedMs = performance.now() - started;
    assert.ok(elapsedMs < 2_000, `${JSON.stringify(text)}: ${elapsedMs} ms`);
  }
});
