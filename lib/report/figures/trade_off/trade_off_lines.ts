import { betterOf } from "../../words/measures.ts";
import {
  BASE,
  isBaseOnFront,
  type KnowledgeGauge,
  type Place,
  type TradeOffPoint,
} from "./trade_off_points.ts";
import type { TradeOffScales } from "./trade_off_scales.ts";

/**
 * The points that lines join, one list a path with its scales ascending; a path of one scale has no
 * line. Of many points only those of finished adapters are joined.
 */
export function scalePaths(all: readonly TradeOffPoint[], few: boolean): TradeOffPoint[][] {
  return [...Map.groupBy(all, ({ path }) => path).values()]
    .filter((own) => new Set(own.map(({ scale }) => scale)).size > 1)
    .filter((own) => few || own.some(({ plain }) => plain))
    .map((own) => own.toSorted((a, b) => a.scale - b.scale));
}

/** The corners of the staircase, to the edges of the panel: what is reached is below, on the worse side. */
export function frontLine(
  points: readonly TradeOffPoint[],
  gauge: KnowledgeGauge,
  { x, y }: Pick<TradeOffScales, "x" | "y">,
): Place[] {
  const corners: Place[] = [
    ...points.filter((point) => point.front),
    ...(isBaseOnFront(points, gauge) ? [BASE] : []),
  ].toSorted((a, b) => a.x - b.x);
  const [first, last] = [corners[0]!, corners.at(-1)!];
  const lower = betterOf(gauge) === "lower";
  const ends = lower
    ? [{ x: first.x, y: y[0] }, ...corners, { x: Math.max(x[1], last.x), y: last.y }]
    : [{ x: Math.min(x[0], first.x), y: first.y }, ...corners, { x: last.x, y: y[0] }];
  return ends.flatMap((end, i) => {
    const next = ends[i + 1];
    if (!next) return [end];
    return [end, lower ? { x: next.x, y: end.y } : { x: end.x, y: next.y }];
  });
}
