import * as Plot from "@observablehq/plot";
import type { SeedRow, StudyRows, TradeOffRow } from "../rows/row_types.ts";
import { formatCount } from "../words/format_numbers.ts";
import { betterOf, changeBounds, changeWithUnit, lossText, unitOf } from "../words/measures.ts";
import { changeDomain, changeInUnit, ticksOf, toleratedChange } from "./curve_marks.ts";
import { nameMarks } from "./name_marks.ts";
import {
  axisTitle,
  gridMarks,
  type PanelFrame,
  pixelPlot,
  titleAbove,
  TOLERANCE,
  TOLERANCE_KEY,
} from "./panels.ts";
import {
  legendWithNotes,
  type SeriesStyle,
  seriesStyle,
  signedTick,
  WIDER_INTERVAL,
  withData,
} from "./series.ts";
import { COLUMN_WIDTH, figureName, INK, renderColumn } from "./svg.ts";
import {
  BASE,
  type KnowledgeGauge,
  type Place,
  toleratedLoss,
} from "./trade_off/trade_off_points.ts";
import { ticksX, type TradeOffScales, tradeOffScales } from "./trade_off/trade_off_scales.ts";

const FRAME: PanelFrame = { x0: 40, x1: COLUMN_WIDTH - 12, y0: 24, y1: 220 };
/** Below the panel: the numbers and the title of the x axis. */
const BELOW = 42;
/** The radii of a seed's mark and of the one where the bars of a mean cross, in pixels. */
const [SEED, MEAN] = [3, 2];

/** What the figure is drawn from. */
export type SeedPointsRows = Pick<StudyRows, "tradeOff" | "titles" | "model" | "label" | "seeds">;

/** A change on both axes, in their units. */
interface Point extends Place {
  readonly xEnds?: readonly [number, number];
  readonly yEnds?: readonly [number, number];
}

/** A recipe that was trained with several seeds. */
interface Recipe {
  readonly name: string;
  readonly style: SeriesStyle;
  /** Its finished adapters at full scale, one a seed; without intervals. */
  readonly seeds: readonly Place[];
  readonly mean: Point;
  /** The mean in words. */
  readonly text: string;
}

/** The recipes of a study that have a mean over several seeds on both axes. */
export function seededRecipes(
  { seeds }: Pick<SeedPointsRows, "seeds">,
  gauge: KnowledgeGauge,
): string[] {
  const has = (recipe: string, measure: "sql" | KnowledgeGauge): boolean =>
    seeds.some((row) => row.recipe === recipe && row.measure === measure);
  return [...new Set(seeds.map(({ recipe }) => recipe))]
    .filter((recipe) => has(recipe, "sql") && has(recipe, gauge));
}

/**
 * Seeds of a few recipes of a study: the change on text-to-SQL (y) against the change on a measure of
 * what is known (x). An open mark is a finished adapter of one seed; the wider 95 % intervals of the mean
 * over a recipe's seeds are bars, which cross there. The base model is the origin, a dashed line the tolerated loss.
 *
 * @param recipes Their names, each a colour, in the order of the legend.
 * @param gauge The measure of the x axis.
 * @returns A standalone SVG document of one column's width.
 * @throws {RangeError} If there are no recipes, one is named twice, or one has no mean over several seeds
 * on both axes.
 */
export function seedPointsFigure(
  rows: SeedPointsRows,
  recipes: readonly string[],
  gauge: KnowledgeGauge,
): string {
  if (recipes.length === 0) throw new RangeError("Cannot draw seeds of no recipe");
  const drawn = recipes.map((name, i): Recipe => {
    if (recipes.indexOf(name) < i) throw new RangeError(`Cannot draw "${name}" twice`);
    return recipeOf(name, { rows, gauge, style: seriesStyle(i) });
  });
  const delta = toleratedLoss(rows.tradeOff, gauge);
  const foot = legendWithNotes(
    [
      { name: "base model", colour: INK, symbol: "square" },
      ...drawn.map(({ name, style: { colour, symbol } }) => ({
        name,
        colour,
        symbol,
        hollow: true,
        radius: SEED,
      })),
      ...(delta === undefined
        ? []
        : [{ name: `tolerated: ${lossText(delta, gauge)}`, ...TOLERANCE_KEY }]),
    ],
    [
      ...drawn.map(({ text }) => text),
      withData(
        "Open marks: adapters of one seed. Bars cross at the mean over a recipe's seeds: " +
          `${WIDER_INTERVAL}, each axis alone, unadjusted.`,
        rows.label,
      ),
    ],
  );
  const better = betterOf(gauge) === "lower" ? "\u2190 better" : "better \u2192";
  const top = FRAME.y1 + BELOW;
  return renderColumn(
    pixelPlot(top + foot.height, [
      ...panelMarks(drawn, gauge, delta === undefined ? [] : [toleratedChange(delta, gauge)]),
      titleAbove(`Change on ${figureName(rows.titles.sql)} (points), better \u2191`, 10),
      axisTitle(`Change on ${figureName(rows.titles[gauge])} (${unitOf(gauge)}), ${better}`, {
        top: FRAME.y1 + 28,
        middle: (FRAME.x0 + FRAME.x1) / 2,
      }),
      ...foot.marks(top),
    ]),
    {
      title:
        `${figureName(rows.model)}, seeds of ${drawn.map(({ name }) => name).join(" and ")}: ` +
        `change on ${rows.titles.sql} against change on ${rows.titles[gauge]}`,
      description: drawn.map(({ text }) => text).join(" "),
    },
  );
}

function recipeOf(
  name: string,
  { rows: { tradeOff, titles, seeds }, gauge, style }: {
    readonly rows: SeedPointsRows;
    readonly gauge: KnowledgeGauge;
    readonly style: SeriesStyle;
  },
): Recipe {
  const of = (measure: "sql" | KnowledgeGauge): SeedRow["change"] => {
    const row = seeds.find((own) => own.recipe === name && own.measure === measure);
    if (row) return row.change;
    throw new RangeError(
      `Cannot draw "${name}" as it has no mean over several seeds on "${titles[measure]}"`,
    );
  };
  const [x, y] = [of(gauge), of("sql")];
  const [inX, inY] = [changeInUnit(x, gauge), changeInUnit(y, "sql")];
  const text = (measure: "sql" | KnowledgeGauge): string => {
    const { items, verdict: { difference, ci95 } } = of(measure);
    const bounds = ci95 ? ` ${changeBounds(ci95, measure)}` : "";
    return `${figureName(titles[measure])} ${changeWithUnit(difference, measure)}${bounds} ` +
      `(n = ${formatCount(items)})`;
  };
  const few = y.speaksOfRecipe ? "" : ", too few for a word on the recipe";
  return {
    name: figureName(name),
    style,
    seeds: tradeOff.filter((row) => isSeedOf(row, name)).flatMap((row) =>
      row.sql && row[gauge]
        ? [{ x: changeInUnit(row[gauge], gauge).y, y: changeInUnit(row.sql, "sql").y }]
        : []
    ),
    mean: {
      x: inX.y,
      y: inY.y,
      ...(inX.ends && { xEnds: inX.ends }),
      ...(inY.ends && { yEnds: inY.ends }),
    },
    text: `${figureName(name)}, mean of ${formatCount(y.seeds)} seeds${few}: ${text("sql")}, ${
      text(gauge)
    }.`,
  };
}

/** Whether it is a finished adapter of the recipe at its full scale, of whatever seed. */
function isSeedOf({ origin }: TradeOffRow, recipe: string): boolean {
  return origin.source === recipe && origin.scale === 1 && origin.checkpoint === undefined;
}

function panelMarks(
  recipes: readonly Recipe[],
  gauge: KnowledgeGauge,
  tolerated: readonly number[],
): unknown[] {
  const ends = (axis: "x" | "y"): number[] =>
    recipes.flatMap(({ seeds, mean }) => [
      ...seeds.map((seed) => seed[axis]),
      mean[axis],
      ...(mean[`${axis}Ends`] ?? []),
    ]);
  const scales = tradeOffScales(
    changeDomain([...ends("x"), ...tolerated], gauge),
    changeDomain(ends("y"), "sql"),
    FRAME,
  );
  const { toX, toY } = scales;
  const at = { x: ({ x }: Place) => toX(x), y: ({ y }: Place) => toY(y) };
  return [
    ...gridMarks(FRAME, {
      x: { ticks: ticksX(scales), at: toX, text: signedTick, written: true },
      y: { ticks: ticksOf(scales.y, 6), at: toY, text: signedTick, written: true },
    }),
    Plot.ruleX(tolerated.map(toX), { y1: FRAME.y0, y2: FRAME.y1, ...TOLERANCE }),
    ...recipes.flatMap(({ mean, style }) => barMarks(mean, scales, style.colour)),
    Plot.dot([BASE], { ...at, r: 3, symbol: "square", fill: INK }),
    ...recipes.flatMap(({ seeds, mean, style: { colour, symbol } }) => [
      // open: neither a bar nor another seed is hidden
      Plot.dot(seeds, {
        ...at,
        r: SEED,
        symbol: symbol as Plot.SymbolType,
        stroke: colour,
        strokeWidth: 1,
      }),
      Plot.dot([mean], { ...at, r: MEAN, fill: colour }),
    ]),
    ...nameMarks(
      recipes.map(({ name, mean, style: { colour } }) => ({
        ...mean,
        name,
        colour,
        radius: MEAN,
      })),
      {
        scales,
        others: recipes.flatMap(({ seeds }) => seeds.map((seed) => ({ ...seed, radius: SEED }))),
        tolerated,
      },
    ),
  ];
}

function barMarks({ x, y, xEnds, yEnds }: Point, at: TradeOffScales, stroke: string): unknown[] {
  const style = { stroke, strokeWidth: 1.5 };
  const [toX, toY] = [at.toX, at.toY];
  return [
    Plot.ruleY(xEnds ? [toY(y)] : [], {
      x1: toX(xEnds?.[0] ?? x),
      x2: toX(xEnds?.[1] ?? x),
      ...style,
    }),
    Plot.ruleX(yEnds ? [toX(x)] : [], {
      y1: toY(yEnds?.[0] ?? y),
      y2: toY(yEnds?.[1] ?? y),
      ...style,
    }),
  ];
}
