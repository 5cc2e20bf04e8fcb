import { binomialPmf } from "../binomial_pmf.ts";

/** The true chances of the three outcomes that a test of coverage supposes; the rest is 00. */
export interface PairedTruth {
  /** Right before and after. */
  readonly both: number;
  /** Wrong before, right after. */
  readonly gained: number;
  /** Right before, wrong after. */
  readonly lost: number;
}

/** Calls `visit` with every possible (gained, lost) of `n` pairs and its exact probability. */
export function forEachDiscordance(
  n: number,
  truth: PairedTruth,
  visit: (gained: number, lost: number, probability: number) => void,
): void {
  const discordant = truth.gained + truth.lost;
  const share = discordant === 0 ? 0 : truth.gained / discordant;
  for (let m = 0; m <= n; m++) {
    const mass = binomialPmf(m, n, discordant);
    if (mass < 1e-12) continue;
    for (let gained = 0; gained <= m; gained++) {
      visit(gained, m - gained, mass * binomialPmf(gained, m, share));
    }
  }
}
