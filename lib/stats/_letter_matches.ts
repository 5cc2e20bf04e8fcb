import { normalCdf } from "./normal_cdf.ts";

/** Up to this many questions all orders are counted; above it the normal distribution is as good. */
const EXACT_LIMIT = 300;

/** The letter counts of a model, and how many matches it had. */
interface Matches {
  readonly chosen: readonly number[];
  readonly gold: readonly number[];
  readonly right: number;
  readonly expected: number;
  readonly sd: number;
}

/**
 * The share of all orders of the right letters with at least `right` matches.
 *
 * With `r_j` the ways to fix `j` matches, which is the coefficient of `x^j` in the product over
 * letters of `sum_i C(a, i) C(b, i) i! x^i`, it is
 * `sum_j (-1)^(j - right) C(j - 1, right - 1) r_j (n - j)! / n!` over `j >= right`. The terms cancel
 * to many digits, so that they are summed as whole numbers.
 */
export function atLeastMatches(
  matches: Matches,
): { readonly pValue: number; readonly method: "exact" | "normal" } {
  const { chosen, gold, right, expected, sd } = matches;
  const n = chosen.reduce((sum, times) => sum + times, 0);
  if (sd === 0 || right === 0) return { pValue: 1, method: "exact" };
  if (n > EXACT_LIMIT) {
    return { pValue: normalCdf((expected - right + 0.5) / sd), method: "normal" };
  }
  const factorials = factorialsTo(n);
  const choose = (m: number, k: number): bigint =>
    factorials[m]! / (factorials[k]! * factorials[m - k]!);
  let fixed = [1n];
  chosen.forEach((times, letter) => {
    const rights = gold[letter]!;
    const ways = Array.from(
      { length: Math.min(times, rights) + 1 },
      (_, i) => choose(times, i) * choose(rights, i) * factorials[i]!,
    );
    fixed = product(fixed, ways);
  });
  let sum = 0n;
  for (let j = right; j < fixed.length; j++) {
    const term = choose(j - 1, right - 1) * fixed[j]! * factorials[n - j]!;
    sum += (j - right) % 2 === 0 ? term : -term;
  }
  return { pValue: Number(sum * 10n ** 18n / factorials[n]!) / 1e18, method: "exact" };
}

function factorialsTo(n: number): bigint[] {
  const factorials = [1n];
  for (let i = 1; i <= n; i++) factorials.push(factorials[i - 1]! * BigInt(i));
  return factorials;
}

/** The product of two polynomials, given by their coefficients. */
function product(a: readonly bigint[], b: readonly bigint[]): bigint[] {
  const result = new Array<bigint>(a.length + b.length - 1).fill(0n);
  a.forEach((x, i) =>
    b.forEach((y, j) => {
      result[i + j]! += x * y;
    })
  );
  return result;
}
