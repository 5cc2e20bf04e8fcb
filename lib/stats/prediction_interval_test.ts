import assert from "node:assert/strict";
import { clusterRobustMean } from "./cluster_robust_mean.ts";
import { pcg32 } from "./pcg32.ts";
import { predictionInterval } from "./prediction_interval.ts";

Deno.test("predictionInterval() holds one more value 95 times in 100, where the mean's interval does not", () => {
  const random = pcg32(3);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const trials = 1000;
  let fell = 0;
  let fellByMean = 0;
  for (let trial = 0; trial < trials; trial++) {
    const losses = Array.from({ length: 10 }, normal);
    const first = normal();
    if (first > predictionInterval(losses)[1]) fell++;
    const mean = clusterRobustMean(losses, losses.map((_, i) => `${i}`))!.ci95!;
    if (first > mean[1]) fellByMean++;
  }
  assert.ok(fell / trials > 0.012 && fell / trials < 0.04, `fell in ${fell / trials}`);
  assert.ok(fellByMean / trials > 0.2, `fell by the mean in ${fellByMean / trials}`);
});

Deno.test("predictionInterval() refuses a single value and what is not finite", () => {
  assert.throws(() => predictionInterval([1]), /current count is 1/);
  assert.throws(() => predictionInterval([1, Infinity]), RangeError);
  assert.deepEqual(predictionInterval([2, 2]), [2, 2]);
});
