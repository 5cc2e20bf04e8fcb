import * as Plot from "@observablehq/plot";
import { CALIBRATION_BINS } from "../../stats/mod.ts";
import type { CalibrationRow } from "../rows/calibration_rows.ts";
import { BASE_NAME } from "../rows/study_lookup.ts";
import { checkProbability, formatCount, formatPercent } from "../words/format_numbers.ts";
import type { AccuracyBarsOptions } from "./accuracy_bars.ts";
import { axisTitle, gridMarks, type PanelFrame, pixelPlot } from "./panels.ts";
import { legendWithNotes, withData } from "./series.ts";
import {
  COLUMN_WIDTH,
  figureName,
  figureText,
  fitName,
  FONT,
  INK,
  MUTED,
  PALETTE,
  renderColumn,
  SMALL_FONT,
} from "./svg.ts";

/** Panels beside each other, at most: three would have no room for their names. */
const COLUMNS = 2;
/** How wide a panel is, at most. */
const WIDEST = 200;
const LEFT = 34;
const RIGHT = 14;
const GAP = 22;
/** Above a panel, its variant. */
const HEAD = 20;
/** Above all panels, the y axis. */
const TOP = 20;

/** Both axes go from 0 to one of these, in percent: the least that holds all. */
const ENDS = [25, 50, 75, 100] as const;

/**
 * How often a variant is right where it is so sure (a reliability diagram): accuracy against the
 * probability of the chosen letter, in bins of equal count with 95 % intervals. A panel has one tuned
 * variant beside the base model; on the dashed line a model is right as often as it says.
 *
 * Source: M. H. DeGroot and S. E. Fienberg, "The Comparison and Evaluation of Forecasters", The
 * Statistician 32, 1983.
 *
 * @param rows Of the variants to show, the bins of each in their order.
 * @returns A standalone SVG document of one column's width.
 * @throws {RangeError} If there are no rows, or a number cannot be.
 */
export function calibrationFigure(
  rows: readonly CalibrationRow[],
  { title, label }: AccuracyBarsOptions,
): string {
  if (rows.length === 0) {
    throw new RangeError("Cannot draw a calibration as it needs a row: there are none");
  }
  for (const { confidence, mean, ci95 } of rows) {
    for (const share of [confidence, mean, ...ci95]) checkProbability(share);
  }
  const largest = 100 * Math.max(...rows.flatMap(({ confidence, ci95 }) => [confidence, ci95[1]]));
  const end = ENDS.find((share) => share >= largest) ?? 100;
  const variants = [...Map.groupBy(rows, ({ variant }) => variant)];
  const base = variants.find(([name]) => name === BASE_NAME)?.[1] ?? [];
  const tuned = variants.filter(([name]) => name !== BASE_NAME);
  const panels = tuned.length > 0 ? tuned : [[BASE_NAME, []] as const];
  const columns = Math.min(COLUMNS, panels.length);
  const all = COLUMN_WIDTH - LEFT - RIGHT;
  const side = Math.min(WIDEST, (all - (columns - 1) * GAP) / columns);
  const lines = Math.ceil(panels.length / columns);
  const below = TOP + lines * (HEAD + side);
  const one = variants[0]![1];
  const n = one.reduce((sum, row) => sum + row.n, 0);
  const foot = legendWithNotes([
    ...(base.length > 0 ? [{ name: BASE_NAME, ...BASE_STYLE, dash: "" }] : []),
    ...(tuned.length > 0 ? [{ name: "tuned", ...TUNED_STYLE, dash: "" }] : []),
    { name: "accuracy = probability", colour: INK, dash: "4 3" },
  ], [
    withData(
      `${binsText(one.length)}, lines: 95 % intervals; n = ${formatCount(n)} questions each.` +
        (one.length < CALIBRATION_BINS
          ? ` The tables' calibration error has ${CALIBRATION_BINS} bins.`
          : ""),
      label,
    ),
  ]);
  return renderColumn(
    pixelPlot(below + 36 + foot.height, [
      ...panels.flatMap(([name, own], i) => {
        const x0 = LEFT + i % columns * (side + GAP);
        const y0 = TOP + Math.floor(i / columns) * (HEAD + side) + HEAD;
        return panelMarks({ x0, x1: x0 + side, y0, y1: y0 + side }, {
          name: figureName(name),
          base,
          own,
          end,
          first: i % columns === 0,
          last: i + columns >= panels.length,
        });
      }),
      figureText("Accuracy (%)", { top: 10, fontSize: FONT }),
      axisTitle("Probability of the chosen letter (%)", {
        top: below + 26,
        middle: LEFT + (columns * side + (columns - 1) * GAP) / 2,
      }),
      ...foot.marks(below + 36),
    ]),
    { title, description: describe(rows) },
  );
}

function binsText(count: number): string {
  return `${count} bin${count === 1 ? "" : "s"} of equal count`;
}

const BASE_STYLE = { colour: MUTED, symbol: "square", hollow: true } as const;
const TUNED_STYLE = { colour: PALETTE[0]!, symbol: "circle", hollow: false } as const;

function panelMarks(frame: PanelFrame, { name, base, own, end, first, last }: {
  readonly name: string;
  readonly base: readonly CalibrationRow[];
  readonly own: readonly CalibrationRow[];
  /** The end of both axes, in percent. */
  readonly end: number;
  /** Whether it is the first one of its line. */
  readonly first: boolean;
  /** Whether there is none below it. */
  readonly last: boolean;
}): unknown[] {
  const { x0, x1, y0, y1 } = frame;
  const toX = (share: number): number => x0 + 100 * share / end * (x1 - x0);
  const toY = (share: number): number => y1 - 100 * share / end * (y1 - y0);
  const ticks = [0, ...ENDS].filter((tick) => tick <= end);
  return [
    ...gridMarks(frame, {
      x: { ticks, at: (tick) => toX(tick / 100), text: String, written: last },
      y: { ticks, at: (tick) => toY(tick / 100), text: String, written: first },
    }),
    figureText(fitName(name, x1 - x0, { fontSize: SMALL_FONT, bold: true }), {
      top: y0 - 9,
      left: x0,
      fontSize: SMALL_FONT,
      fontWeight: "bold",
    }),
    Plot.line([[x0, y1], [x1, y0]], { stroke: INK, strokeDasharray: "4 3" }),
    ...([[base, BASE_STYLE], [own, TUNED_STYLE]] as const).flatMap(([rows, style]) => [
      Plot.line(rows, {
        x: ({ confidence }: CalibrationRow) => toX(confidence),
        y: ({ mean }: CalibrationRow) => toY(mean),
        stroke: style.colour,
        strokeWidth: 1.25,
      }),
      Plot.ruleX(rows, {
        x: ({ confidence }: CalibrationRow) => toX(confidence),
        y1: ({ ci95 }: CalibrationRow) => toY(ci95[0]),
        y2: ({ ci95 }: CalibrationRow) => toY(ci95[1]),
        stroke: style.colour,
        strokeWidth: 1,
      }),
      Plot.dot(rows, {
        x: ({ confidence }: CalibrationRow) => toX(confidence),
        y: ({ mean }: CalibrationRow) => toY(mean),
        r: 2.5,
        symbol: style.symbol,
        stroke: style.colour,
        fill: style.hollow ? "white" : style.colour,
      }),
    ]),
  ];
}

function describe(rows: readonly CalibrationRow[]): string {
  return rows.map(({ variant, confidence, mean, n }) =>
    `${variant}: ${formatPercent(mean)} of ${formatCount(n)} right at ${formatPercent(confidence)}`
  ).join("; ");
}
