/** A place in pixels; the first number is on the axis on which a line is cut. */
export type PixelPoint = readonly [cut: number, other: number];

/**
 * The parts of a polyline that lie between two places on its first axis, cut where it leaves them:
 * what a panel shows of a line that goes on beyond it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(clipLine([[0, 0], [4, 8]], [1, 3]), [[[1, 2], [3, 6]]]);
 * ```
 */
export function clipLine(
  points: readonly PixelPoint[],
  [low, high]: readonly [number, number],
): PixelPoint[][] {
  const parts: PixelPoint[][] = [];
  points.slice(1).forEach((end, i) => {
    const piece = clipped(points[i]!, end, [low, high]);
    if (piece === undefined) return;
    const last = parts.at(-1);
    const [x, y] = last?.at(-1) ?? [NaN, NaN];
    if (last && x === piece[0][0] && y === piece[0][1]) last.push(piece[1]);
    else parts.push([...piece]);
  });
  return parts;
}

function clipped(
  start: PixelPoint,
  end: PixelPoint,
  [low, high]: readonly [number, number],
): readonly [PixelPoint, PixelPoint] | undefined {
  const [left, right] = [Math.min(start[0], end[0]), Math.max(start[0], end[0])];
  if (right < low || left > high) return undefined;
  const at = (x: number): PixelPoint => {
    const part = (x - start[0]) / (end[0] - start[0]);
    return [x, start[1] + part * (end[1] - start[1])];
  };
  const inside = (point: PixelPoint): PixelPoint => {
    if (point[0] < low) return at(low);
    return point[0] > high ? at(high) : point;
  };
  return [inside(start), inside(end)];
}
