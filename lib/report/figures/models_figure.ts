import { ALL } from "../rows/groups.ts";
import type { StudyRows } from "../rows/row_types.ts";
import { sharedTitles } from "../rows/shared_titles.ts";
import { BASE_NAME, overallAccuracy } from "../rows/study_lookup.ts";
import { formatCount, formatNats, formatPercent } from "../words/format_numbers.ts";
import { betterOf, lossText, unitOf } from "../words/measures.ts";
import { changeDomain, toleratedChange } from "./curve_marks.ts";
import { MODEL_SIGNS, modelPanelMarks, sharedStart } from "./models_panel.ts";
import { axisTitle, pixelPlot, TOLERANCE_KEY } from "./panels.ts";
import { namedOf, resultText, titleWith } from "./result_text.ts";
import { legendWithNotes, WIDER_INTERVAL } from "./series.ts";
import { COLUMN_WIDTH, figureName, figureText, FONT, renderColumn } from "./svg.ts";
import {
  type KnowledgeGauge,
  type TradeOffPoint,
  tradeOffPoints,
} from "./trade_off/trade_off_points.ts";

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
/** Above the panels of the same questions, the y axis. */
const TOP = 20;
/** Below them, the x axis. */
const AXIS = 18;
/** Between the panels of other questions. */
const APART = 12;
const PANEL = 130;
/** A panel that stands alone, as its questions are others. */
const LOW_PANEL = 92;

/**
 * Several models beside each other, a panel each: the change on text-to-SQL (y) against the change on a
 * measure of what is known (x). The base model is the origin, a dashed line the tolerated loss. The
 * recommended variant and the finished adapter that does worst on the x axis are named, with the wider
 * 95 % intervals; all others are small. Panels of the same questions have the same axes; models that
 * were asked others stand below these, apart. At the foot stand the levels of both, as changes alone do
 * not tell a strong model from a weak one.
 *
 * @param studies One a model, in the order of the panels.
 * @param gauge The measure of the x axis.
 * @returns A standalone SVG document of one column's width.
 * @throws {RangeError} If there are no studies, two share a name, or one has no variant with both
 * changes.
 */
export function modelsFigure(studies: readonly ModelStudy[], gauge: KnowledgeGauge): string {
  const models = studies.map(({ name, rows }): Model => {
    const delta = rows.tradeOff.find((row) => row[gauge]?.delta !== undefined)?.[gauge]?.delta;
    return {
      name: figureName(name),
      rows,
      points: tradeOffPoints(rows.tradeOff, gauge),
      ...(delta !== undefined && { delta }),
    };
  });
  checkModels(models);
  const groups = [
    ...Map.groupBy(models, ({ rows: { titles } }) => JSON.stringify([titles.sql, titles[gauge]]))
      .values(),
  ].toSorted((a, b) => b.length - a.length);
  let top = 0;
  const marks = groups.flatMap((group, i) => {
    const own = groupMarks(group, { gauge, top, other: i > 0, all: groups.length });
    top += own.height + (i < groups.length - 1 ? APART : 0);
    return own.marks;
  });
  const titles = sharedTitles(models.map(({ rows }) => rows.titles));
  const levels = groups.flat().map((model) => levelsText(model, gauge));
  const deltas = [...new Set(models.flatMap(({ delta }) => delta ?? []))];
  const foot = legendWithNotes(
    [
      ...MODEL_SIGNS.filter(({ of }) => models.some(({ points }) => points.some(of))),
      ...(deltas.length === 0 ? [] : [{
        name: deltas.length > 1 ? "tolerated loss" : `tolerated: ${lossText(deltas[0]!, gauge)}`,
        ...TOLERANCE_KEY,
      }]),
    ],
    [
      ...levels,
      ...startsNote(models, gauge),
      `Bars: ${WIDER_INTERVAL}, each axis alone, unadjusted.`,
    ],
  );
  return renderColumn(pixelPlot(top + foot.height, [...marks, ...foot.marks(top)]), {
    title: titleWith(
      `${models.map(({ name }) => name).join(", ")}: change on ${titles.sql} against ` +
        `change on ${titles[gauge]}`,
      groups.flat().map(({ name, rows }) =>
        `${name}: ${resultText(rows.tradeOff, rows.titles, ["sql", gauge])}`
      ).join(". "),
    ),
    description: levels.join(" "),
  });
}

/** What the names beside marks leave out. */
function startsNote(models: readonly Model[], gauge: KnowledgeGauge): string[] {
  const starts = new Set(models.map(({ points }) => sharedStart(namedOf(points, gauge))));
  const said = [...starts].filter((start) => start !== "").map((start) => `"${start}"`);
  return said.length === 0 ? [] : [`Names beside marks: without ${said.join(" or ")}.`];
}

interface PlacedGroup {
  readonly gauge: KnowledgeGauge;
  /** Its upper edge, in pixels. */
  readonly top: number;
  /** Whether its questions are others than those of the first group. */
  readonly other: boolean;
  /** How many groups there are. */
  readonly all: number;
}

/** The panels of models that were asked the same questions. */
function groupMarks(
  models: readonly Model[],
  { gauge, top, other, all }: PlacedGroup,
): { readonly marks: readonly unknown[]; readonly height: number } {
  const columns = Math.min(COLUMNS, models.length);
  const width = (COLUMN_WIDTH - LEFT - RIGHT - (columns - 1) * GAP) / columns;
  const panel = models.length === 1 && all > 1 ? LOW_PANEL : PANEL;
  const lines = Math.ceil(models.length / columns);
  const below = TOP + lines * (HEAD + panel + FOOT);
  const { titles } = models[0]!.rows;
  const [x, y] = domainsOf(models, gauge);
  const better = betterOf(gauge) === "lower" ? "\u2190 better" : "better \u2192";
  const change = other ? "Other questions: change" : "Change";
  return {
    height: below + AXIS,
    marks: [
      ...models.flatMap(({ name, points, delta }, i) => {
        const x0 = LEFT + i % columns * (width + GAP);
        const y0 = top + TOP + Math.floor(i / columns) * (HEAD + panel + FOOT) + HEAD;
        return modelPanelMarks({ x0, x1: x0 + width, y0, y1: y0 + panel }, {
          name,
          points,
          tolerated: delta === undefined ? undefined : toleratedChange(delta, gauge),
          gauge,
          x,
          y,
          first: i % columns === 0,
        });
      }),
      figureText(`${change} on ${figureName(titles.sql)} (points), better \u2191`, {
        top: top + 10,
        fontSize: FONT,
      }),
      axisTitle(`Change on ${figureName(titles[gauge])} (${unitOf(gauge)}), ${better}`, {
        top: top + below + 8,
        middle: (LEFT + COLUMN_WIDTH - RIGHT) / 2,
      }),
    ],
  };
}

/** Room for names above the intervals, as a share of the y axis. */
const NAME_ROOM = 0.1;

interface Model extends ModelStudy {
  readonly points: readonly TradeOffPoint[];
  /** The loss that is not to be tolerated on the x axis, if one was named. */
  readonly delta?: number;
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

function domainsOf(
  models: readonly Model[],
  gauge: KnowledgeGauge,
): [x: readonly [number, number], y: readonly [number, number]] {
  const ends = (axis: "x" | "y"): number[] =>
    models.flatMap(({ points }) => [
      ...points.map((point) => point[axis]),
      ...namedOf(points, gauge).flatMap((point) => point[`${axis}Ends`] ?? []),
    ]);
  const tolerated = models.flatMap(({ delta }) =>
    delta === undefined ? [] : [toleratedChange(delta, gauge)]
  );
  const [low, high] = changeDomain(ends("y"), "sql");
  return [
    changeDomain([...ends("x"), ...tolerated], gauge),
    [low, high + NAME_ROOM * (high - low)],
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
  const chosen = row ? figureName(row.variant) : "none recommended; base model";
  return `${name}, ${chosen}: ${level("sql")}, ${level(gauge)}.`;
}

function levelOf(rows: StudyRows, measure: "sql" | KnowledgeGauge, variant: string): string {
  if (measure !== "prose") return formatPercent(overallAccuracy(rows, measure, variant)!.mean);
  return formatNats(
    rows.prose.find((row) => row.variant === variant && row.group === ALL)!.nats,
    3,
  );
}
