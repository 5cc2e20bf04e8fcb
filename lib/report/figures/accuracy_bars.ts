import * as Plot from "@observablehq/plot";
import {
  figureName,
  figureText,
  fitFontSize,
  INK,
  type Margin,
  MUTED,
  PALETTE,
  renderPlot,
  textWidth,
} from "./svg.ts";
import { formatCount, formatEstimate, formatPercent } from "../format_numbers.ts";
import type { AccuracyRow } from "../rows.ts";

/** What the figure says besides its bars. */
export interface AccuracyBarsOptions {
  readonly title: string;
  /** Chance level in 0..1, drawn as a dashed line: 0.25 for four choices. */
  readonly chance?: number;
  /** What the numbers come from where that is not the real data set, such as "sample". */
  readonly label?: string | undefined;
}

const WIDTH = 720;
const ROW = 21;
const GAP = 14;

/**
 * Accuracy by group (hardness level or MMLU category) and variant: one bar a variant, with its
 * 95 % interval and its raw counts.
 *
 * Groups and variants stand in the order of the rows. The axis always starts at 0 and ends where
 * the widest interval ends, at 100 % at most.
 *
 * @param given Rows of one measure, at most one for each group and variant.
 * @returns A standalone SVG document.
 * @throws {RangeError} If there are no rows, two rows share group and variant, or a number cannot be.
 */
export function accuracyBars(given: readonly AccuracyRow[], options: AccuracyBarsOptions): string {
  const rows = given.map(drawable);
  const groups = [...new Set(rows.map((row) => row.group))];
  const variants = [...new Set(rows.map((row) => row.variant))];
  const lines = layOut(rows, groups);
  const nameWidth = Math.max(...variants.map((name) => textWidth(name))) + 12;
  const groupWidth = Math.max(...groups.map((name) => textWidth(name, { bold: true }))) + 16;
  const margin: Margin = { top: 40, right: 126, bottom: 66, left: groupWidth + nameWidth };
  const bottom = Math.max(...lines.map((line) => line.y)) + ROW / 2;
  const height = margin.top + bottom + margin.bottom;
  const end = Math.min(1, Math.max(0.1, 1.04 * Math.max(...rows.map((row) => row.ci95[1]))));
  const colour = (variant: string): string => barColour(variants.indexOf(variant));
  return renderPlot({
    width: WIDTH,
    height,
    marginTop: margin.top,
    marginRight: margin.right,
    marginBottom: margin.bottom,
    marginLeft: margin.left,
    x: { domain: [0, 100 * end], grid: true, ticks: 6, label: null, tickFormat: String },
    y: { domain: [0, bottom], reverse: true, axis: null },
    marks: [
      Plot.rect(lines, {
        x1: 0,
        x2: (line: Line) => 100 * line.row.mean,
        y1: (line: Line) => line.y - 0.36 * ROW,
        y2: (line: Line) => line.y + 0.36 * ROW,
        fill: (line: Line) => colour(line.row.variant),
        fillOpacity: 0.45,
      }),
      Plot.ruleY(lines, {
        y: "y",
        x1: (line: Line) => 100 * line.row.ci95[0],
        x2: (line: Line) => 100 * line.row.ci95[1],
        stroke: (line: Line) => colour(line.row.variant),
        strokeWidth: 2,
      }),
      Plot.ruleX([0], { stroke: MUTED }),
      ...(options.chance === undefined
        ? []
        : [Plot.ruleX([100 * options.chance], { stroke: INK, strokeDasharray: "5 4" })]),
      ...lines.flatMap(({ row, y }) => [
        figureText(row.variant, { margin, left: groupWidth, top: margin.top + y }),
        ...[formatPercent(row.mean), ratio(row)].map((text, column) =>
          figureText(text, {
            margin,
            left: WIDTH - 8 - 58 * (1 - column),
            anchor: "end",
            top: margin.top + y,
            fontSize: 11,
          })
        ),
      ]),
      ...groups.map((group) =>
        figureText(group, {
          margin,
          top: margin.top + (lines.find((line) => line.row.group === group)?.y ?? 0),
          fontWeight: "bold",
        })
      ),
      figureText(options.title, {
        margin,
        top: 16,
        fontSize: fitFontSize(options.title, WIDTH - 16, 15),
        fontWeight: "bold",
      }),
      figureText("Accuracy (%)", { margin, left: margin.left, top: margin.top + bottom + 36 }),
      figureText(caption(options), { margin, top: height - 12, fill: MUTED, fontSize: 11 }),
    ],
  }, {
    title: options.title,
    description: rows.map((row) =>
      `${row.group}, ${row.variant}: ${ratio(row, " of ")}, ${formatPercent(row.mean)}`
    ).join("; "),
  });
}

/** A row whose numbers can be drawn, its names as a figure shows them. */
function drawable(row: AccuracyRow): AccuracyRow {
  formatEstimate(row);
  return { ...row, variant: figureName(row.variant), group: figureName(row.group) };
}

function ratio({ successes, n }: AccuracyRow, between = "/"): string {
  return `${formatCount(successes)}${between}${formatCount(n)}`;
}

interface Line {
  readonly row: AccuracyRow;
  /** Middle of the bar, in pixels below the frame's top. */
  readonly y: number;
}

function layOut(rows: readonly AccuracyRow[], groups: readonly string[]): readonly Line[] {
  if (rows.length === 0) {
    throw new RangeError("Cannot draw accuracy bars as they need a row: there are none");
  }
  const lines: Line[] = [];
  let y = ROW / 2;
  for (const group of groups) {
    const seen = new Set<string>();
    for (const row of rows.filter((row) => row.group === group)) {
      if (seen.has(row.variant)) {
        throw new RangeError(
          `Cannot draw accuracy bars as "${row.variant}" has two rows for "${group}"`,
        );
      }
      seen.add(row.variant);
      lines.push({ row, y });
      y += ROW;
    }
    y += GAP;
  }
  return lines;
}

// The first variant is the base model: grey, so that the colours mean the tuned ones everywhere.
function barColour(index: number): string {
  return index === 0 ? MUTED : PALETTE[(index - 1) % PALETTE.length] ?? INK;
}

function caption({ chance, label }: AccuracyBarsOptions): string {
  const parts = ["Lines: 95 % intervals"];
  if (chance !== undefined) parts.push(`dashed: chance, ${formatPercent(chance)}`);
  return `${parts.join("; ")}.${label === undefined ? "" : ` Data: ${label}.`}`;
}
