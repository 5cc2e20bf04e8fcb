import assert from "node:assert/strict";
import { fromRoot } from "../../ground/mod.ts";
import { readSummary } from "../../runs/mod.ts";
import { openDataTexts } from "./data_texts.ts";

const SUMMARY = readSummary(fromRoot("results/recorded/sample/summary.json"));

Deno.test("openDataTexts() says where to give data that are not there", async () => {
  await assert.rejects(
    openDataTexts(SUMMARY, { dataRoot: "/nowhere" }),
    /^UsageError: Cannot export the texts of "sample": .*nowhere.*: give your copy of the data with --spider PATH, .* as --data-root/,
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

Deno.test("openDataTexts() takes copies of data whose place is not recorded, by the flags that browse and paper have", async () => {
  const { config } = SUMMARY;
  const away = {
    ...SUMMARY,
    config: {
      ...config,
      spider: { ...config.spider, path: ".../my_questions.jsonl" },
      mmlu: { ...config.mmlu, path: ".../my_items" },
      prose: { ...config.prose, path: ".../my_texts" },
    },
  };
  await assert.rejects(
    openDataTexts(away),
    /"sample": where "\.\.\.\/my_questions\.jsonl" lies is not recorded, and .*give your copy of the data with --spider PATH, --mmlu PATH, --text PATH, or /,
  );
  const places = {
    spider: fromRoot("spider_db/sample"),
    mmlu: fromRoot("mmlu_db/sample"),
    prose: fromRoot("prose_db/sample"),
  };
  const [own, copy] = [await openDataTexts(SUMMARY), await openDataTexts(away, places)];
  assert.deepEqual([...copy.sql], [...own.sql]);
  assert.deepEqual([...copy.choices], [...own.choices]);
  assert.deepEqual([...copy.prose], [...own.prose]);
  // another's questions are refused by their hash, not shown in their place
  await assert.rejects(
    openDataTexts(away, { ...places, mmlu: fromRoot("examples/own_data/choices") }),
    /Cannot export the texts of "sample": /,
  );
});
