import assert from "node:assert/strict";
import type { StudyConfig } from "../../runs/mod.ts";
import { writeMiniStudy } from "../testing/mini_study.ts";
import { openMmluInputs } from "./mmlu_inputs.ts";
import { openSqlInputs } from "./sql_inputs.ts";
import { mmluShortfalls, sqlShortfalls, trainingShortfalls } from "./shortfalls.ts";

const TWICE = { db_id: "farm", question: "How many cows?", query: "SELECT count(*) FROM cow" };

function limited(config: StudyConfig, limit: number | null): StudyConfig {
  return { ...config, spider: { ...config.spider, limit } };
}

Deno.test("sqlShortfalls says when a limit is above what there is, with both numbers", async () => {
  using study = await writeMiniStudy();
  const lines = async (limit: number | null): Promise<string[]> => {
    const config = limited(study.config, limit);
    return sqlShortfalls(config, await openSqlInputs(config));
  };
  assert.deepEqual(await lines(99), [
    "99 text-to-SQL questions are wanted and there are 3: all 3 are taken",
  ]);
  assert.deepEqual(await lines(3), []);
  assert.deepEqual(await lines(2), []);
  assert.deepEqual(await lines(null), []);
});

Deno.test("sqlShortfalls names the missing databases among the drawn questions, and their number", async () => {
  using study = await writeMiniStudy();
  await Deno.remove(`${study.root}/data/spider/database/music`, { recursive: true });
  const sql = await openSqlInputs(study.config);
  assert.deepEqual(sqlShortfalls(study.config, sql), [
    "missing database: music (1 dev questions cannot be judged)",
  ]);
});

Deno.test("sqlShortfalls names questions that are there twice on one database", async () => {
  using study = await writeMiniStudy({
    spider: { "dev.json": [TWICE, { ...TWICE, query: "SELECT 1" }, { ...TWICE, db_id: "music" }] },
  });
  const sql = await openSqlInputs(study.config);
  assert.deepEqual(sqlShortfalls(study.config, sql), [
    "3 text-to-SQL questions, 2 of them different: 1 repeat another, are not asked twice and are " +
    "scored each (dev-1 is dev-0)",
  ]);
});

Deno.test("mmluShortfalls names the first repeats by id and counts the rest", async () => {
  const row = "One?,a,b,c,d,C\n";
  using study = await writeMiniStudy({ mmlu: { "test/sociology_test.csv": row.repeat(8) } });
  const config = { ...study.config, mmlu: { ...study.config.mmlu, perCategory: null } };
  const choices = await openMmluInputs(config);
  const n = choices.questions.length;
  assert.deepEqual(mmluShortfalls(config, choices), [
    `${n} multiple-choice questions, ${n - 7} of them different: 7 repeat another, are not asked ` +
    "twice and are scored each (sociology-1 is sociology-0, sociology-2 is sociology-0, " +
    "sociology-3 is sociology-0, sociology-4 is sociology-0, sociology-5 is sociology-0 and 2 more)",
  ]);
});

Deno.test("mmluShortfalls does not take questions with other choices or subjects for repeats", async () => {
  using study = await writeMiniStudy({
    mmlu: {
      "test/sociology_test.csv": "One?,a,b,c,d,C\nOne?,a,b,c,e,C\n",
      "test/philosophy_test.csv": "One?,a,b,c,d,C\n",
    },
  });
  const config = { ...study.config, mmlu: { ...study.config.mmlu, perCategory: null } };
  assert.deepEqual(mmluShortfalls(config, await openMmluInputs(config)), []);
});

Deno.test("trainingShortfalls says when more training examples are wanted than there are", async () => {
  using study = await writeMiniStudy();
  const sql = await openSqlInputs(study.config);
  const { length } = sql.spider.train;
  const config = { ...study.config, training: { ...study.config.training, examples: 500 } };
  assert.deepEqual(trainingShortfalls(config, sql), [
    `500 training examples are wanted and there are ${length}: all ${length} are taken`,
  ]);
  assert.deepEqual(trainingShortfalls(study.config, sql), []);
});
