import assert from "node:assert/strict";
import { assertNear } from "./testing/from_counts.ts";
import { brierScores, letterBrierScores } from "./brier_scores.ts";
import { calibration, calibrationBins } from "./calibration.ts";
import { meanEvidence } from "./mean_evidence.ts";
import { pcg32 } from "./pcg32.ts";

Deno.test("calibration() agrees with a slow twin in bins that it cuts by hand", () => {
  const random = pcg32(4);
  const confidence = Array.from({ length: 11 }, () => random());
  const right = confidence.map(() => random() < 0.5);
  const order = confidence.map((share, i) => ({ share, hit: Number(right[i]) }))
    .sort((a, b) => a.share - b.share);
  // As numpy's array_split: the first bins have one more.
  const bins = [order.slice(0, 4), order.slice(4, 8), order.slice(8)];
  let ece = 0;
  let debiased = 0;
  for (const bin of bins) {
    const share = bin.reduce((sum, b) => sum + b.share, 0) / bin.length;
    const hits = bin.reduce((sum, b) => sum + b.hit, 0) / bin.length;
    // The unbiased variance of 0 and 1, over k: what the squared gap is too large by.
    const variance = bin.reduce((sum, b) => sum + (b.hit - hits) ** 2, 0) / (bin.length - 1);
    ece += Math.abs(share - hits) * bin.length / 11;
    debiased += ((share - hits) ** 2 - variance / bin.length) * bin.length / 11;
  }
  const found = calibration(confidence, right, { bins: 3 });
  assertNear(found.ece, ece);
  assertNear(found.l2Debiased, debiased);
  const { brier, reliability, resolution, uncertainty, withinBin } = found;
  assertNear(reliability - resolution + uncertainty + withinBin, brier);
});

Deno.test("calibration() finds what is wrong with a model that is too sure", () => {
  const random = pcg32(5);
  const truth = Array.from({ length: 2000 }, () => 0.3 + 0.5 * random());
  const right = truth.map((share) => random() < share);
  const sure = calibration(truth.map((share) => share + 0.2), right);
  const { l2Debiased } = calibration(truth, right);
  assert.ok(Math.abs(sure.l2Debiased - 0.04) < 0.01, `${sure.l2Debiased}`);
  assert.ok(Math.abs(l2Debiased) < 0.003, `${l2Debiased}`);
});

Deno.test("brierScores() are compared by pairing", () => {
  const base = brierScores([0.9, 0.8, 0.7], [true, true, false]);
  const tuned = brierScores([0.6, 0.5, 0.9], [true, true, false]);
  const { difference, better } = meanEvidence(base, tuned, { better: "lower" });
  assertNear(difference, (0.16 + 0.25 + 0.81 - 0.01 - 0.04 - 0.49) / 3);
  assert.equal(better, "lower");
});

Deno.test("letterBrierScores() are 0 if sure and right, 2 if sure and wrong", () => {
  assert.deepEqual(letterBrierScores([[0, -800], [0, -800]], [0, 1]), [0, 2]);
});

Deno.test("calibration() and brierScores() refuse what they cannot score", () => {
  assert.throws(() => calibration([0.5, 0.5, 0.5], [true, false, true], { bins: 2 }), RangeError);
  assert.throws(() => calibration([0.5, 0.5], [true, false], { bins: 0 }), RangeError);
  assert.throws(() => calibration([], []), RangeError);
  assert.throws(() => brierScores([1.1], [true]), /current value is 1.1/);
  assert.throws(() => brierScores([0.5], []), RangeError);
  assert.throws(() => letterBrierScores([[0, 0]], [2]), RangeError);
});

Deno.test("calibrationBins() are the bins whose gaps calibration() sums up", () => {
  const random = pcg32(6);
  const confidence = Array.from({ length: 143 }, () => random());
  const right = confidence.map((share) => random() < share ** 2);
  const bins = calibrationBins(confidence, right);
  assert.equal(bins.length, 10);
  assert.equal(bins.reduce((sum, { n }) => sum + n, 0), 143);
  assert.equal(bins.reduce((sum, bin) => sum + bin.right, 0), right.filter(Boolean).length);
  const gap = bins.reduce(
    (sum, { n, confidence, right }) => sum + n / 143 * Math.abs(confidence - right / n),
    0,
  );
  assertNear(gap, calibration(confidence, right).ece);
  assert.throws(
    () => calibrationBins([0.5, 0.5, 0.5], [true, false, true], { bins: 2 }),
    RangeError,
  );
});
