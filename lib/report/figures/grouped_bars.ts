import * as Plot from "@observablehq/plot";
import {
  COLUMN_WIDTH,
  figureName,
  figureText,
  fitName,
  fitText,
  FONT,
  INK,
  type Margin,
  MUTED,
  PALETTE,
  renderColumn,
  SMALL_FONT,
  textWidth,
} from "./svg.ts";
import { axisTitle, framedPlot } from "./panels.ts";
import { notes, signedTick } from "./series.ts";

/** The name of the right answers where they stand beside those of variants. */
export const RIGHT_ANSWERS = "right answers";

/** One bar or point: a variant in a group. */
export interface GroupedRow {
  readonly group: string;
  readonly variant: string;
  /** In the unit of the axis. */
  readonly value: number;
  /** Its 95 % interval, where it has one. */
  readonly interval?: readonly [number, number] | undefined;
  /** What stands at its right end. */
  readonly text: string;
}

/** Options of {@linkcode groupedBars}. */
export interface GroupedBarsOptions {
  /** What the figure shows, for readers who cannot see it; it is not drawn. */
  readonly title: string;
  /** The axis with its unit, such as "Accuracy (%)". */
  readonly axis: string;
  /** Lines below the figure. */
  readonly notes: readonly string[];
  /** Bars from 0, or points on both sides of it. */
  readonly marks: "bars" | "points";
  /** Where a dashed line stands, in the unit of the axis. */
  readonly reference?: number | undefined;
  /** The most that the axis shows. */
  readonly most?: number;
}

/** What is no tuned variant has no colour, so that colours mean the tuned ones everywhere. */
const UNCOLOURED: ReadonlyMap<string, string> = new Map([["base", MUTED], [RIGHT_ANSWERS, INK]]);

const ROW = 15;
const GAP = 7;
const RIGHT = 12;

/**
 * Values by group and variant, each named at its left and written out at its right: bars from 0 or
 * points about it, with their 95 % intervals. Groups and variants stand in the order of the rows.
 *
 * @returns A standalone SVG document of one column's width.
 * @throws {RangeError} If there are no rows, two rows share group and variant, or a value is not
 * finite.
 */
export function groupedBars(given: readonly GroupedRow[], options: GroupedBarsOptions): string {
  const rows = given.map((row) => ({
    ...row,
    group: figureName(row.group),
    variant: figureName(row.variant),
  }));
  checkRows(rows);
  const { lines: placed, headings, spans, bottom } = layOut(rows);
  const lines = notes(options.notes);
  const variants = [...new Set(rows.map((row) => row.variant))];
  const style = { fontSize: SMALL_FONT };
  const names = Math.min(110, Math.max(...variants.map((name) => textWidth(name, style))));
  const texts = Math.max(...rows.map((row) => textWidth(row.text, style)));
  const margin: Margin = {
    top: 4,
    left: names + 14,
    right: texts + RIGHT,
    bottom: 34 + lines.height,
  };
  const height = margin.top + bottom + margin.bottom;
  const tuned = variants.filter((name) => !UNCOLOURED.has(name));
  const colour = ({ row: { variant } }: Line): string =>
    UNCOLOURED.get(variant) ?? PALETTE[tuned.indexOf(variant) % PALETTE.length]!;
  const plot = framedPlot(margin, height, {
    x: {
      domain: axisDomain(rows, options),
      grid: true,
      ticks: options.marks === "bars" ? 4 : 3,
      label: null,
      tickFormat: options.marks === "points" ? signedTick : String,
    },
    y: { domain: [0, bottom], reverse: true, axis: null },
    marks: [
      ...valueMarks(placed, spans, { ...options, colour }),
      ...placed.flatMap(({ row, y }) => [
        figureText(fitName(row.variant, names, style), {
          margin,
          top: margin.top + y,
          left: 8,
          ...style,
        }),
        figureText(row.text, {
          margin,
          top: margin.top + y,
          left: COLUMN_WIDTH - 6,
          anchor: "end",
          ...style,
        }),
      ]),
      ...headings.map(({ group, y }) =>
        figureText(fitText(group, COLUMN_WIDTH - 16, { fontSize: FONT, bold: true }), {
          margin,
          top: margin.top + y,
          fontSize: FONT,
          fontWeight: "bold",
          halo: true,
        })
      ),
      axisTitle(options.axis, { margin, top: margin.top + bottom + 26 }),
      ...lines.marks(margin.top + bottom + 34, margin),
    ],
  });
  return renderColumn(plot, { title: options.title, description: describe(rows) });
}

interface Line {
  readonly row: GroupedRow;
  /** Middle of the bar, in pixels below the frame's top. */
  readonly y: number;
}

/** Where a group's bars are, in pixels below the frame's top: without its heading. */
interface Span {
  readonly y1: number;
  readonly y2: number;
}

function valueMarks(
  lines: readonly Line[],
  spans: readonly Span[],
  { marks, reference, colour }: GroupedBarsOptions & { readonly colour: (line: Line) => string },
): unknown[] {
  // a heading may be longer than the names: no line goes through it
  const upright = (x: number, style: Plot.RuleXOptions): unknown =>
    Plot.ruleX(spans, { x: () => x, y1: "y1", y2: "y2", ...style });
  const intervals = lines.filter(({ row }) => row.interval !== undefined);
  const values = marks === "bars"
    ? Plot.rect(lines, {
      x1: 0,
      x2: ({ row }: Line) => row.value,
      y1: ({ y }: Line) => y - 0.36 * ROW,
      y2: ({ y }: Line) => y + 0.36 * ROW,
      fill: colour,
      fillOpacity: 0.45,
    })
    : Plot.dot(lines, { x: ({ row }: Line) => row.value, y: "y", r: 3, fill: colour });
  return [
    values,
    upright(0, { stroke: MUTED }),
    ...(reference === undefined
      ? []
      : [upright(reference, { stroke: INK, strokeDasharray: "4 3" })]),
    Plot.ruleY(intervals, {
      y: "y",
      x1: ({ row }: Line) => row.interval![0],
      x2: ({ row }: Line) => row.interval![1],
      stroke: colour,
      strokeWidth: 1.75,
    }),
  ];
}

function layOut(rows: readonly GroupedRow[]): {
  readonly lines: readonly Line[];
  readonly headings: readonly { readonly group: string; readonly y: number }[];
  readonly spans: readonly Span[];
  readonly bottom: number;
} {
  const lines: Line[] = [];
  const headings: { group: string; y: number }[] = [];
  const spans: Span[] = [];
  let top = 0;
  for (const [group, own] of Map.groupBy(rows, (row) => row.group)) {
    headings.push({ group, y: top + ROW / 2 });
    own.forEach((row, i) => lines.push({ row, y: top + ROW * (i + 1.5) }));
    spans.push({ y1: top + ROW, y2: top + ROW * (own.length + 1) + GAP });
    top += ROW * (own.length + 1) + GAP;
  }
  return { lines, headings, spans, bottom: top };
}

function axisDomain(
  rows: readonly GroupedRow[],
  { marks, reference = 0, most = Infinity }: GroupedBarsOptions,
): readonly [number, number] {
  const ends = rows.flatMap(({ value, interval }) => [value, ...(interval ?? [])]);
  const low = Math.min(0, reference, ...ends);
  const high = Math.max(0, reference, ...ends);
  const spare = 0.04 * (high - low) || 1;
  return marks === "bars" ? [0, Math.min(most, high + spare)] : [low - spare, high + spare];
}

function describe(rows: readonly GroupedRow[]): string {
  return rows.map(({ group, variant, text }) => `${group}, ${variant}: ${text}`).join("; ");
}

function checkRows(rows: readonly GroupedRow[]): void {
  if (rows.length === 0) {
    throw new RangeError("Cannot draw bars as they need a row: there are none");
  }
  const seen = new Set<string>();
  for (const { group, variant, value, interval = [] } of rows) {
    const key = JSON.stringify([group, variant]);
    if (seen.has(key)) {
      throw new RangeError(`Cannot draw bars as "${variant}" has two rows for "${group}"`);
    }
    seen.add(key);
    if (![value, ...interval].every(Number.isFinite)) {
      throw new RangeError(
        `Cannot draw "${variant}" in "${group}" as its numbers must be finite: current value is ` +
          `${value}`,
      );
    }
  }
}
