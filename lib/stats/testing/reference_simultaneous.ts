import assert from "node:assert/strict";
import { assertNear } from "./from_counts.ts";
import { fixedSequence } from "../fixed_sequence.ts";
import { normalCdf } from "../normal_cdf.ts";
import { normalQuantile } from "../normal_quantile.ts";
import { studentQuantile } from "../student_t.ts";
import reference from "../testdata/statistics_reference.json" with { type: "json" };

/**
 * The block `simultaneous`. The product takes Bonferroni over paths and a fixed sequence along each;
 * the other methods are here as what they were compared with.
 */
export function checkSimultaneous(): void {
  const { bonferroniOneSided, dunnettEquicorrelatedOneSided } = reference.simultaneous;
  for (const { K, df, alpha, t } of bonferroniOneSided) {
    const level = 1 - alpha / K;
    assertNear(df === null ? normalQuantile(level) : studentQuantile(level, df), t, `K ${K}`);
  }
  for (const { K, rho, c } of dunnettEquicorrelatedOneSided) {
    assertNear(allBelow(c, K, rho), 0.95, `Dunnett, K ${K}, rho ${rho}`, 1e-6);
    assert.ok(c < normalQuantile(1 - 0.05 / K), "Bonferroni is the more careful one");
  }
  checkSignFlips();
  // The example in the words of `fixedSequence`.
  assert.match(reference.simultaneous.fixedSequence, /passes \.25 and \.5 only/);
  assert.equal(fixedSequence([-0.010, -0.022, -0.034, -0.028], 0.03), 2);
}

/** P(all of K equicorrelated normals are at most c), by Simpson's rule over what they share. */
function allBelow(c: number, count: number, rho: number): number {
  const steps = 2000;
  const width = 16 / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const x = -8 + i * width;
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    const each = normalCdf((c + Math.sqrt(rho) * x) / Math.sqrt(1 - rho));
    sum += weight * Math.exp(-x * x / 2) * each ** count;
  }
  return sum * width / 3 / Math.sqrt(2 * Math.PI);
}

/** The max-t over all sign vectors, which is not used: its error is 6 to 13 % at a nominal 5 %. */
function checkSignFlips(): void {
  const { signFlipMaxT, signFlipMaxTRestudentised } = reference.simultaneous;
  const { clusterSums, clusterSize } = signFlipMaxT;
  const count = clusterSums[0]!.length;
  const total = clusterSize * count;
  const factor = Math.sqrt(count / (count - 1));
  const means = clusterSums.map((sums) => sum(sums) / total);
  const residuals = clusterSums.map((sums, v) => sums.map((s) => s - means[v]! * clusterSize));
  const stderr = residuals.map((r) => factor * Math.sqrt(sum(r.map((e) => e * e))) / total);
  means.forEach((mean, v) => assertNear(mean, signFlipMaxT.means[v]!));
  stderr.forEach((s, v) => assertNear(s, signFlipMaxT.stderr[v]!));
  const maxima: number[] = [];
  const restudentised: number[] = [];
  for (let signs = 0; signs < 2 ** count; signs++) {
    const flipped = residuals.map((r) => r.map((e, g) => (signs >> g & 1 ? -e : e)));
    maxima.push(Math.max(...flipped.map((r, v) => factor * sum(r) / (total * stderr[v]!))));
    restudentised.push(Math.max(...flipped.map((r) => {
      const centred = r.map((e) => e - clusterSize * sum(r) / total);
      return sum(r) / Math.sqrt(count / (count - 1) * sum(centred.map((e) => e * e)));
    })));
  }
  assert.equal(maxima.length, signFlipMaxT.signVectors);
  for (
    const [values, expected] of [
      [maxima, signFlipMaxT],
      [restudentised, signFlipMaxTRestudentised],
    ] as const
  ) {
    values.sort((a, b) => a - b);
    assertNear(values[Math.ceil(0.95 * values.length) - 1]!, expected.criticalValue);
    values.slice(-5).forEach((value, i) => assertNear(value, expected.maxTop5[i]!));
  }
  assertNear(studentQuantile(0.95, count - 1), signFlipMaxT.tSingle);
  assertNear(studentQuantile(1 - 0.05 / means.length, count - 1), signFlipMaxT.tBonferroni);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
