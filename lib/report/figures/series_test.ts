import assert from "node:assert/strict";
import { domainOf, seriesStyle, signedTick } from "./series.ts";

Deno.test("seriesStyle() tells sixty series apart, and neighbours without colour too", () => {
  const styles = Array.from({ length: 60 }, (_, i) => seriesStyle(i));
  assert.equal(new Set(styles.map((style) => JSON.stringify(style))).size, 60);
  const grey = styles.slice(0, 12).map(({ symbol, dash }) => `${symbol} ${dash}`);
  assert.equal(new Set(grey).size, 12);
});

Deno.test("signedTick() and domainOf() have zero in them", () => {
  assert.deepEqual([-5, 0, 2.5].map(signedTick), ["\u22125", "0", "+2.5"]);
  const [low, high] = domainOf([3, 4], 1);
  assert.ok(low <= -1 && high >= 5);
});
