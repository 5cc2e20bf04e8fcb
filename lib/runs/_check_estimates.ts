import type { ClusteredDifference, Interval, PairedDifference, Proportion } from "../stats/mod.ts";
import {
  type Check,
  integer,
  list,
  number,
  oneOf,
  optional,
  type Place,
  refuse,
  shape,
} from "../ground/mod.ts";
import type { Change } from "./summary.ts";

/** A number of examples. */
export const COUNT = integer({ min: 0 });
/** A proportion or a probability. */
export const SHARE = number({ min: 0, max: 1 });
const DIFFERENCE = number({ min: -1, max: 1 });
const STDERR = number({ min: 0 });

const INTERVAL: Check<Interval> = (value, place) => {
  const [low, high] = list(number(), { min: 2, max: 2 })(value, place);
  return low! <= high! ? [low!, high!] : refuse(place, "an interval, the lower end first", value);
};

/** What rounding may add to a number. */
const ROUNDING = 1e-9;

/** Refuses an interval that has no place for its mean, or reaches beyond what can be. */
function checkInterval(
  [low, high]: Interval,
  { place, mean, from }: { readonly place: Place; readonly mean: number; readonly from: -1 | 0 },
): void {
  const at = { ...place, keyPath: `${place.keyPath}.ci95` };
  if (low < from - ROUNDING || high > 1 + ROUNDING) {
    refuse(at, `an interval within ${from} and 1`, [low, high]);
  }
  if (mean < low - ROUNDING || mean > high + ROUNDING) {
    refuse(at, `an interval that has the mean ${mean} in it`, [low, high]);
  }
}

/** An accuracy with its interval; its parts agree. */
export const PROPORTION: Check<Proportion> = (value, place) => {
  const checked = shape<Proportion>({
    n: integer({ min: 1 }),
    successes: COUNT,
    mean: SHARE,
    stderr: STDERR,
    ci95: INTERVAL,
  })(value, place);
  if (checked.successes > checked.n) {
    refuse(place, "a proportion with successes <= n", value);
  }
  if (Math.abs(checked.mean - checked.successes / checked.n) > ROUNDING) {
    refuse(place, "a proportion whose mean is successes / n", value);
  }
  checkInterval(checked.ci95, { place, mean: checked.mean, from: 0 });
  return checked;
};

/** The uncertainty of a mean over clusters. */
export const CLUSTERED = shape<ClusteredDifference>({
  clusters: integer({ min: 2 }),
  stderr: STDERR,
  ci95: INTERVAL,
});

/** A paired difference with its interval; its parts agree. */
export const PAIRED: Check<PairedDifference> = (value, place) => {
  const checked = shape<PairedDifference>({
    n: integer({ min: 1 }),
    meanBase: SHARE,
    meanTuned: SHARE,
    difference: DIFFERENCE,
    stderr: STDERR,
    ci95: INTERVAL,
    gained: COUNT,
    lost: COUNT,
    mcnemarExactP: SHARE,
    clustered: optional(CLUSTERED),
  })(value, place);
  const { n, difference, gained, lost, meanBase, meanTuned, ci95, clustered } = checked;
  if (Math.abs(difference - (gained - lost) / n) > ROUNDING) {
    refuse(place, "a comparison whose difference is (gained - lost) / n", value);
  }
  if (gained + lost > n || Math.abs(meanTuned - meanBase - difference) > ROUNDING) {
    refuse(place, "a comparison of n pairs whose difference is that of the means", value);
  }
  checkInterval(ci95, { place, mean: difference, from: -1 });
  if (clustered) {
    const at = { ...place, keyPath: `${place.keyPath}.clustered` };
    checkInterval(clustered.ci95, { place: at, mean: difference, from: -1 });
  }
  return checked;
};

/** A relative change, or the reason why there is none. */
export const CHANGE: Check<Change> = (value, place) => {
  const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : null;
  return kind === "relative"
    ? shape<Extract<Change, { kind: "relative" }>>({
      kind: oneOf(["relative"]),
      mean: number({ min: -1 }),
      ci95: INTERVAL,
    })(value, place)
    : shape<{ readonly kind: "at_chance" | "base_zero" }>({
      kind: oneOf(["relative", "at_chance", "base_zero"]) as Check<"at_chance" | "base_zero">,
    })(value, place);
};
