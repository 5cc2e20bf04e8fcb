import assert from "node:assert/strict";
import fc from "fast-check";
import { alignById } from "./align_by_id.ts";
import { pcg32 } from "./pcg32.ts";
import { shuffled } from "./shuffled.ts";

Deno.test("alignById() pairs every id in the order of base, whatever the order of tuned", () => {
  const ids = fc.uniqueArray(fc.string(), { maxLength: 50 });
  fc.assert(
    fc.property(ids, fc.nat(), (names, seed) => {
      const base = names.map((id, position) => ({ id, position }));
      const pairs = alignById(base, shuffled(base, pcg32(seed)));
      assert.deepEqual(pairs.map(({ id }) => id), names);
      for (const pair of pairs) assert.equal(pair.base.position, pair.tuned.position);
    }),
    { seed: 1 },
  );
});

Deno.test("alignById() lists the ids that are on one side only", () => {
  const record = (id: string): { id: string } => ({ id });
  assert.throws(() => alignById(["a", "b"].map(record), ["b", "c"].map(record)), {
    name: "RangeError",
    message: "Cannot pair examples as some are on one side only: only in base: a; only in tuned: c",
  });
  assert.throws(
    () => alignById([..."abcdefgh"].map(record), []),
    /only in base: a, b, c, d, e and 3/,
  );
});

Deno.test("alignById() refuses an id that is twice on one side", () => {
  const twice = [{ id: "a" }, { id: "a" }];
  assert.throws(() => alignById(twice, [{ id: "a" }]), /twice in base: a/);
  assert.throws(() => alignById([{ id: "a" }], twice), /twice in tuned: a/);
});
