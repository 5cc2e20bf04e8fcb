/**
 * The jackknife standard error of a statistic, leaving out one group at a time; `NaN` if it cannot
 * be taken of what is left.
 */
export function jackknifeSpread(
  groups: readonly string[],
  statistic: (kept: readonly number[]) => number,
): number {
  const names = [...new Set(groups)];
  const positions = groups.map((_, i) => i);
  const values = names.map((name) => statistic(positions.filter((i) => groups[i] !== name)));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt((values.length - 1) / values.length * squares);
}
