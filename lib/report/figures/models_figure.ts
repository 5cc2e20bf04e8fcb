import * as Plot from "@observablehq/plot";
import { ALL } from "../rows/groups.ts";
import type { StudyRows } from "../rows/row_types.ts";
import { sharedTitles } from "../rows/shared_titles.ts";
import { BASE_NAME, overallAccuracy } from "../rows/study_lookup.ts";
import { formatCount, formatNats, formatPercent } from "../words/format_numbers.ts";
import { betterOf, unitOf } from "../words/measures.ts";
import { changeDomain, ticksOf } from "./curve_marks.ts";
import { axisTitle, gridMarks, type PanelFrame, pixelPlot } from "./panels.ts";
import { legendWithNotes, signedTick, WIDER_INTERVAL } from "./series.ts";
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
import {
  type KnowledgeGauge,
  type TradeOffPoint,
  tradeOffPoints,
} from "./trade_off/trade_off_points.ts";
import { intervalMarks } from "./trade_off/trade_off_marks.ts";
import { tradeOffScales } from "./trade_off/trade_off_scales.ts";

/** A study of one model, as it is named in a figure of several. */
export interface ModelStudy {
  /** What stands above its panel, such as "1.5B". */
  readonly name: string;
  /** The rows of its summary. */
  readonly rows: StudyRows;
}

/** Panels beside each other, at most. */
const COLUMNS = 3;
const LEFT = 36;
const RIGHT = 12;
const GAP = 14;
/** Above a panel, its model. */
const HEAD = 18;
/** Below a panel, the numbers of its axis. */
const FOOT = 20;
/** Above all panels, the y axis. */
const TOP = 20;
const PANEL = 130;

/**
 * Several models beside each other, a panel each with the same axes: the change on text-to-SQL (y)
 * against the change on a measure of what is known (x). The base model is the origin, the recommended
 * variant has a ring and the wider 95 % intervals, all others are small. Below stand the levels of
 * both, as changes alone do not tell a strong model from a weak one.
 *
 * @param studies One a model, in the order of the panels.
 * @param gauge The measure of the x axis.
 * @returns A standalone SVG document of one column's width.
 * @throws {RangeError} If there are no studies, two share a name, or one has no variant with both
 * changes.
 */
export function modelsFigure(studies: readonly ModelStudy[], gauge: KnowledgeGauge): string {
  const models = studies.map(({ name, rows }) => ({
    name: figureName(name),
    rows,
    points: tradeOffPoints(rows.tradeOff, gauge),
  }));
  checkModels(models);
  const columns = Math.min(COLUMNS, models.length);
  const width = (COLUMN_WIDTH - LEFT - RIGHT - (columns - 1) * GAP) / columns;
  const lines = Math.ceil(models.length / columns);
  const below = TOP + lines * (HEAD + PANEL + FOOT);
  const titles = sharedTitles(models.map(({ rows }) => rows.titles));
  const [x, y] = domainsOf(models, gauge);
  const levels = models.map((model) => levelsText(model, gauge));
  const foot = legendWithNotes(
    LEGEND.filter(({ of }) => models.some(({ points }) => points.some(of))),
    [...levels, `Bars: ${WIDER_INTERVAL}, each axis alone, unadjusted.`],
  );
  const better = betterOf(gauge) === "lower" ? "\u2190 better" : "better \u2192";
  return renderColumn(
    pixelPlot(below + 18 + foot.height, [
      ...models.flatMap(({ name, points }, i) => {
        const x0 = LEFT + i % columns * (width + GAP);
        const y0 = TOP + Math.floor(i / columns) * (HEAD + PANEL + FOOT) + HEAD;
        const frame = { x0, x1: x0 + width, y0, y1: y0 + PANEL };
        return panelMarks(frame, { name, points, x, y, first: i % columns === 0 });
      }),
      figureText(`Change on ${figureName(titles.sql)} (points), better \u2191`, {
        top: 10,
        fontSize: FONT,
      }),
      axisTitle(`Change on ${figureName(titles[gauge])} (${unitOf(gauge)}), ${better}`, {
        top: below + 8,
        middle: (LEFT + COLUMN_WIDTH - RIGHT) / 2,
      }),
      ...foot.marks(below + 18),
    ]),
    {
      title: `${models.map(({ name }) => name).join(", ")}: change on ${titles.sql} against ` +
        `change on ${titles[gauge]}`,
      description: levels.join(" "),
    },
  );
}

interface Model extends ModelStudy {
  readonly points: readonly TradeOffPoint[];
}

function checkModels(models: readonly Model[]): void {
  if (models.length === 0) {
    throw new RangeError("Cannot draw models beside each other as there are none");
  }
  const names = new Set<string>();
  for (const { name, points } of models) {
    if (names.has(name)) throw new RangeError(`Cannot draw two models that are called "${name}"`);
    names.add(name);
    if (points.length === 0) {
      throw new RangeError(`Cannot draw "${name}" as no variant of it has both changes`);
    }
  }
}

/** What every panel has, and of which variants. */
const LEGEND = [
  { name: "base model", colour: INK, symbol: "square", of: (): boolean => true },
  {
    name: "recommended",
    colour: PALETTE[0]!,
    symbol: "circle",
    of: ({ recommended }: TradeOffPoint): boolean => recommended,
  },
  {
    name: "finished adapters",
    colour: INK,
    symbol: "diamond",
    hollow: true,
    of: ({ recommended, plain }: TradeOffPoint): boolean => plain && !recommended,
  },
  {
    name: "other variants",
    colour: MUTED,
    symbol: "circle",
    hollow: true,
    radius: 1.8,
    of: ({ recommended, plain }: TradeOffPoint): boolean => !plain && !recommended,
  },
] as const;

function domainsOf(
  models: readonly Model[],
  gauge: KnowledgeGauge,
): [x: readonly [number, number], y: readonly [number, number]] {
  const points = models.flatMap((model) => model.points);
  const ends = (axis: "x" | "y"): number[] =>
    points.flatMap((point) => [
      point[axis],
      ...(point.recommended ? point[`${axis}Ends`] ?? [] : []),
    ]);
  return [changeDomain(ends("x"), gauge), changeDomain(ends("y"), "sql")];
}

function panelMarks(frame: PanelFrame, { name, points, x, y, first }: {
  readonly name: string;
  readonly points: readonly TradeOffPoint[];
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Whether it is the first one of its line. */
  readonly first: boolean;
}): unknown[] {
  const { x0, x1, y0 } = frame;
  const scales = tradeOffScales(x, y, frame);
  const { toX, toY } = scales;
  const at = {
    x: (point: TradeOffPoint) => toX(point.x),
    y: (point: TradeOffPoint) => toY(point.y),
  };
  const recommended = points.filter((point) => point.recommended);
  const style = { fontSize: SMALL_FONT, bold: true };
  return [
    ...gridMarks(frame, {
      x: { ticks: ticksOf(x, 3), at: toX, text: signedTick, written: true },
      y: { ticks: ticksOf(y, 4), at: toY, text: signedTick, written: first },
    }),
    figureText(fitName(name, x1 - x0, style), {
      top: y0 - 8,
      left: (x0 + x1) / 2,
      anchor: "middle",
      fontSize: SMALL_FONT,
      fontWeight: "bold",
    }),
    Plot.dot(points.filter(LEGEND[3].of), { ...at, r: 1.8, stroke: MUTED, fill: "white" }),
    Plot.dot(points.filter(LEGEND[2].of), {
      ...at,
      r: 3,
      symbol: "diamond",
      stroke: INK,
      fill: "white",
    }),
    ...intervalMarks(recommended, scales, { stroke: PALETTE[0]!, strokeWidth: 1.5 }),
    Plot.dot(recommended, { ...at, r: 4.5, fill: PALETTE[0]!, stroke: "white" }),
    Plot.dot([[toX(0), toY(0)]], { r: 3.5, symbol: "square", fill: INK }),
  ];
}

/** A model's levels before and after what is recommended for it, or the base model's alone. */
function levelsText({ name, rows, points }: Model, gauge: KnowledgeGauge): string {
  const row = rows.tradeOff.find(({ recommended }) => recommended);
  const isDrawn = points.some(({ recommended }) => recommended);
  const variants = [BASE_NAME, ...(row && isDrawn ? [row.variant] : [])];
  const level = (measure: "sql" | KnowledgeGauge): string => {
    const { n } = rows.tradeOff.find((own) => own[measure])![measure]!.evidence;
    const levels = variants.map((variant) => levelOf(rows, measure, variant)).join(" \u2192 ");
    const unit = measure === "prose" ? " nats a token" : "";
    return `${figureName(rows.titles[measure])} ${levels}${unit} (n = ${formatCount(n)})`;
  };
  const chosen = row ? figureName(row.variant) : "none recommended";
  return `${name}, ${chosen}: ${level("sql")}, ${level(gauge)}.`;
}

function levelOf(rows: StudyRows, measure: "sql" | KnowledgeGauge, variant: string): string {
  if (measure !== "prose") return formatPercent(overallAccuracy(rows, measure, variant)!.mean);
  return formatNats(
    rows.prose.find((row) => row.variant === variant && row.group === ALL)!.nats,
    3,
  );
}
