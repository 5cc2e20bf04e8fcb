// Run by store_test.ts, which kills it: appends records 0, 1, 2, ... in batches of 1 to 7, going on
// from what the store holds, and prints the number of records after each append that returned.
import { contentKey } from "../../ground/mod.ts";
import { openStore } from "../store.ts";
import { SAMPLES, type SqlSample } from "../measures/measures.ts";

const [path = "", size = "0"] = Deno.args;
using store = openStore<SqlSample>(path, { schema: SAMPLES.sql });
let next = 0;
while (next < Number(size)) {
  const batch = Array.from({ length: 1 + next % 7 }, (_, i) => sample(next + i))
    .filter(({ key }) => !store.has(key));
  next += 1 + next % 7;
  if (batch.length === 0) continue;
  store.append(batch);
  Deno.stdout.writeSync(new TextEncoder().encode(`${store.size}\n`));
}

function sample(i: number): SqlSample {
  return {
    key: contentKey({ i }),
    id: `dev-${i}`,
    dbId: "concert_singer",
    variant: "base",
    promptHash: contentKey({ prompt: i }),
    promptTokens: 100,
    tokens: Array.from({ length: 200 }, (_, j) => i * 1000 + j),
    text: "SELECT 'ü' ".repeat(20),
    finishReason: "stop",
  };
}
