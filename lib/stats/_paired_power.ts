import { forEachDiscordance } from "./_paired_exact.ts";
import { mcnemarExact } from "./mcnemar_exact.ts";

/**
 * The chance that a test finds a loss of `difference`, summed over all counts: McNemar's exact test
 * or the sign of Tango's interval, for tests of planning formulas.
 */
export function pairedPower(
  n: number,
  flipShare: number,
  difference: number,
  test: "exact" | "tango",
): number {
  const truth = {
    both: 0,
    gained: (flipShare - difference) / 2,
    lost: (flipShare + difference) / 2,
  };
  const critical = new Map<number, number>();
  let power = 0;
  forEachDiscordance(n, truth, (gained, lost, probability) => {
    const m = gained + lost;
    if (!critical.has(m)) critical.set(m, mostGained(m, test));
    if (gained <= critical.get(m)!) power += probability;
  });
  return power;
}

/** The largest `gained` of `m` flips with which the test tells a loss; -1 if there is none. */
function mostGained(m: number, test: "exact" | "tango"): number {
  let gained = -1;
  const finds = (count: number): boolean =>
    2 * count < m &&
    (test === "exact"
      ? mcnemarExact(count, m - count) < 0.05
      : (m - 2 * count) / Math.sqrt(m) > 1.959963984540054);
  while (finds(gained + 1)) gained++;
  return gained;
}
