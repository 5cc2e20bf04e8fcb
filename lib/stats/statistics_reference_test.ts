// Every block of testdata/statistics_reference.json; each names its formula and its source there.
import assert from "node:assert/strict";
import { aboveChance } from "./above_chance.ts";
import { calibration } from "./calibration.ts";
import { changeAboveChance } from "./change_above_chance.ts";
import { crossedSeeds } from "./crossed_seeds.ts";
import { evidenceIntervals } from "./evidence_intervals.ts";
import { letterPrior } from "./testing/letter_prior.ts";
import { letterTable } from "./letter_table.ts";
import { mcnemarExact } from "./testing/mcnemar_exact.ts";
import { mcnemarMidP } from "./mcnemar_mid_p.ts";
import { pcg32 } from "./pcg32.ts";
import { percentageChange } from "./percentage_change.ts";
import { requiredExamples } from "./required_examples.ts";
import { splitHalves } from "./split_halves.ts";
import { studentCdf, studentQuantile } from "./student_t.ts";
import { answersOf, assertNear, lettersOf } from "./testing/from_counts.ts";
import { checkClustered, checkNonInferiority } from "./testing/reference_bounds.ts";
import { checkRecommendation } from "./testing/reference_recommendation.ts";
import { checkSimultaneous } from "./testing/reference_simultaneous.ts";
import reference from "./testdata/statistics_reference.json" with { type: "json" };

const BLOCKS: Record<keyof typeof reference, () => void> = {
  mcnemarMidP(): void {
    for (const { gained, lost, midP, exactP } of reference.mcnemarMidP.cases) {
      assertNear(mcnemarMidP(gained, lost), midP, `mid-p of ${gained}, ${lost}`);
      assertNear(mcnemarExact(gained, lost), exactP, `exact p of ${gained}, ${lost}`);
    }
    // The formula's own remark: nothing was tested.
    assert.equal(mcnemarMidP(0, 0), 1);
  },
  nonInferiorityTango: checkNonInferiority,
  nonInferiorityClustered: checkClustered,
  simultaneous: checkSimultaneous,
  planNonInferiority(): void {
    for (const { flipShare, delta, n, ...options } of reference.planNonInferiority.cases) {
      assert.equal(requiredExamples(flipShare, delta, options), n);
    }
  },
  changeAboveChance(): void {
    for (const item of reference.changeAboveChance.cases) {
      const { base, tuned } = answersOf(item);
      const found = changeAboveChance(base, tuned);
      assertNear(percentageChange(base, tuned)!.change, item.rawChange);
      assertNear(found.change!, item.aboveChanceChange);
      if (item.ci95 === null) assert.equal(found.ci95, null);
      else item.ci95.forEach((end, i) => assertNear(found.ci95![i]!, end));
    }
  },
  letterPrior(): void {
    for (const { variant, chosen, gold, ...expected } of reference.letterPrior.sample) {
      const count = (letters: Partial<Record<string, number>>): number[] =>
        [..."ABCD"].map((letter) => letters[letter] ?? 0);
      const { right } = expected;
      const letters = lettersOf({ chosen: count(chosen), gold: count(gold), right });
      const { pValue: exactP, ...table } = letterTable(letters.chosen, letters.gold);
      const found = { ...table, exactP };
      for (
        const key of ["right", "expected", "sd", "z", "kappa", "exactP", "entropyBits"] as const
      ) {
        assertNear(found[key], expected[key], `${variant} ${key}`);
      }
      assert.deepEqual([table.method, table.habit], ["exact", true]);
    }
    const { logProbs, prior, choiceBefore } = reference.letterPrior.batchCalibration;
    letterPrior(logProbs).forEach((share, i) => assertNear(share, prior[i]!));
    assert.deepEqual(logProbs.map((row) => row.indexOf(Math.max(...row))), choiceBefore);
  },
  calibration(): void {
    const { conf, correct, cases, biasWhenPerfect } = reference.calibration;
    for (const { bins, identity: _, ...expected } of cases) {
      const found = calibration(conf, correct.map(Boolean), { bins });
      for (const [key, value] of Object.entries(expected)) {
        assertNear(found[key as keyof typeof expected], value, `${bins} bins, ${key}`);
      }
      const { brier, reliability, resolution, uncertainty, withinBin } = found;
      assert.ok(Math.abs(brier - (reliability - resolution + uncertainty + withinBin)) < 1e-15);
    }
    for (const { n, bins, meanECEOfAPerfectModel } of biasWhenPerfect) {
      const { ece, l2Debiased } = perfectModel(n, bins, 40_000 / n);
      assertNear(ece, meanECEOfAPerfectModel, `ECE of a perfect model, n ${n}`, 0.06);
      assert.ok(Math.abs(l2Debiased) < 0.003, `debiased ${l2Debiased}, n ${n}`);
    }
  },
  seeds(): void {
    const { d, second, ...first } = reference.seeds;
    const found = crossedSeeds(d);
    assertNear(found.mean, first.mean);
    assertNear(found.meanSquares.seed, first.MSseed);
    assertNear(found.meanSquares.item, first.MSitem);
    assertNear(found.meanSquares.rest, first.MSrest);
    assertNear(found.varSeed, first.varSeed);
    assertNear(found.varItem, first.varItem);
    assertNear(found.varMean, first.varMean);
    assertNear(Math.sqrt(found.varMean), first.seMean);
    assertNear(found.degrees, first.dfSatterthwaite);
    assertNear(found.varConservative, first.varConservative);
    // The floor: seeds that differ less than chance would have them do not make items surer.
    assertNear(found.evidence.plain.stderr ** 2, first.MSitem / 36);
    assert.deepEqual([found.seeds, found.items, found.speaksOfRecipe], [3, 12, false]);
    first.oneSeedOnlyVarWouldBe.forEach((variance, s) => {
      const mean = d[s]!.reduce((sum, x) => sum + x, 0) / 12;
      assertNear(d[s]!.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 12 / 11, variance);
    });
    const five = crossedSeeds(second.d);
    assertNear(five.mean, second.mean);
    assertNear(five.meanSquares.seed, second.MSseed);
    assertNear(five.meanSquares.item, second.MSitem);
    assertNear(five.meanSquares.rest, second.MSrest);
    assertNear(five.varSeed, second.varSeed);
    assertNear(five.varMean, second.varMean);
    assertNear(five.degrees, second.dfSatterthwaite);
    const { plain } = evidenceIntervals(five.evidence);
    second.ci95.forEach((end, i) => assertNear(plain![i]!, end));
    assert.equal(five.speaksOfRecipe, true);
  },
  split(): void {
    const { seed, order, databases } = reference.split;
    for (const ids of [order, databases]) {
      const { choose, confirm } = splitHalves([...ids].sort(), seed);
      assert.deepEqual(choose, ids.filter((_, i) => i % 2 === 0));
      assert.deepEqual(confirm, ids.filter((_, i) => i % 2 === 1));
    }
  },
  recommendation: checkRecommendation,
  chanceGate(): void {
    for (const { n, chance, count, p } of reference.chanceGate.smallestCountAboveChance) {
      const found = aboveChance(count, n, { chance });
      assertNear(found.pValue, p);
      assert.equal(found.above, true);
      assert.equal(aboveChance(count - 1, n, { chance }).above, false);
    }
  },
  lossFell(): void {
    for (const { k, p } of reference.lossFell.falseAlarmNow) {
      // A flat curve's first loss above the interval of the mean of k others, as it used to be told.
      const t = studentQuantile(0.975, k - 1);
      assertNear(1 - studentCdf(t / Math.sqrt(k + 1), k - 1), p, `k ${k}`, 1e-5);
    }
  },
};

Deno.test("every block of statistics_reference.json is checked, and none that is not there", () => {
  assert.deepEqual(Object.keys(BLOCKS).sort(), Object.keys(reference).sort());
});

for (const [name, check] of Object.entries(BLOCKS)) {
  Deno.test(`statistics_reference.json, ${name}: all values are reproduced`, check);
}

/** The mean calibration of a model whose confidences are true, over seeded studies. */
function perfectModel(
  n: number,
  bins: number,
  studies: number,
): { readonly ece: number; readonly l2Debiased: number } {
  const random = pcg32(9);
  const mean = { ece: 0, l2Debiased: 0 };
  for (let study = 0; study < studies; study++) {
    const confidence = Array.from({ length: n }, () => 0.25 + 0.7 * random());
    const found = calibration(confidence, confidence.map((share) => random() < share), { bins });
    mean.ece += found.ece / studies;
    mean.l2Debiased += found.l2Debiased / studies;
  }
  return mean;
}
