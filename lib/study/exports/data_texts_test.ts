import assert from "node:assert/strict";
import { fromRoot } from "../../ground/mod.ts";
import { readSummary } from "../../runs/mod.ts";
import { openDataTexts } from "./data_texts.ts";

const SUMMARY = readSummary(fromRoot("results/recorded/sample/summary.json"));

Deno.test("openDataTexts() says where to give data that are not there", async () => {
  await assert.rejects(
    openDataTexts(SUMMARY, "/nowhere"),
    /^UsageError: Cannot export the texts of "sample": .*nowhere.*: give the folder with .* as --data-root/,
  );
});

Deno.test("openDataTexts() refuses data that are not those that were asked", async () => {
  const data = { ...SUMMARY.provenance.data, "spider/dev.json": "0".repeat(64) };
  const other = { ...SUMMARY, provenance: { ...SUMMARY.provenance, data } };
  await assert.rejects(openDataTexts(other), /spider\/dev\.json is not the file that was asked/);
});

Deno.test("openDataTexts() refuses data without a file of a measure that was asked, by its name", async () => {
  const data = { ...SUMMARY.provenance.data, "mmlu/test/law_test.csv": "0".repeat(64) };
  const more = { ...SUMMARY, provenance: { ...SUMMARY.provenance, data } };
  await assert.rejects(
    openDataTexts(more),
    /"sample": mmlu\/test\/law_test\.csv, which was asked, is not there: .* leave --texts out$/,
  );
  const { mmlu: _, ...counts } = SUMMARY.counts;
  const texts = await openDataTexts({ ...more, counts });
  assert.ok(texts.sql.size > 0);
});
