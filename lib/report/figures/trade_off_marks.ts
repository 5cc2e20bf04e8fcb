import * as Plot from "@observablehq/plot";
import { betterOf } from "../words/measures.ts";
import { INK, type Margin, MUTED } from "./svg.ts";
import { isBaseOnFront, type KnowledgeGauge, type TradeOffPoint } from "./trade_off_points.ts";

/** Up to so many points have marks beside them, and bars of their own. */
export const FEW = 12;

/** The scales of the axes, in data and in pixels. */
export interface TradeOffScales {
  /** The ends of the x axis. */
  readonly x: readonly [number, number];
  /** The ends of the y axis. */
  readonly y: readonly [number, number];
  /** Room round the frame. */
  readonly margin: Margin;
  /** How high the frame is. */
  readonly frameHeight: number;
}

/** The zero lines, and where a loss is no longer tolerated, in the unit of the axis. */
export function frameMarks(tolerated: number | undefined): unknown[] {
  return [
    Plot.ruleX([0], { stroke: MUTED }),
    Plot.ruleY([0], { stroke: MUTED }),
    ...(tolerated === undefined
      ? []
      : [Plot.ruleX([tolerated], { stroke: INK, strokeDasharray: "5 3" })]),
  ];
}

/**
 * The front as a staircase, as nothing is known between two of its variants; and the scales of each
 * path from the base model on. Of many points only those of finished adapters are joined.
 */
export function pathMarks(
  points: readonly TradeOffPoint[],
  { gauge, x, y }: Pick<TradeOffScales, "x" | "y"> & { readonly gauge: KnowledgeGauge },
): unknown[] {
  const base = { x: 0, y: 0 };
  const few = points.length <= FEW;
  const paths = [...Map.groupBy(points, ({ path }) => path).values()]
    .filter((own) => new Set(own.map(({ scale }) => scale)).size > 1)
    .filter((own) => few || own.some(({ plain }) => plain))
    .map((own) => own.toSorted((a, b) => a.scale - b.scale));
  return [
    ...paths.map((own) =>
      Plot.line([base, ...own], {
        x: "x",
        y: "y",
        stroke: own[0]!.style.colour,
        strokeWidth: few ? 1.25 : 1,
        ...dashed(own[0]!.style.dash),
        ...(few ? {} : { strokeOpacity: 0.6 }),
      })
    ),
    Plot.line(frontLine(points, { gauge, x, y }), {
      x: "x",
      y: "y",
      curve: betterOf(gauge) === "lower" ? "step-after" : "step-before",
      stroke: INK,
      strokeWidth: FRONT_WIDTH,
    }),
  ];
}

/** The front is drawn wider than any path. */
export const FRONT_WIDTH = 1.5;

/** The corners of the front, to the edges of the frame: what is reached is below, on the worse side. */
function frontLine(
  points: readonly TradeOffPoint[],
  { gauge, x, y }: Pick<TradeOffScales, "x" | "y"> & { readonly gauge: KnowledgeGauge },
): { readonly x: number; readonly y: number }[] {
  const corners = [
    ...points.filter((point) => point.front),
    ...(isBaseOnFront(points, gauge) ? [{ x: 0, y: 0 }] : []),
  ].toSorted((a, b) => a.x - b.x);
  const [first, last] = [corners[0]!, corners.at(-1)!];
  return betterOf(gauge) === "lower"
    ? [{ x: first.x, y: y[0] }, ...corners, { x: x[1], y: last.y }]
    : [{ x: x[0], y: first.y }, ...corners, { x: last.x, y: y[0] }];
}

function dashed(dash: string): { readonly strokeDasharray?: string } {
  return dash === "" ? {} : { strokeDasharray: dash };
}

/** Whether a point's intervals are drawn: of many, those of what a reader asks for first. */
export function hasBars(point: TradeOffPoint, points: readonly TradeOffPoint[]): boolean {
  return points.length <= FEW || point.recommended || point.plain;
}

/** The radius of a point in pixels. */
export function radiusOf({ front, furtherSeed }: TradeOffPoint, few: boolean): number {
  if (furtherSeed) return 2;
  if (few) return 4.5;
  return front ? 4 : 2.2;
}

/** The points with their intervals, the front on top; the base model is a square. */
export function pointMarks(points: readonly TradeOffPoint[]): unknown[] {
  const few = points.length <= FEW;
  const bar = few
    ? { strokeWidth: 1.25, strokeOpacity: 0.8 }
    : { strokeWidth: 1, strokeOpacity: 0.6 };
  const stroke = ({ style }: TradeOffPoint): string => style.colour;
  const barred = points.filter((point) => hasBars(point, points));
  return [
    Plot.ruleY(barred.filter(({ xEnds }) => xEnds), {
      y: "y",
      x1: ({ xEnds }: TradeOffPoint) => xEnds![0],
      x2: ({ xEnds }: TradeOffPoint) => xEnds![1],
      stroke,
      ...bar,
    }),
    Plot.ruleX(barred.filter(({ yEnds }) => yEnds), {
      x: "x",
      y1: ({ yEnds }: TradeOffPoint) => yEnds![0],
      y2: ({ yEnds }: TradeOffPoint) => yEnds![1],
      stroke,
      ...bar,
    }),
    Plot.dot(points.toSorted((a, b) => Number(a.front) - Number(b.front)), {
      x: "x",
      y: "y",
      // a scale of its own would make the largest as large as Plot likes
      r: { value: (point: TradeOffPoint) => radiusOf(point, few), scale: null },
      symbol: ({ style }: TradeOffPoint) => style.symbol,
      stroke,
      strokeWidth: few ? 1.5 : 1,
      fill: ({ front, style }: TradeOffPoint) => front ? style.colour : "white",
    }),
    Plot.dot([{ x: 0, y: 0 }], { x: "x", y: "y", r: 4.5, symbol: "square", fill: INK }),
    // on top, with a white rim, so that no crowd hides the ring
    ...[{ stroke: "white", strokeWidth: 4.5 }, { stroke: INK, strokeWidth: 2 }].map((ring) =>
      Plot.dot(points.filter(({ recommended }) => recommended), { x: "x", y: "y", r: 9, ...ring })
    ),
  ];
}
