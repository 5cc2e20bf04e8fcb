/**
 * Where `f` crosses zero between `low`, where it is >= 0, and `high`, where it is <= 0, to the last
 * bits of a number. If the ends have the same sign by rounding, the nearer end comes out.
 */
export function bisectDown(f: (x: number) => number, low: number, high: number): number {
  let a = low;
  let b = high;
  for (let i = 0; i < 200; i++) {
    const middle = (a + b) / 2;
    if (middle === a || middle === b) break;
    if (f(middle) > 0) a = middle;
    else b = middle;
  }
  return (a + b) / 2;
}
