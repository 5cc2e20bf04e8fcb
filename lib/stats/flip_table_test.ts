import assert from "node:assert/strict";
import fc from "fast-check";
import { flipTable } from "./flip_table.ts";

const LETTER = fc.constantFrom("A", "B", "C", "D");
const FLIPS = fc.array(fc.tuple(LETTER, LETTER, LETTER), { maxLength: 60 }).map((rows) =>
  rows.map(([from, to, gold]) => ({
    from,
    to,
    rightBefore: from === gold,
    rightAfter: to === gold,
  }))
);

Deno.test("flipTable() counts as a slow twin does that looks for each of twelve moves", () => {
  fc.assert(
    fc.property(FLIPS, (examples) => {
      const found = flipTable(examples);
      let moved = 0;
      for (const from of "ABCD") {
        for (const to of "ABCD") {
          if (from === to) continue;
          const those = examples.filter((e) => e.from === from && e.to === to);
          const row = found.rows.find((r) => r.from === from && r.to === to);
          assert.equal(row?.count ?? 0, those.length);
          assert.equal(row?.gained ?? 0, those.filter((e) => e.rightAfter).length);
          assert.equal(row?.lost ?? 0, those.filter((e) => e.rightBefore).length);
          if (row) assert.equal(row.gained + row.lost + row.stillWrong, row.count);
          moved += those.length;
        }
      }
      assert.deepEqual([found.n, found.moved], [examples.length, moved]);
      assert.equal(found.gained, found.rows.reduce((sum, row) => sum + row.gained, 0));
      assert.equal(found.lost, found.rows.reduce((sum, row) => sum + row.lost, 0));
      const targets = [..."ABCD"].map((to) =>
        examples.filter((e) => e.to === to && e.from !== to).length
      );
      assert.equal(found.largestTargetShare, moved === 0 ? 0 : Math.max(...targets) / moved);
    }),
    { seed: 1 },
  );
});

Deno.test("flipTable() puts the most frequent move first and tells numbers from texts by name", () => {
  const wrong = { rightBefore: false, rightAfter: false };
  const { rows } = flipTable([
    { from: 0, to: 1, ...wrong },
    { from: 2, to: 1, ...wrong },
    { from: 2, to: 1, ...wrong },
  ]);
  assert.deepEqual(rows.map(({ from, to, count }) => [from, to, count]), [[2, 1, 2], [0, 1, 1]]);
  assert.deepEqual(flipTable([]).rows, []);
});
