import assert from "node:assert/strict";
import { exportSft, serializeSchema, sqlPrompt } from "./mod.ts";
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
