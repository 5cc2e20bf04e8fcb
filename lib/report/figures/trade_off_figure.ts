import * as Plot from "@observablehq/plot";
import { placeLabels } from "../labels.ts";
import {
  figureName,
  figureText,
  fitFontSize,
  INK,
  MUTED,
  PALETTE,
  renderPlot,
  textWidth,
} from "./svg.ts";
import { checkDifference, formatCount, formatDifference } from "../format_numbers.ts";
import type { TradeOffPoint } from "../rows.ts";

/** What the figure says besides its points. */
export interface TradeOffOptions {
  /** The base model's name, for the title. */
  readonly model?: string;
  /** What the numbers come from where that is not the real data set, such as "sample". */
  readonly label?: string | undefined;
}

/** The note beside an open circle. */
export const AT_CHANCE_NOTE = "MMLU at chance: no loss can be measured";

const X_LABEL = "Accuracy lost on MMLU (percentage points) \u2192 worse";
const Y_LABEL = "Accuracy gained on SQL (percentage points) \u2191 better";
const WIDTH = 720;
const HEIGHT = 500;
const MARGIN = { top: 62, right: 24, bottom: 112, left: 64 } as const;

/**
 * The study's one figure: accuracy gained on SQL (y) against accuracy lost on MMLU (x), both in
 * percentage points of the paired difference to the base model, with 95 % intervals on both axes.
 *
 * The base model is the origin, so the zero lines are "no gain" and "no loss"; up is better, left
 * is better. A variant whose MMLU loss cannot be measured (the base model is at chance) is an open
 * circle on a dashed horizontal bar.
 *
 * @param given One point a variant, proportions in -1..1.
 * @returns A standalone SVG document.
 * @throws {RangeError} If there are no points, a number is not in -1..1, or two points share a name.
 */
export function tradeOffFigure(
  given: readonly TradeOffPoint[],
  options: TradeOffOptions = {},
): string {
  const points = given.map((point) => ({ ...point, variant: figureName(point.variant) }));
  checkPoints(points);
  const marks = points.map((point, index) => ({
    name: point.variant,
    colour: PALETTE[index % PALETTE.length] ?? INK,
    atChance: point.mmluAtChance,
    x: 100 * point.mmluLoss.mean,
    x0: 100 * point.mmluLoss.ci95[0],
    x1: 100 * point.mmluLoss.ci95[1],
    y: 100 * point.sqlGain.mean,
    y0: 100 * point.sqlGain.ci95[0],
    y1: 100 * point.sqlGain.ci95[1],
  }));
  const x = domain(marks.flatMap((mark) => [mark.x0, mark.x, mark.x1]));
  const y = domain(marks.flatMap((mark) => [mark.y0, mark.y, mark.y1]));
  const toX = (value: number): number =>
    MARGIN.left + (value - x[0]) / (x[1] - x[0]) * (WIDTH - MARGIN.left - MARGIN.right);
  const toY = (value: number): number =>
    HEIGHT - MARGIN.bottom - (value - y[0]) / (y[1] - y[0]) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const named = [...marks, { name: "base", colour: INK, x: 0, y: 0, x0: 0, x1: 0, y0: 0, y1: 0 }];
  const places = placeLabels(
    named.map((mark) => ({
      x: toX(mark.x),
      y: toY(mark.y),
      width: textWidth(mark.name, { bold: true }),
      height: 15,
      ends: [
        { x: toX(mark.x), y: toY(mark.y0) },
        { x: toX(mark.x), y: toY(mark.y1) },
        { x: toX(mark.x0), y: toY(mark.y) },
        { x: toX(mark.x1), y: toY(mark.y) },
      ],
    })),
    {
      frame: {
        x0: MARGIN.left,
        x1: WIDTH - MARGIN.right,
        y0: MARGIN.top,
        y1: HEIGHT - MARGIN.bottom,
      },
      obstacles: [
        ...named.flatMap((mark) => [
          box(toX(mark.x0), toX(mark.x1), toY(mark.y), toY(mark.y)),
          box(toX(mark.x), toX(mark.x), toY(mark.y0), toY(mark.y1)),
        ]),
        box(MARGIN.left, WIDTH - MARGIN.right, toY(0), toY(0)),
        box(toX(0), toX(0), MARGIN.top, HEIGHT - MARGIN.bottom),
      ],
    },
  );
  const model = figureName(options.model ?? "The model");
  const title = `${model}: what fine-tuning gains on SQL and loses on MMLU`;
  return renderPlot({
    width: WIDTH,
    height: HEIGHT,
    marginTop: MARGIN.top,
    marginRight: MARGIN.right,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    x: { domain: x, grid: true, ticks: 8, label: null, tickFormat: signedTick },
    y: { domain: y, grid: true, ticks: 7, label: null, tickFormat: signedTick },
    marks: [
      Plot.ruleX([0], { stroke: MUTED, strokeWidth: 1.25 }),
      Plot.ruleY([0], { stroke: MUTED, strokeWidth: 1.25 }),
      // Two marks, not one: strokeDasharray is not a channel of Plot's.
      Plot.ruleY(marks.filter((mark) => !mark.atChance), horizontalBar()),
      Plot.ruleY(marks.filter((mark) => mark.atChance), {
        ...horizontalBar(),
        strokeDasharray: "5 4",
      }),
      Plot.ruleX(marks, { x: "x", y1: "y0", y2: "y1", stroke: "colour", strokeWidth: 1.75 }),
      Plot.dot(marks, {
        x: "x",
        y: "y",
        r: 5.5,
        stroke: "colour",
        strokeWidth: 2.25,
        fill: (mark: { atChance: boolean; colour: string }) =>
          mark.atChance ? "white" : mark.colour,
      }),
      Plot.dot([{ x: 0, y: 0 }], { x: "x", y: "y", r: 5.5, symbol: "square", fill: INK }),
      // In pixels: the places were worked out in pixels, so these texts pass by the scales.
      ...named.map((mark, index) =>
        figureText(mark.name, {
          margin: MARGIN,
          left: places[index]?.x ?? 0,
          top: places[index]?.y ?? 0,
          fill: mark.colour,
          fontWeight: "bold",
          halo: true,
        })
      ),
      figureText(title, {
        margin: MARGIN,
        top: 14,
        fontSize: fitFontSize(title, WIDTH - 16, 16),
        fontWeight: "bold",
      }),
      figureText(Y_LABEL, { margin: MARGIN, top: 42 }),
      figureText(X_LABEL, {
        margin: MARGIN,
        top: HEIGHT - MARGIN.bottom + 38,
        left: (MARGIN.left + WIDTH - MARGIN.right) / 2,
        anchor: "middle",
      }),
      ...captionLines(points, options).map((line, index) =>
        figureText(line, {
          margin: MARGIN,
          top: HEIGHT - 50 + 17 * index,
          fill: MUTED,
          fontSize: 11,
        })
      ),
      ...(marks.some((mark) => mark.atChance) ? atChanceNote() : []),
    ],
  }, { title, description: describe(points) });
}

/** An open circle and what it means, in the lower left corner. */
function atChanceNote(): readonly unknown[] {
  const top = HEIGHT - 16;
  return [
    Plot.dot([0], {
      frameAnchor: "top-left",
      dx: 14 - MARGIN.left,
      dy: top - MARGIN.top,
      r: 4.5,
      fill: "white",
      stroke: MUTED,
      strokeWidth: 2,
    }),
    figureText(AT_CHANCE_NOTE, { margin: MARGIN, top, left: 26, fill: MUTED, fontSize: 11 }),
  ];
}

/** The figure in words: each variant with both differences and their intervals. */
function describe(points: readonly TradeOffPoint[]): string {
  return points.map((point) =>
    `${point.variant}: SQL ${formatDifference(point.sqlGain)} points gained, MMLU ` +
    (point.mmluAtChance ? "at chance" : `${formatDifference(point.mmluLoss)} points lost`)
  ).join("; ");
}

function captionLines(
  points: readonly TradeOffPoint[],
  { label }: TradeOffOptions,
): readonly string[] {
  const sql = counts(points.map((point) => point.sqlGain.n));
  const mmlu = counts(points.map((point) => point.mmluLoss.n));
  return [
    "Bars: 95 % intervals of the paired difference to the base model on the same questions.",
    `n = ${sql} SQL and ${mmlu} MMLU questions${
      label === undefined ? "" : ` (${figureName(label)})`
    }.`,
  ];
}

function counts(values: readonly number[]): string {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return low === high ? formatCount(low) : `${formatCount(low)} to ${formatCount(high)}`;
}

function checkPoints(points: readonly TradeOffPoint[]): void {
  if (points.length === 0) {
    throw new RangeError("Cannot draw the trade-off figure as it needs a point: there are none");
  }
  const seen = new Set<string>();
  for (const { variant, sqlGain, mmluLoss } of points) {
    if (seen.has(variant)) {
      throw new RangeError(
        `Cannot draw the trade-off figure as each variant needs a name of its own: "${variant}" ` +
          `is there twice`,
      );
    }
    seen.add(variant);
    for (const value of [sqlGain.mean, ...sqlGain.ci95, mmluLoss.mean, ...mmluLoss.ci95]) {
      if (!Number.isFinite(value)) {
        throw new RangeError(
          `Cannot draw "${variant}" as its differences must be finite: current value is ${value}`,
        );
      }
      checkDifference(value);
    }
  }
}

/** Zero and every value, with a margin for the labels; never narrower than four points. */
function domain(values: readonly number[]): readonly [number, number] {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const margin = Math.max(2, 0.1 * (high - low));
  return [low - margin, high + margin];
}

function box(
  x0: number,
  x1: number,
  y0: number,
  y1: number,
): { readonly x0: number; readonly x1: number; readonly y0: number; readonly y1: number } {
  const pad = 6;
  return {
    x0: Math.min(x0, x1) - pad,
    x1: Math.max(x0, x1) + pad,
    y0: Math.min(y0, y1) - pad,
    y1: Math.max(y0, y1) + pad,
  };
}

function horizontalBar(): Record<string, unknown> {
  return { y: "y", x1: "x0", x2: "x1", stroke: "colour", strokeWidth: 1.75 };
}

function signedTick(value: number): string {
  if (value === 0) return "0";
  return value > 0 ? `+${value}` : `\u2212${-value}`;
}
