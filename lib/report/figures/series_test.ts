import assert from "node:assert/strict";
import { domainOf, seriesStyle, signedTick } from "./series.ts";

Deno.test("seriesStyle() tells 210 series apart, and 42 without colour", () => {
  const styles = Array.from({ length: 210 }, (_, i) => seriesStyle(i));
  assert.equal(new Set(styles.map((style) => JSON.stringify(style))).size, 210);
  // dashes are all that most of a curve has
  assert.equal(new Set(styles.slice(0, 7).map(({ dash }) => dash)).size, 7);
  const grey = styles.slice(0, 42).map(({ symbol, dash }) => `${symbol} ${dash}`);
  assert.equal(new Set(grey).size, 42);
});

Deno.test("signedTick() and domainOf() have zero in them", () => {
  assert.deepEqual([-5, 0, 2.5].map(signedTick), ["\u22125", "0", "+2.5"]);
  const [low, high] = domainOf([3, 4], 1);
  assert.ok(low <= -1 && high >= 5);
});
