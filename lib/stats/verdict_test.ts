import assert from "node:assert/strict";
import { answersOf } from "./testing/from_counts.ts";
import { clusterRobustMean } from "./cluster_robust_mean.ts";
import { differenceInterval } from "./difference_interval.ts";
import { effectiveDifferenceInterval } from "./effective_difference_interval.ts";
import { meanEvidence } from "./mean_evidence.ts";
import { pcg32 } from "./pcg32.ts";
import { scoreEvidence } from "./score_evidence.ts";
import { studentQuantile } from "./student_t.ts";
import { verdict } from "./verdict.ts";

Deno.test("verdict() gives the word that a slow twin reads off both intervals, on a grid of counts", () => {
  const delta = 0.04;
  const seen = new Set<string>();
  for (let gained = 0; gained <= 14; gained += 2) {
    for (let lost = 0; lost <= 16; lost += 2) {
      for (const databases of [1, 6, 40]) {
        const { base, tuned } = answersOf({ n: 240, gained, lost });
        const clusters = base.map((_, i) => `db${i % databases}`);
        const found = verdict(scoreEvidence(base, tuned, { clusters }), { delta });
        const what = `${gained} gained, ${lost} lost, ${databases} databases`;
        assert.equal(found.outcome, slowWord(base, tuned, clusters, delta), what);
        // One source: the p-value never contradicts the word.
        const word = found.outcome === "gain" || found.outcome === "loss";
        assert.equal(found.pValue < 0.05, word, what);
        assert.equal(found.pLossExcluded < 0.05, found.lossExcluded, what);
        seen.add(found.outcome);
      }
    }
  }
  assert.deepEqual([...seen].sort(), ["gain", "loss", "loss_excluded", "no_difference_shown"]);
});

Deno.test("verdict() takes the wider ends of both intervals, and the smaller lower bound", () => {
  const { base, tuned } = answersOf({ n: 100, gained: 12, lost: 4 });
  const clusters = base.map((_, i) => `db${Math.floor(i / 20)}`);
  const found = verdict(scoreEvidence(base, tuned, { clusters }), { delta: 0.05 });
  const [plain, clustered] = [found.plainCi95!, found.clusteredCi95!];
  assert.deepEqual(found.ci95, [
    Math.min(plain[0], clustered[0]),
    Math.max(plain[1], clustered[1]),
  ]);
  assert.ok(found.worst! > found.ci95![0]);
});

Deno.test("verdict() of a measure where lower is better turns the words and keeps the sign", () => {
  const random = pcg32(3);
  const base = Array.from({ length: 60 }, () => random());
  const tuned = base.map((value) => value - 0.02 - 0.05 * random());
  const clusters = base.map((_, i) => `topic ${i % 10}`);
  const lower = verdict(meanEvidence(base, tuned, { clusters, better: "lower" }), { delta: 0.1 });
  const higher = verdict(meanEvidence(base, tuned, { clusters }), { delta: 0.1 });
  assert.deepEqual([lower.outcome, higher.outcome], ["gain", "loss"]);
  assert.deepEqual(lower.ci95, higher.ci95);
  assert.deepEqual([lower.lossExcluded, higher.lossExcluded], [true, true]);
  // Lower is better: what is left open at worst is the upper bound.
  assert.ok(lower.worst! > lower.difference && higher.worst! < higher.difference);
  const worse = verdict(meanEvidence(tuned, base, { clusters, better: "lower" }));
  assert.equal(worse.outcome, "loss");
  assert.equal(worse.pValue, lower.pValue);
});

Deno.test("verdict() shows nothing of one cluster or of means that do not vary", () => {
  const { base, tuned } = answersOf({ n: 100, gained: 30, lost: 0 });
  const one = verdict(scoreEvidence(base, tuned, { clusters: base.map(() => "a") }), {
    delta: 0.1,
  });
  assert.deepEqual([one.outcome, one.pValue, one.lossExcluded], ["no_difference_shown", 1, false]);
  assert.ok(one.plainCi95 && !one.clusteredCi95 && !one.ci95);
  const flat = verdict(meanEvidence([1, 2, 3], [2, 3, 4]), { delta: 0.1 });
  assert.deepEqual([flat.outcome, flat.ci95, flat.pValue], ["no_difference_shown", undefined, 1]);
});

Deno.test("verdict() excludes a loss where not one of many answers changed, and not of few", () => {
  const none = (n: number): string => {
    const right = new Array<boolean>(n).fill(true);
    const clusters = right.map((_, i) => `db${i % 8}`);
    return verdict(scoreEvidence(right, right, { clusters }), { delta: 0.03 }).outcome;
  };
  assert.deepEqual([none(60), none(1000)], ["no_difference_shown", "loss_excluded"]);
  assert.throws(() => verdict(scoreEvidence([true], [true]), { delta: 0 }), RangeError);
});

Deno.test("verdict() names a difference in about 5 % of studies of 19 unequal databases without one, Tango alone in far more", () => {
  const random = pcg32(17);
  const sizes = [90, 84, 80, 72, 66, 62, 56, 52, 48, 45, 40, 36, 30, 24, 20, 15, 8, 4, 2];
  const clusters = sizes.flatMap((size, g) => new Array<string>(size).fill(`${g}`));
  const trials = 400;
  let named = 0;
  let namedByTango = 0;
  for (let trial = 0; trial < trials; trial++) {
    const shifts = sizes.map(() => 0.24 * random() - 0.12);
    const base: boolean[] = [];
    const tuned: boolean[] = [];
    for (const cluster of clusters) {
      const shift = shifts[Number(cluster)]!;
      const draw = random();
      base.push(draw < 0.1 - shift / 2);
      tuned.push(draw > 0.9 - shift / 2);
    }
    const { outcome, plainCi95 } = verdict(scoreEvidence(base, tuned, { clusters }));
    if (outcome !== "no_difference_shown") named++;
    if (plainCi95![0] > 0 || plainCi95![1] < 0) namedByTango++;
  }
  assert.ok(named / trials < 0.07, `named in ${named / trials}`);
  assert.ok(namedByTango / trials > 0.1, `named by Tango in ${namedByTango / trials}`);
});

/** The rule in its own words, from the parts that the product does not take. */
function slowWord(
  base: readonly boolean[],
  tuned: readonly boolean[],
  clusters: readonly string[],
  delta: number,
): string {
  const changes = base.map((right, i) => Number(tuned[i]) - Number(right));
  const counts = {
    n: base.length,
    gained: changes.filter((c) => c > 0).length,
    lost: changes.filter((c) => c < 0).length,
  };
  const robust = clusterRobustMean(changes, clusters);
  if (!robust) return "no_difference_shown";
  const both = (level: number): readonly (readonly number[])[] => {
    const half = studentQuantile((1 + level) / 2, robust.degrees) * robust.stderr;
    const tango = differenceInterval(counts, { level });
    if (robust.stderr > 0) return [tango, [robust.mean - half, robust.mean + half]];
    return [tango, effectiveDifferenceInterval(counts, robust, { level })];
  };
  if (both(0.95).every(([low]) => low! > 0)) return "gain";
  if (both(0.95).every(([, high]) => high! < 0)) return "loss";
  return both(0.9).every(([low]) => low! > -delta) ? "loss_excluded" : "no_difference_shown";
}
