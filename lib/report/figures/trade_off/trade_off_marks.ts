import * as Plot from "@observablehq/plot";
import { clipLine, type PixelPoint } from "../clip_line.ts";
import { ticksOf } from "../curve_marks.ts";
import { gridMarks, TOLERANCE } from "../panels.ts";
import { signedTick } from "../series.ts";
import { INK } from "../svg.ts";
import { frontLine, scalePaths } from "./trade_off_lines.ts";
import { BASE, type KnowledgeGauge, type Place, type TradeOffPoint } from "./trade_off_points.ts";
import {
  hasBars,
  isWithin,
  pointsWithin,
  ticksX,
  type TradeOffScales,
} from "./trade_off_scales.ts";

/**
 * How a panel draws its points: each with its bars (of few), the front large and bars of finished
 * adapters alone (of many), or all of them small beside a panel that has them large.
 */
export type PanelKind = "few" | "many" | "overview";

/** What a panel of the trade-off is drawn of. */
export interface TradeOffPanel {
  readonly kind: PanelKind;
  readonly gauge: KnowledgeGauge;
  /** All points of the figure, those outside of the panel too. */
  readonly all: readonly TradeOffPoint[];
  readonly scales: TradeOffScales;
  /** Where a loss is no longer tolerated, in the unit of the axis. */
  readonly tolerated: number | undefined;
  /** Of an overview, the part that another panel shows in large. */
  readonly shaded?: readonly [number, number];
  /** Whether the numbers of the y axis stand at its left. */
  readonly first: boolean;
}

/** A panel: its axes, the paths and the front, and the points with their bars. */
export function tradeOffPanelMarks(panel: TradeOffPanel): unknown[] {
  return [...frameMarks(panel), ...pathMarks(panel), ...pointMarks(panel)];
}

/** The shade of the part of an overview that another panel shows in large. */
const SHADE = "#dcdcdc";

function frameMarks({ scales, tolerated, shaded, first }: TradeOffPanel): unknown[] {
  const { frame, toX, toY, x, y } = scales;
  return [
    ...(shaded === undefined ? [] : [
      Plot.rect([shaded], {
        x1: ([low]: readonly [number, number]) => toX(low),
        x2: ([, high]: readonly [number, number]) => toX(high),
        y1: frame.y0,
        y2: frame.y1,
        fill: SHADE,
      }),
    ]),
    ...gridMarks(frame, {
      x: { ticks: ticksX(scales), at: toX, text: signedTick, written: true },
      y: { ticks: ticksOf(y, 6), at: toY, text: signedTick, written: first },
    }),
    ...(tolerated === undefined || !isWithin(tolerated, x) ? [] : [
      Plot.ruleX([toX(tolerated)], {
        y1: frame.y0,
        y2: frame.y1,
        ...TOLERANCE,
      }),
    ]),
  ];
}

/** The front is drawn wider than any path, and lighter than any mark. */
export const FRONT = { stroke: "#949494", strokeWidth: 2 } as const;

/**
 * The front as a staircase, as nothing is known between two of its variants; and the scales of each
 * path from the base model on. Of many points only those of finished adapters are joined.
 */
function pathMarks({ all, gauge, kind, scales }: TradeOffPanel): unknown[] {
  const { frame, toX, toY } = scales;
  const few = kind === "few";
  const lines = (points: readonly Place[], style: object): unknown[] =>
    clipLine(points.map(({ x, y }): PixelPoint => [toX(x), toY(y)]), [frame.x0, frame.x1])
      .map((part) => Plot.line(part, style));
  return [
    ...lines(frontLine(all, gauge, scales), FRONT),
    ...scalePaths(all, few).flatMap((own) =>
      lines([BASE, ...own], {
        stroke: own[0]!.style.colour,
        strokeWidth: few ? 1.25 : 1,
        ...dashed(own[0]!.style.dash),
        ...(few ? {} : { strokeOpacity: 0.6 }),
      })
    ),
  ];
}

function dashed(dash: string): { readonly strokeDasharray?: string } {
  return dash === "" ? {} : { strokeDasharray: dash };
}

/** The radius of small points: variants beside the front among many, and further seeds. */
export const SMALL = { other: 2.8, furtherSeed: 1.5 } as const;

/** The radius of a point in pixels. */
export function radiusOf({ front, furtherSeed }: TradeOffPoint, kind: PanelKind): number {
  if (kind === "overview") return furtherSeed ? 1.2 : 1.8;
  if (furtherSeed) return SMALL.furtherSeed;
  if (kind === "few") return 4.5;
  return front ? 4 : SMALL.other;
}

/** The intervals of points on both axes, where they have some. */
export function intervalMarks(
  points: readonly TradeOffPoint[],
  { toX, toY }: Pick<TradeOffScales, "toX" | "toY">,
  style: object,
): unknown[] {
  return [
    Plot.ruleY(points.filter(({ xEnds }) => xEnds), {
      y: ({ y }: TradeOffPoint) => toY(y),
      x1: ({ xEnds }: TradeOffPoint) => toX(xEnds![0]),
      x2: ({ xEnds }: TradeOffPoint) => toX(xEnds![1]),
      ...style,
    }),
    Plot.ruleX(points.filter(({ yEnds }) => yEnds), {
      x: ({ x }: TradeOffPoint) => toX(x),
      y1: ({ yEnds }: TradeOffPoint) => toY(yEnds![0]),
      y2: ({ yEnds }: TradeOffPoint) => toY(yEnds![1]),
      ...style,
    }),
  ];
}

/** The ring round the recommended variant, in pixels. */
export const RING_RADIUS = 9;

/** The points with their intervals, the front on top; the base model is a square. */
function pointMarks({ all, kind, scales, shaded }: TradeOffPanel): unknown[] {
  const { toX, toY } = scales;
  const [few, overview] = [kind === "few", kind === "overview"];
  const points = pointsWithin(all, scales);
  const bar = few
    ? { strokeWidth: 1.25, strokeOpacity: 0.8 }
    : { strokeWidth: 1, strokeOpacity: 0.6 };
  const stroke = ({ style }: TradeOffPoint): string => style.colour;
  const at = {
    x: (point: TradeOffPoint) => toX(point.x),
    y: (point: TradeOffPoint) => toY(point.y),
  };
  // what another panel shows in large has its bars there
  const barred = points.filter((point) =>
    hasBars(point, few) && !(shaded && isWithin(point.x, shaded))
  );
  const ring = overview ? 6 : RING_RADIUS;
  const recommended = points.filter((point) => point.recommended);
  const dots = (shown: readonly TradeOffPoint[]): unknown =>
    Plot.dot(shown, {
      ...at,
      // a scale of its own would make the largest as large as Plot likes
      r: { value: (point: TradeOffPoint) => radiusOf(point, kind), scale: null },
      symbol: ({ style }: TradeOffPoint) => style.symbol,
      stroke,
      strokeWidth: few ? 1.5 : 1,
      fill: ({ front, style }: TradeOffPoint) => front ? style.colour : "white",
    });
  const touchesRing = (point: TradeOffPoint): boolean =>
    !point.recommended &&
    recommended.some(({ x, y }) =>
      Math.hypot(toX(point.x) - toX(x), toY(point.y) - toY(y)) < ring + radiusOf(point, kind) + 3
    );
  return [
    ...intervalMarks(barred, scales, { stroke, ...bar }),
    dots(points.toSorted((a, b) => Number(a.front) - Number(b.front))),
    Plot.dot([[toX(0), toY(0)]], { r: overview ? 3 : 4.5, symbol: "square", fill: INK }),
    // on top, with a white rim, so that no crowd hides the ring
    ...[{ stroke: "white", strokeWidth: 4.5 }, { stroke: INK, strokeWidth: 2 }].map((style) =>
      Plot.dot(recommended, { ...at, r: ring, ...style })
    ),
    // a mark of the front that the rim would cut to another shape is over it
    dots(points.filter((point) => point.front && touchesRing(point))),
  ];
}
