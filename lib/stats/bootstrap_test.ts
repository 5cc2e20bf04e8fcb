import assert from "node:assert/strict";
import { bootstrap } from "./bootstrap.ts";
import { clusteredMean } from "./clustered_mean.ts";
import { pcg32 } from "./pcg32.ts";

const RANDOM = pcg32(5);
const CLUSTERS = Array.from({ length: 400 }, (_, i) => `db${Math.floor(i / 10)}`);
const SHARES = Array.from({ length: 40 }, () => (RANDOM() < 0.5 ? 0.2 : 0.7));
const VALUES: number[] = CLUSTERS.map((_, i) => RANDOM() < SHARES[Math.floor(i / 10)]! ? 1 : 0);

function meanAt(positions: readonly number[]): number {
  return positions.reduce((sum, i) => sum + VALUES[i]!, 0) / positions.length;
}

Deno.test("bootstrap() of a mean agrees with its formula", () => {
  const { estimate, stderr, ci95 } = bootstrap(400, meanAt, { seed: 42 });
  assert.equal(estimate, meanAt(VALUES.map((_, i) => i)));
  const formula = Math.sqrt(estimate * (1 - estimate) / 400);
  assert.ok(Math.abs(stderr / formula - 1) < 0.06, `${stderr} against ${formula}`);
  assert.ok(Math.abs((ci95[1] - ci95[0]) / (2 * 1.96 * formula) - 1) < 0.1);
});

Deno.test("bootstrap() of clusters agrees with the clustered standard error", () => {
  const { stderr } = bootstrap(400, meanAt, { seed: 42, clusters: CLUSTERS });
  const formula = clusteredMean(VALUES, CLUSTERS)!.stderr;
  const plain = bootstrap(400, meanAt, { seed: 42 }).stderr;
  assert.ok(Math.abs(stderr / formula - 1) < 0.08, `${stderr} against ${formula}`);
  assert.ok(stderr > 1.3 * plain);
});

Deno.test("bootstrap() repeats by seed and only by seed", () => {
  const run = (seed: number): unknown => bootstrap(400, meanAt, { seed, resamples: 200 });
  assert.deepEqual(run(1), run(1));
  assert.notDeepEqual(run(1), run(2));
});

Deno.test("bootstrap() refuses no examples, no resamples and missing clusters", () => {
  assert.throws(() => bootstrap(0, meanAt, { seed: 1 }), /n must be an integer > 0/);
  assert.throws(() => bootstrap(4, meanAt, { seed: 1, resamples: 0 }), /resamples must be/);
  assert.throws(() => bootstrap(4, meanAt, { seed: 1, clusters: ["a"] }), RangeError);
});
