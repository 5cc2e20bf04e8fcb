import { betterOf } from "../../words/measures.ts";
import { changeDomain, ticksOf } from "../curve_marks.ts";
import type { PanelFrame } from "../panels.ts";
import { signedTick } from "../series.ts";
import { SMALL_FONT, textWidth } from "../svg.ts";
import type { KnowledgeGauge, TradeOffPoint } from "./trade_off_points.ts";

/** Up to so many points have marks beside them, and bars of their own. */
export const FEW = 12;

/** The ends of an axis, in the unit of its measure. */
export type Domain = readonly [low: number, high: number];

/** The axes of a panel, in data and in pixels. */
export interface TradeOffScales {
  readonly x: Domain;
  readonly y: Domain;
  readonly frame: PanelFrame;
  /** Where a change is, in pixels of the figure. */
  readonly toX: (value: number) => number;
  /** Where a change is, in pixels of the figure. */
  readonly toY: (value: number) => number;
}

/** The axes of a panel between their ends. */
export function tradeOffScales(x: Domain, y: Domain, frame: PanelFrame): TradeOffScales {
  const { x0, x1, y0, y1 } = frame;
  return {
    x,
    y,
    frame,
    toX: (value) => x0 + (value - x[0]) / (x[1] - x[0]) * (x1 - x0),
    toY: (value) => y1 - (value - y[0]) / (y[1] - y[0]) * (y1 - y0),
  };
}

/** Whether a point's intervals are drawn: of many, those of what a reader asks for first. */
export function hasBars({ recommended, plain }: TradeOffPoint, few: boolean): boolean {
  return few || recommended || plain;
}

/** The axis that shows every point and the tolerated loss, where there is one. */
export function wholeDomain(
  all: readonly TradeOffPoint[],
  axis: "x" | "y",
  { gauge, tolerated }: {
    readonly gauge: KnowledgeGauge | "sql";
    /** In the unit of the axis. */
    readonly tolerated?: number | undefined;
  },
): Domain {
  const few = all.length <= FEW;
  const ends = all.flatMap((point) => endsOf(point, axis, few));
  return changeDomain([...ends, ...(tolerated === undefined ? [] : [tolerated])], gauge);
}

/** The near part has to be so many times narrower than the whole. */
const WORTH = 2;
/** What it need not hold makes it so many times wider at most. */
const MOST_WIDER = 2;

/**
 * The part of the x axis round the base model, the front and the recommended variant: one recipe that
 * forgets much leaves little room for all others. Finished adapters and the tolerated loss are in it
 * too while it becomes less than twice as wide by them.
 *
 * @returns `undefined` where there are few points, or the whole is less than twice as wide.
 */
export function nearDomain(
  all: readonly TradeOffPoint[],
  { gauge, tolerated }: {
    readonly gauge: KnowledgeGauge;
    readonly tolerated: number | undefined;
  },
): Domain | undefined {
  if (all.length <= FEW) return undefined;
  const width = ([low, high]: Domain): number => high - low;
  const needed = all.filter(({ front, recommended }) => front || recommended)
    .flatMap((point) => endsOf(point, "x", false));
  const least = changeDomain(needed, gauge);
  const optional = [
    ...all.filter(({ plain }) => plain).map((point) => endsOf(point, "x", false)),
    ...(tolerated === undefined ? [] : [[tolerated]]),
  ].map((ends) => ({ ends, wide: width(changeDomain([...needed, ...ends], gauge)) }))
    .toSorted((a, b) => a.wide - b.wide);
  const front = all.filter((point) => point.front).map(({ x }) => x);
  const most = width(wholeDomain(all, "x", { gauge, tolerated })) / WORTH;
  let [held, near] = [needed, withRoom(least, front, gauge)];
  for (const { ends } of optional) {
    const wider = changeDomain([...held, ...ends], gauge);
    const roomy = withRoom(wider, front, gauge);
    if (width(wider) >= MOST_WIDER * width(least) || width(roomy) > most) break;
    [held, near] = [[...held, ...ends], roomy];
  }
  return width(near) > most ? undefined : near;
}

/** Room for labels beyond the best point of the front, as a share of the axis. */
const LABEL_ROOM = 0.2;

function withRoom([low, high]: Domain, front: readonly number[], gauge: KnowledgeGauge): Domain {
  const room = LABEL_ROOM * (high - low);
  return betterOf(gauge) === "lower"
    ? [Math.min(low, Math.min(...front) - room), high]
    : [low, Math.max(high, Math.max(...front) + room)];
}

function endsOf(point: TradeOffPoint, axis: "x" | "y", few: boolean): readonly number[] {
  return [point[axis], ...(hasBars(point, few) ? point[`${axis}Ends`] ?? [] : [])];
}

/** Whether a value is on an axis. */
export function isWithin(value: number, [low, high]: Domain): boolean {
  return value >= low && value <= high;
}

/** The points of a panel, their intervals cut at its edges. */
export function pointsWithin(
  all: readonly TradeOffPoint[],
  { x, y }: Pick<TradeOffScales, "x" | "y">,
): TradeOffPoint[] {
  const cut = (ends: Domain, [low, high]: Domain): Domain => [
    Math.max(low, ends[0]),
    Math.min(high, ends[1]),
  ];
  return all.filter((point) => isWithin(point.x, x) && isWithin(point.y, y)).map((point) => ({
    ...point,
    ...(point.xEnds && { xEnds: cut(point.xEnds, x) }),
    ...(point.yEnds && { yEnds: cut(point.yEnds, y) }),
  }));
}

/** Between two numbers of an axis, at least. */
const APART = 8;
/** So far may a number stand out of its panel. */
const OUT = 6;

/**
 * As many round ticks of the x axis as there is room for, six at most; one whose number would reach
 * far out of its panel is left out.
 */
export function ticksX({ x, frame: { x0, x1 }, toX }: TradeOffScales): number[] {
  const half = (tick: number): number => textWidth(signedTick(tick), { fontSize: SMALL_FONT }) / 2;
  for (let wanted = 6; wanted > 1; wanted--) {
    const ticks = ticksOf(x, wanted)
      .filter((tick) => toX(tick) - half(tick) >= x0 - OUT && toX(tick) + half(tick) <= x1 + OUT);
    const fit = ticks.slice(1).every((tick, i) =>
      toX(tick) - half(tick) - toX(ticks[i]!) - half(ticks[i]!) >= APART
    );
    if (fit) return ticks;
  }
  return [0];
}
