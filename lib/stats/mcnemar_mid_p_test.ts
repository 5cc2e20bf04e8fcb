import assert from "node:assert/strict";
import { assertNear } from "./testing/from_counts.ts";
import { mcnemarExact } from "./testing/mcnemar_exact.ts";
import { mcnemarMidP } from "./mcnemar_mid_p.ts";

Deno.test("mcnemarMidP() agrees with a slow twin that goes through all ways to flip", () => {
  for (let m = 1; m <= 10; m++) {
    for (let gained = 0; gained <= m; gained++) {
      const distance = Math.abs(2 * gained - m);
      let farther = 0;
      let asFar = 0;
      for (let ways = 0; ways < 2 ** m; ways++) {
        const ones = [...ways.toString(2)].filter((digit) => digit === "1").length;
        if (Math.abs(2 * ones - m) > distance) farther++;
        else if (Math.abs(2 * ones - m) === distance) asFar++;
      }
      assertNear(
        mcnemarMidP(gained, m - gained),
        (farther + asFar / 2) / 2 ** m,
        `${gained} of ${m}`,
      );
    }
  }
});

Deno.test("mcnemarMidP() is never above the exact p-value, and 1 where nothing flipped", () => {
  for (const [gained, lost] of [[5, 0], [7, 1], [9, 2], [30, 12], [4, 4]] as const) {
    assert.ok(mcnemarMidP(gained, lost) < mcnemarExact(gained, lost));
    assert.equal(mcnemarMidP(gained, lost), mcnemarMidP(lost, gained));
  }
  assert.equal(mcnemarMidP(0, 0), 1);
  assert.throws(() => mcnemarMidP(-1, 2), RangeError);
});
