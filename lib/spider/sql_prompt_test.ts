import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { realDataRoot } from "../ground/mod.ts";
import { exportSft, loadSpider, selectShots, serializeSchema, sqlPrompt } from "./mod.ts";
import { shownSchemas } from "./shown_schemas.ts";
import { SQL_PROMPT_VERSION } from "./sql_prompt.ts";
import type { DatabaseSchema, SpiderExample } from "./mod.ts";

const SCHEMA: DatabaseSchema = {
  dbId: "music",
  tables: [
    {
      name: "singer",
      columns: [{ name: "id", type: "number" }, { name: "Home Town", type: "text" }],
    },
    { name: "order", columns: [{ name: "singer_id", type: "number" }] },
  ],
  primaryKeys: [],
  foreignKeys: [{ table: "order", column: "singer_id", refTable: "singer", refColumn: "id" }],
};
const schemas = new Map([["music", SCHEMA]]);

function example(id: string, question: string, query = "SELECT 1"): SpiderExample {
  return { id, dbId: "music", question, query };
}

const SHOT = example("train-3", "Which  ids? ", "SELECT id ,  1 FROM singer;");

Deno.test("serializeSchema() writes tables, then keys, and quotes what must be quoted", () => {
  assert.equal(
    serializeSchema(SCHEMA),
    'singer(id, "Home Town")\n"order"(singer_id)\n"order".singer_id = singer.id',
  );
});

Deno.test("sqlPrompt() puts instruction, shots and question in turns, question last", () => {
  const { messages } = sqlPrompt(example("dev-0", "Who?"), { schemas, shots: [SHOT] });
  assert.deepEqual(messages.map(({ role }) => role), ["system", "user", "assistant", "user"]);
  assert.equal(messages[1]?.content, `${serializeSchema(SCHEMA)}\n\nQuestion: Which ids?`);
  assert.equal(messages[2]?.content, "SELECT id, 1 FROM singer");
  assert.equal(messages[3]?.content, `${serializeSchema(SCHEMA)}\n\nQuestion: Who?`);
});

Deno.test("sqlPrompt() shares all but the question among questions on a database", () => {
  const one = sqlPrompt(example("dev-0", "Who sings?"), { schemas, shots: [SHOT] });
  const two = sqlPrompt(example("dev-1", "Where?\nNow"), { schemas, shots: [SHOT] });
  assert.deepEqual(one.messages.slice(0, -1), two.messages.slice(0, -1));
  assert.equal(one.sharedLength, two.sharedLength);
  const last = one.messages.at(-1)!.content;
  assert.equal(
    last.slice(0, one.sharedLength),
    two.messages.at(-1)!.content.slice(0, one.sharedLength),
  );
  assert.equal(last.slice(one.sharedLength), " Who sings?");
  assert.equal(two.messages.at(-1)!.content.slice(two.sharedLength), " Where? Now");
});

Deno.test("sqlPrompt() never shows the gold query of the example itself", () => {
  const { messages } = sqlPrompt(example("dev-0", "Who?", "SELECT secret FROM singer"), {
    schemas,
  });
  assert.ok(!JSON.stringify(messages).includes("secret"));
  assert.throws(
    () => sqlPrompt(SHOT, { schemas, shots: [SHOT] }),
    /Cannot build the prompt of train-3: it is one of its own shots/,
  );
});

Deno.test("sqlPrompt() refuses an example without a schema", () => {
  assert.throws(() => sqlPrompt(SHOT, { schemas: new Map() }), /no schema of its database: music/);
});

Deno.test("exportSft() trains on the evaluation's own prompt and the gold query", () => {
  const records = [...exportSft([SHOT, example("train-4", "Who?")], { schemas })];
  assert.equal(records.length, 2);
  assert.deepEqual(records[0]?.prompt, sqlPrompt(SHOT, { schemas }).messages);
  assert.deepEqual(records[0]?.completion, [
    { role: "assistant", content: "SELECT id, 1 FROM singer" },
  ]);
  assert.deepEqual(Object.keys(records[0]!), ["prompt", "completion"]);
});

const root = realDataRoot();

Deno.test({
  name: "sqlPrompt() writes today's version for all of Spider as it always has, byte for byte" +
    (root === undefined ? " [skipped: no Spider at LAB_DATA_ROOT]" : ""),
  ignore: root === undefined,
  async fn(): Promise<void> {
    const { train, dev, ...spider } = await loadSpider(`${root}/spider`);
    const { schemas } = await shownSchemas(spider, {}, []);
    const shots = selectShots(train, schemas, { count: 3, seed: 42 });
    const hash = (records: Iterable<unknown>): string => {
      const all = createHash("sha256");
      for (const record of records) all.update(JSON.stringify(record));
      return all.digest("hex");
    };
    // taken of commit 4a2fef6: a change of these is another version of the prompt
    assert.equal(SQL_PROMPT_VERSION, "sql-1");
    assert.equal(
      hash(dev.map((example) => sqlPrompt(example, { schemas, shots }))),
      "190ab7d085b768a7c60d52de2bd2f444583b0b618053a28ebe654d504c23c1ab",
    );
    assert.equal(
      hash(exportSft(train, { schemas })),
      "d211225a9eeab7bc0c45f6ead181f0be70b943c3af28fdf23ad48d7af1a008ee",
    );
  },
});
