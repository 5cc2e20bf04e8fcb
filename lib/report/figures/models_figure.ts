import { ALL } from "../rows/groups.ts";
import type { GaugeTitles, StudyRows } from "../rows/row_types.ts";
import { sharedTitles } from "../rows/shared_titles.ts";
import { BASE_NAME, overallAccuracy } from "../rows/study_lookup.ts";
import { formatCount, formatNats, formatPercent } from "../words/format_numbers.ts";
import { betterOf, lossText, unitOf } from "../words/measures.ts";
import { changeDomain, toleratedChange } from "./curve_marks.ts";
import {
  modelKeys,
  modelPanelMarks,
  PANEL_TITLE,
  type RecipeStyles,
  recipeStyles,
} from "./models_panel.ts";
import { axisTitle, pixelPlot, titleAbove, TOLERANCE_KEY } from "./panels.ts";
import { namedOf, resultText, titleWith } from "./result_text.ts";
import { legendWithNotes, WIDER_INTERVAL } from "./series.ts";
import { COLUMN_WIDTH, figureName, renderColumn, textWidth } from "./svg.ts";
import {
  type KnowledgeGauge,
  toleratedLoss,
  type TradeOffPoint,
  tradeOffPoints,
} from "./trade_off/trade_off_points.ts";

/** A study of one model, as it is named in a figure of several. */
export interface ModelStudy {
  /** What stands above its panel, such as "1.5B"; studies of one name share a panel. */
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
/** A panel that has a line for itself. */
const WIDE_PANEL = 200;
/** A panel that stands alone, as its questions are others. */
const LOW_PANEL = 92;

/**
 * Several models beside each other, a panel each: the change on text-to-SQL (y) against the change on a
 * measure of what is known (x). The base model is the origin, a dashed line the tolerated loss. Finished
 * adapters have the symbol and the colour of their recipe in every panel, which the legend names; in a
 * panel that has a line for itself their names stand beside them too. What is recommended has a ring; it and the finished
 * adapter that does worst on the x axis have the wider 95 % intervals; all other variants are small.
 * There are as many panels in a line as leave room for the names above them. Panels of the same
 * questions have the same axes; models that were asked others stand below these,
 * apart. At the foot stand the levels of both, as changes alone do not tell a strong model from a weak
 * one.
 *
 * Studies of one name share a panel: those of one base model and the same questions, such as five recipes
 * and later ones.
 *
 * @param studies In the order of the panels.
 * @param gauge The measure of the x axis.
 * @returns A standalone SVG document of one column's width.
 * @throws {RangeError} If there are no studies, one has no variant with both changes, or two that share
 * a name are of several base models or questions, or have a variant of one name.
 */
export function modelsFigure(studies: readonly ModelStudy[], gauge: KnowledgeGauge): string {
  const models = [...Map.groupBy(studies, ({ name }) => name)].map(([name, own]): Model => {
    const all = own.map(({ rows }) => rows);
    const [rows] = all;
    const deltas = all.flatMap(({ tradeOff }) => toleratedLoss(tradeOff, gauge) ?? []);
    return {
      name: figureName(name),
      all,
      titles: rows!.titles,
      points: all.flatMap(({ tradeOff }) => tradeOffPoints(tradeOff, gauge)),
      deltas: [...new Set(deltas)],
    };
  });
  checkModels(models, gauge);
  const groups = [
    ...Map.groupBy(models, ({ titles }) => JSON.stringify([titles.sql, titles[gauge]]))
      .values(),
  ].toSorted((a, b) => b.length - a.length);
  const points = groups.flat().flatMap((model) => model.points);
  const styles = recipeStyles(points);
  let top = 0;
  const marks = groups.flatMap((group, i) => {
    const own = groupMarks(group, { styles, gauge, top, other: i > 0, all: groups.length });
    top += own.height + (i < groups.length - 1 ? APART : 0);
    return own.marks;
  });
  const titles = sharedTitles(models.map((model) => model.titles));
  const levels = groups.flat().flatMap((model) => levelsTexts(model, gauge));
  const deltas = [...new Set(models.flatMap((model) => model.deltas))];
  const foot = legendWithNotes(
    [
      ...modelKeys(points, styles),
      ...(deltas.length === 0 ? [] : [{
        name: deltas.length > 1 ? "tolerated loss" : `tolerated: ${lossText(deltas[0]!, gauge)}`,
        ...TOLERANCE_KEY,
      }]),
    ],
    [
      ...levels,
      `Bars, of what is recommended and of the finished adapter that does worst on the x axis: ` +
      `${WIDER_INTERVAL}, each axis alone, unadjusted.`,
    ],
  );
  return renderColumn(pixelPlot(top + foot.height, [...marks, ...foot.marks(top)]), {
    title: titleWith(
      `${models.map(({ name }) => name).join(", ")}: change on ${titles.sql} against ` +
        `change on ${titles[gauge]}`,
      groups.flat().map(({ name, all, titles }) => {
        const rows = all.flatMap(({ tradeOff }) => tradeOff);
        return `${name}: ${resultText(rows, titles, ["sql", gauge])}`;
      }).join(". "),
    ),
    description: levels.join(" "),
  });
}

interface PlacedGroup {
  readonly styles: RecipeStyles;
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
  { styles, gauge, top, other, all }: PlacedGroup,
): { readonly marks: readonly unknown[]; readonly height: number } {
  const columns = columnsOf(models);
  const width = panelWidth(columns);
  const panel = models.length === 1 && all > 1 ? LOW_PANEL : columns === 1 ? WIDE_PANEL : PANEL;
  const lines = Math.ceil(models.length / columns);
  const below = TOP + lines * (HEAD + panel + FOOT);
  const { titles } = models[0]!;
  const [x, y] = domainsOf(models, gauge);
  const better = betterOf(gauge) === "lower" ? "\u2190 better" : "better \u2192";
  const change = other ? "Other questions:" : "Change on";
  return {
    height: below + AXIS,
    marks: [
      ...models.flatMap(({ name, points, deltas }, i) => {
        const x0 = LEFT + i % columns * (width + GAP);
        const y0 = top + TOP + Math.floor(i / columns) * (HEAD + panel + FOOT) + HEAD;
        return modelPanelMarks({ x0, x1: x0 + width, y0, y1: y0 + panel }, {
          name,
          points,
          styles,
          tolerated: deltas.map((delta) => toleratedChange(delta, gauge)),
          gauge,
          x,
          y,
          first: i % columns === 0,
        });
      }),
      titleAbove(`${change} ${figureName(titles.sql)} (points), better \u2191`, top + 10),
      axisTitle(`Change on ${figureName(titles[gauge])} (${unitOf(gauge)}), ${better}`, {
        top: top + below + 8,
        middle: (LEFT + COLUMN_WIDTH - RIGHT) / 2,
      }),
    ],
  };
}

/** How wide each of so many panels beside each other is. */
function panelWidth(columns: number): number {
  return (COLUMN_WIDTH - LEFT - RIGHT - (columns - 1) * GAP) / columns;
}

/** As many panels in a line as leave room for the names above them; one at least. */
function columnsOf(models: readonly Model[]): number {
  const longest = Math.max(...models.map(({ name }) => textWidth(name, PANEL_TITLE)));
  let columns = Math.min(COLUMNS, models.length);
  while (columns > 1 && panelWidth(columns) < longest) columns--;
  return columns;
}

/** Room for names above the intervals, as a share of the y axis. */
const NAME_ROOM = 0.1;

/** What stands in a panel. */
interface Model {
  readonly name: string;
  /** The rows of its studies. */
  readonly all: readonly StudyRows[];
  readonly titles: GaugeTitles;
  readonly points: readonly TradeOffPoint[];
  /** The losses that are not to be tolerated on the x axis, where some were named. */
  readonly deltas: readonly number[];
}

function checkModels(models: readonly Model[], gauge: KnowledgeGauge): void {
  if (models.length === 0) {
    throw new RangeError("Cannot draw models beside each other as there are none");
  }
  for (const { name, all, points } of models) {
    const lacking = all.some(({ tradeOff }) =>
      !points.some((point) => tradeOff.some(({ variant }) => figureName(variant) === point.variant))
    );
    if (lacking) throw new RangeError(`Cannot draw "${name}" as no variant of it has both changes`);
    const several = (what: string): RangeError =>
      new RangeError(`Cannot draw the studies of "${name}" in one panel as ${what}`);
    const asked = ({ titles, tradeOff }: StudyRows): string =>
      JSON.stringify((["sql", gauge] as const).map((measure) => [
        titles[measure],
        tradeOff.find((row) => row[measure])?.[measure]?.evidence.n,
      ]));
    for (const own of all.slice(1)) {
      if (own.model !== all[0]!.model) throw several(`"${own.model}" is not "${all[0]!.model}"`);
      if (asked(own) !== asked(all[0]!)) throw several("they were asked other questions");
    }
    const twice = points.find(({ variant }, i) =>
      points.findIndex((other) => other.variant === variant) < i
    );
    if (twice) throw several(`both have a variant "${twice.variant}"`);
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
  const tolerated = models.flatMap(({ deltas }) =>
    deltas.map((delta) => toleratedChange(delta, gauge))
  );
  const [low, high] = changeDomain(ends("y"), "sql");
  return [
    changeDomain([...ends("x"), ...tolerated], gauge),
    [low, high + NAME_ROOM * (high - low)],
  ];
}

/**
 * A model's levels before and after what is recommended for it, by each study that recommends one; or
 * the base model's alone.
 */
function levelsTexts({ name, all }: Model, gauge: KnowledgeGauge): string[] {
  const chosen = all.filter(({ tradeOff }) => tradeOff.some(({ recommended }) => recommended));
  return (chosen.length > 0 ? chosen : all.slice(0, 1)).map((rows) =>
    levelsText(name, rows, gauge)
  );
}

function levelsText(name: string, rows: StudyRows, gauge: KnowledgeGauge): string {
  const row = rows.tradeOff.find(({ recommended }) => recommended);
  const isDrawn = row?.sql !== undefined && row[gauge] !== undefined;
  const variants = [BASE_NAME, ...(row && isDrawn ? [row.variant] : [])];
  const level = (measure: "sql" | KnowledgeGauge): string => {
    const { n } = rows.tradeOff.find((own) => own[measure])![measure]!.evidence;
    const levels = variants.map((variant) => levelOf(rows, measure, variant)).join(" \u2192 ");
    const unit = measure === "prose" ? " nats a token" : "";
    return `${figureName(rows.titles[measure])} ${levels}${unit} (n = ${formatCount(n)})`;
  };
  const what = row ? figureName(row.variant) : "none recommended; base model";
  return `${name}, ${what}: ${level("sql")}, ${level(gauge)}.`;
}

function levelOf(rows: StudyRows, measure: "sql" | KnowledgeGauge, variant: string): string {
  if (measure !== "prose") return formatPercent(overallAccuracy(rows, measure, variant)!.mean);
  return formatNats(
    rows.prose.find((row) => row.variant === variant && row.group === ALL)!.nats,
    3,
  );
}
