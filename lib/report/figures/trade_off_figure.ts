import * as Plot from "@observablehq/plot";
import type { VariantRows } from "../rows/row_types.ts";
import { describeTradeOff, legendEntries, noteLines } from "./trade_off_words.ts";
import { betterOf, unitOf } from "../words/measures.ts";
import { margins } from "./grouped_bars.ts";
import { type Box, placeLabels } from "./labels.ts";
import { domainOf, legend, notes, signedTick } from "./series.ts";
import {
  COLUMN_WIDTH,
  figureName,
  figureText,
  FONT,
  INK,
  type Margin,
  MUTED,
  ON_SCREEN,
  renderPlot,
  SMALL_FONT,
  textWidth,
} from "./svg.ts";
import {
  isBaseOnFront,
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

const FRAME_HEIGHT = 230;
/** Up to so many points have marks beside them and strong error bars. */
const FEW = 12;

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
 * front, dotted); hollow: one is. The recommended variant has a ring and its name; a dashed line is
 * the tolerated loss.
 *
 * @returns A standalone SVG document of one column's width.
 * @throws {RangeError} If no variant has both changes, two share a name, or one is not finite.
 */
export function tradeOffFigure(rows: TradeOffRows, options: TradeOffOptions = {}): string {
  const gauge = options.gauge ?? tradeOffGauges(rows)[0] ?? "mmlu";
  const points = tradeOffPoints(rows.tradeOff, gauge);
  if (points.length === 0) {
    throw new RangeError("Cannot draw the trade-off figure as it needs a point: there are none");
  }
  const delta = rows.tradeOff.find((row) => row[gauge]?.delta !== undefined)?.[gauge]?.delta;
  const lines = notes(noteLines(rows, gauge, points));
  const keys = legend(legendEntries(points, gauge, delta));
  const margin: Margin = {
    top: 24,
    right: 12,
    left: 42,
    bottom: 40 + keys.height + lines.height,
  };
  const height = margin.top + FRAME_HEIGHT + margin.bottom;
  const scales = scalesOf(points, { gauge, margin, delta });
  const better = betterOf(gauge) === "lower" ? "\u2190 better" : "better \u2192";
  const below = margin.top + FRAME_HEIGHT;
  const titles = { x: figureName(rows.titles[gauge]), y: figureName(rows.titles.sql) };
  return renderPlot({
    width: COLUMN_WIDTH,
    height,
    ...margins(margin),
    x: { domain: scales.x, grid: true, ticks: 6, label: null, tickFormat: signedTick },
    y: { domain: scales.y, grid: true, ticks: 6, label: null, tickFormat: signedTick },
    marks: [
      ...frameMarks(delta === undefined ? undefined : toleratedX(delta, gauge)),
      ...pathMarks(points, gauge),
      ...pointMarks(points),
      ...labelMarks(points, { ...scales, margin }),
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

function frameMarks(tolerated: number | undefined): unknown[] {
  return [
    Plot.ruleX([0], { stroke: MUTED }),
    Plot.ruleY([0], { stroke: MUTED }),
    ...(tolerated === undefined
      ? []
      : [Plot.ruleX([tolerated], { stroke: INK, strokeDasharray: "5 3" })]),
  ];
}

/** The front, and the scales of each path from the base model on. */
function pathMarks(points: readonly TradeOffPoint[], gauge: KnowledgeGauge): unknown[] {
  const base = { x: 0, y: 0 };
  const front = [
    ...points.filter((point) => point.front),
    ...(isBaseOnFront(points, gauge) ? [base] : []),
  ]
    .toSorted((a, b) => a.x - b.x);
  const line = points.length <= FEW ? {} : { strokeOpacity: 0.5 };
  const paths = [...Map.groupBy(points, ({ path }) => path).values()]
    .filter((own) => new Set(own.map(({ scale }) => scale)).size > 1)
    .map((own) => own.toSorted((a, b) => a.scale - b.scale));
  return [
    Plot.line(front, { x: "x", y: "y", stroke: INK, strokeWidth: 1, strokeDasharray: "1 3" }),
    ...paths.map((own) =>
      Plot.line([base, ...own], {
        x: "x",
        y: "y",
        stroke: own[0]!.style.colour,
        strokeWidth: 1.25,
        ...dashed(own[0]!.style.dash),
        ...line,
      })
    ),
  ];
}

function dashed(dash: string): { readonly strokeDasharray?: string } {
  return dash === "" ? {} : { strokeDasharray: dash };
}

function pointMarks(points: readonly TradeOffPoint[]): unknown[] {
  const bar = points.length <= FEW
    ? { strokeWidth: 1.25, strokeOpacity: 0.8 }
    : { strokeWidth: 0.75, strokeOpacity: 0.3 };
  const stroke = ({ style }: TradeOffPoint): string => style.colour;
  return [
    Plot.ruleY(points.filter(({ xEnds }) => xEnds), {
      y: "y",
      x1: ({ xEnds }: TradeOffPoint) => xEnds![0],
      x2: ({ xEnds }: TradeOffPoint) => xEnds![1],
      stroke,
      ...bar,
    }),
    Plot.ruleX(points.filter(({ yEnds }) => yEnds), {
      x: "x",
      y1: ({ yEnds }: TradeOffPoint) => yEnds![0],
      y2: ({ yEnds }: TradeOffPoint) => yEnds![1],
      stroke,
      ...bar,
    }),
    Plot.dot(points.filter(({ recommended }) => recommended), {
      x: "x",
      y: "y",
      r: 9,
      stroke: INK,
      strokeWidth: 2,
    }),
    Plot.dot(points, {
      x: "x",
      y: "y",
      r: points.length <= FEW ? 4.5 : 3.5,
      symbol: ({ style }: TradeOffPoint) => style.symbol,
      stroke,
      strokeWidth: 1.5,
      fill: ({ front, style }: TradeOffPoint) => front ? style.colour : "white",
    }),
    Plot.dot([{ x: 0, y: 0 }], { x: "x", y: "y", r: 4.5, symbol: "square", fill: INK }),
  ];
}

/** The scales of the axes, in data and in pixels. */
interface Scales {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly margin: Margin;
}

function scalesOf(
  points: readonly TradeOffPoint[],
  { gauge, margin, delta }: {
    readonly gauge: KnowledgeGauge;
    readonly margin: Margin;
    readonly delta: number | undefined;
  },
): Scales {
  const least = unitOf(gauge) === "points" ? 1 : 0.003;
  const tolerated = delta === undefined ? [] : [toleratedX(delta, gauge)];
  const ends = (axis: "x" | "y"): number[] =>
    points.flatMap((point) => [point[axis], ...(point[`${axis}Ends`] ?? [])]);
  return { x: domainOf([...ends("x"), ...tolerated], least), y: domainOf(ends("y"), 1), margin };
}

function labelMarks(points: readonly TradeOffPoint[], { x, y, margin }: Scales): unknown[] {
  const style = { fontSize: SMALL_FONT, bold: true };
  const right = COLUMN_WIDTH - margin.right;
  const toX = (value: number): number =>
    margin.left + (value - x[0]) / (x[1] - x[0]) * (right - margin.left);
  const toY = (value: number): number =>
    margin.top + FRAME_HEIGHT - (value - y[0]) / (y[1] - y[0]) * FRAME_HEIGHT;
  const labelled = [
    { text: "base", x: 0, y: 0, colour: INK },
    ...points.flatMap((point) => {
      const text = point.recommended ? point.variant : point.mark;
      const wanted = point.recommended || points.length <= FEW;
      return wanted && text !== "" ? [{ ...point, text, colour: point.style.colour }] : [];
    }),
  ];
  const around = (px: number, py: number, size: number): Box => ({
    x0: px - size,
    x1: px + size,
    y0: py - size,
    y1: py + size,
  });
  const places = placeLabels(
    labelled.map((label) => ({
      x: toX(label.x),
      y: toY(label.y),
      width: textWidth(label.text, style),
      height: 12,
    })),
    {
      frame: { x0: margin.left, x1: right, y0: margin.top, y1: margin.top + FRAME_HEIGHT },
      obstacles: [
        ...points.map((point) => around(toX(point.x), toY(point.y), point.recommended ? 10 : 6)),
        around(toX(0), toY(0), 6),
      ],
    },
  );
  return labelled.map(({ text, colour }, i) =>
    figureText(text, {
      margin,
      left: places[i]!.x,
      top: places[i]!.y,
      fill: colour,
      fontSize: SMALL_FONT,
      fontWeight: "bold",
      halo: true,
    })
  );
}
