import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { seededOrder } from "./seeded_order.ts";

Deno.test("seededOrder() sorts by the SHA-256 of seed, colon and id, and by nothing else", () => {
  const ids = Array.from({ length: 50 }, (_, i) => `db_${i}`);
  const slow = [...ids].sort((a, b) => {
    const key = (id: string): string => createHash("sha256").update(`7:${id}`).digest("hex");
    return key(a).localeCompare(key(b));
  });
  assert.deepEqual(seededOrder(ids, 7), slow);
  assert.deepEqual(seededOrder(ids.toReversed(), 7), slow);
  assert.notDeepEqual(seededOrder(ids, 8), slow);
});

Deno.test("seededOrder() keeps most of the order when an id is added", () => {
  const ids = Array.from({ length: 20 }, (_, i) => `db_${i}`);
  assert.deepEqual(
    seededOrder([...ids, "new"], 7).filter((id) => id !== "new"),
    seededOrder(ids, 7),
  );
});

Deno.test("seededOrder() refuses an id that is there twice", () => {
  assert.throws(() => seededOrder(["a", "b", "a"], 1), /one is twice in the list: "a"/);
});
