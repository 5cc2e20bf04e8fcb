import type { VariantRows } from "../rows/row_types.ts";
import { describeTradeOff, legendEntries, noteLines } from "./trade_off_words.ts";
import { betterOf, unitOf } from "../words/measures.ts";
import { changeDomain } from "./curve_marks.ts";
import { margins } from "./grouped_bars.ts";
import { legend, notes, signedTick } from "./series.ts";
import {
  COLUMN_WIDTH,
  figureName,
  figureText,
  FONT,
  type Margin,
  ON_SCREEN,
  renderPlot,
} from "./svg.ts";
import { labelMarks, tradeOffLabels } from "./trade_off_labels.ts";
import {
  FEW,
  frameMarks,
  hasBars,
  pathMarks,
  pointMarks,
  type TradeOffScales,
} from "./trade_off_marks.ts";
import {
  type KnowledgeGauge,
  type TradeOffPoint,
  tradeOffPoints,
  type TradeOffRows,
} from "./trade_off_points.ts";

/** Options of {@linkcode tradeOffFigure}. */
export interface TradeOffOptions {
  /** The measure of the x axis; by default multiple choice, or general text where there is none. */
  readonly gauge?: KnowledgeGauge;
}

/** How high the frame is, for few points and for many. */
const FRAME_HEIGHT = { few: 230, many: 300 } as const;

/** The measures that the trade-off can be drawn against, the first one by default. */
export function tradeOffGauges({ tradeOff }: Pick<VariantRows, "tradeOff">): KnowledgeGauge[] {
  return (["mmlu", "prose"] as const).filter((gauge) => tradeOffPoints(tradeOff, gauge).length > 0);
}

/**
 * The study's one figure: the change on text-to-SQL (y) against the change on a measure of what is
 * known (x), with the wider 95 % interval of both on each axis. The base model is the origin.
 *
 * Each source has a colour and a symbol; a line joins the scales of one path, from the base model,
 * which is scale 0. Filled: no other variant is better on one axis and as good on the other (Pareto
 * front, the staircase); hollow: one is. Further seeds are small. The recommended variant has a ring
 * and its name; a dashed line is the tolerated loss. Of many variants those that are not on the front
 * are small too, and only finished adapters have lines and bars.
 *
 * @returns A standalone SVG document of one column's width.
 * @throws {RangeError} If no variant has both changes, two share a name, or one is not finite.
 */
export function tradeOffFigure(rows: TradeOffRows, options: TradeOffOptions = {}): string {
  const gauge = options.gauge ?? tradeOffGauges(rows)[0] ?? "mmlu";
  return drawn(rows, gauge, tradeOffPoints(rows.tradeOff, gauge), false);
}

/**
 * The part of {@linkcode tradeOffFigure} where the base model, the front and the recommended variant
 * are: one recipe that forgets much leaves little room for all others. A note says how many variants
 * are outside.
 *
 * @returns A standalone SVG document of one column's width; `undefined` where no variant is outside,
 * or there are so few that the whole figure shows each.
 * @throws {RangeError} As {@linkcode tradeOffFigure}.
 */
export function tradeOffNearFigure(
  rows: TradeOffRows,
  options: TradeOffOptions = {},
): string | undefined {
  const gauge = options.gauge ?? tradeOffGauges(rows)[0] ?? "mmlu";
  const all = tradeOffPoints(rows.tradeOff, gauge);
  const within = pointsWithin(all, domainsOf(all, { gauge, tolerated: undefined, near: true }));
  const helps = all.length > FEW && within.length < all.length;
  return helps ? drawn(rows, gauge, all, true) : undefined;
}

function drawn(
  rows: TradeOffRows,
  gauge: KnowledgeGauge,
  all: readonly TradeOffPoint[],
  near: boolean,
): string {
  if (all.length === 0) {
    throw new RangeError("Cannot draw the trade-off figure as it needs a point: there are none");
  }
  const delta = rows.tradeOff.find((row) => row[gauge]?.delta !== undefined)?.[gauge]?.delta;
  const tolerated = delta === undefined ? undefined : toleratedX(delta, gauge);
  const domain = domainsOf(all, { gauge, tolerated, near });
  const points = pointsWithin(all, domain);
  const lines = notes(noteLines(rows, gauge, { shown: points.length, of: all.length }));
  const keys = legend(
    legendEntries(points, gauge, isWithin(tolerated, domain.x) ? delta : undefined),
  );
  const margin: Margin = {
    top: 24,
    right: 12,
    left: 42,
    bottom: 40 + keys.height + lines.height,
  };
  const frameHeight = FRAME_HEIGHT[points.length <= FEW ? "few" : "many"];
  const scales: TradeOffScales = { ...domain, margin, frameHeight };
  const better = betterOf(gauge) === "lower" ? "\u2190 better" : "better \u2192";
  const below = margin.top + frameHeight;
  const titles = { x: figureName(rows.titles[gauge]), y: figureName(rows.titles.sql) };
  return renderPlot({
    width: COLUMN_WIDTH,
    height: below + margin.bottom,
    ...margins(margin),
    x: { domain: scales.x, grid: true, ticks: 6, label: null, tickFormat: signedTick },
    y: { domain: scales.y, grid: true, ticks: 6, label: null, tickFormat: signedTick },
    marks: [
      ...frameMarks(isWithin(tolerated, domain.x) ? tolerated : undefined),
      ...pathMarks(points, { gauge, ...scales }),
      ...pointMarks(points),
      ...labelMarks(tradeOffLabels(points, scales), margin),
      figureText(`Change on ${titles.y} (points), better \u2191`, {
        margin,
        top: 12,
        fontSize: FONT,
      }),
      figureText(`Change on ${titles.x} (${unitOf(gauge)}), ${better}`, {
        margin,
        top: below + 30,
        left: (margin.left + COLUMN_WIDTH - margin.right) / 2,
        anchor: "middle",
        fontSize: FONT,
      }),
      ...keys.marks(below + 40, margin),
      ...lines.marks(below + 40 + keys.height, margin),
    ],
  }, {
    title: `${figureName(rows.model)}: change on ${titles.y} against change on ${titles.x}`,
    description: describeTradeOff(rows, gauge),
    scale: ON_SCREEN,
    fontSize: FONT,
  });
}

/** Where a loss is no longer tolerated, in the unit of the axis. */
function toleratedX(delta: number, gauge: KnowledgeGauge): number {
  return betterOf(gauge) === "lower" ? delta : -100 * delta;
}

/** The ends of both axes. */
type Domains = Pick<TradeOffScales, "x" | "y">;

function domainsOf(
  all: readonly TradeOffPoint[],
  { gauge, tolerated, near }: {
    readonly gauge: KnowledgeGauge;
    readonly tolerated: number | undefined;
    readonly near: boolean;
  },
): Domains {
  const held = near ? all.filter(({ front, recommended }) => front || recommended) : all;
  const ends = (axis: "x" | "y"): number[] =>
    held.flatMap((point) => [
      point[axis],
      ...(hasBars(point, all) ? point[`${axis}Ends`] ?? [] : []),
    ]);
  const lines = tolerated === undefined || near ? [] : [tolerated];
  return { x: changeDomain([...ends("x"), ...lines], gauge), y: changeDomain(ends("y"), "sql") };
}

function isWithin(value: number | undefined, [low, high]: readonly [number, number]): boolean {
  return value !== undefined && value >= low && value <= high;
}

/** The points of the frame, their intervals cut at its edges. */
function pointsWithin(all: readonly TradeOffPoint[], { x, y }: Domains): TradeOffPoint[] {
  const cut = (
    ends: readonly [number, number],
    [low, high]: readonly [number, number],
  ): readonly [number, number] => [Math.max(low, ends[0]), Math.min(high, ends[1])];
  return all.filter((point) => isWithin(point.x, x) && isWithin(point.y, y)).map((point) => ({
    ...point,
    ...(point.xEnds && { xEnds: cut(point.xEnds, x) }),
    ...(point.yEnds && { yEnds: cut(point.yEnds, y) }),
  }));
}
