import * as Plot from "@observablehq/plot";
import { type Gauge, GAUGES } from "../../runs/mod.ts";
import type { SeedRow } from "../rows/row_types.ts";
import { describeChanges } from "./trade_off/trade_off_words.ts";
import {
  changeDomain,
  changeInUnit,
  curveMarks,
  type CurvePoint,
  curvePoints,
  panelFrame,
  type Placed,
} from "./curve_marks.ts";
import type { TradeOffRows } from "./trade_off/trade_off_points.ts";
import { axisTitle, framedPlot } from "./panels.ts";
import {
  AS_IT_IS,
  type FigureWords,
  legendWithNotes,
  type SeriesStyle,
  seriesStyle,
  WIDER_INTERVAL,
  withData,
} from "./series.ts";
import { COLUMN_WIDTH, figureName, figureText, FONT, type Margin, renderColumn } from "./svg.ts";

const PANEL = 120;
const GAP = 30;
/** Where the further seeds stand on the axis of scales, whose last place is 1. */
const SEEDS = { centre: 1.2, width: 0.13 } as const;
/** Where the means over seeds stand. */
const MEANS = { centre: 1.49, width: 0.06 } as const;
const RIGHT_END = 1.6;

/** What the figure of seeds is drawn from. */
export type SeedFigureRows = TradeOffRows & { readonly seeds: readonly SeedRow[] };

/** One recipe that was trained with several seeds. */
interface Recipe {
  readonly name: string;
  readonly style: SeriesStyle;
  /** The finished adapter of the first seed at its scales. */
  readonly scales: readonly Placed[];
  /** Finished adapters of the further seeds at full scale; `x` is their place. */
  readonly further: readonly Placed[];
  /** Its change over the seeds, one a measure. */
  readonly means: readonly SeedRow[];
}

/**
 * The recipes that were trained with several seeds, a panel a measure: the finished adapter of the
 * first seed over its scales (0 is the base model), beside it every further seed at full scale, and
 * the mean over all seeds. Bars are the wider 95 % intervals.
 *
 * @returns A standalone SVG document of one column's width; `undefined` where no recipe has further
 * seeds.
 */
export function seedFigure(
  rows: SeedFigureRows,
  { say = AS_IT_IS, captioned = false }: FigureWords = {},
): string | undefined {
  const recipes = recipesOf(rows);
  const gauges = GAUGES.filter((gauge) =>
    recipes.some(({ further }) => further.some(({ row }) => row[gauge]))
  );
  if (gauges.length === 0) return undefined;
  const foot = legendWithNotes(
    recipes.map(({ name, style }) => ({ name, ...style })),
    captioned ? [] : [
      "Seeds: adapters of further seeds at scale 1; mean: over all seeds.",
      withData(`Changes against the base model. Bars: ${WIDER_INTERVAL}, unadjusted.`, rows.label),
    ],
    say,
  );
  const below = gauges.length * (PANEL + GAP);
  const height = below + 40 + foot.height;
  const margin: Margin = { top: GAP - 6, left: 48, right: 12, bottom: height - below };
  const perUnit = (COLUMN_WIDTH - margin.left - margin.right) / RIGHT_END;
  const label = (text: string, x: number): unknown =>
    figureText(text, {
      margin,
      top: below + 12,
      left: margin.left + x * perUnit,
      anchor: "middle",
      fontSize: FONT,
    });
  const plot = framedPlot(margin, height, {
    x: {
      domain: [0, RIGHT_END],
      label: null,
      ticks: [0, 0.2, 0.4, 0.6, 0.8, 1],
      tickFormat: String,
      grid: true,
    },
    // in pixels: the panels share one frame
    y: { type: "identity", axis: null },
    marks: [
      ...gauges.flatMap((gauge, i) =>
        panelMarks(gauge, recipes, { rows, margin, top: (PANEL + GAP) * i + margin.top })
      ),
      label(say("seeds"), SEEDS.centre),
      label(say("mean"), MEANS.centre),
      axisTitle(say("Scale of the adapter (0: base model, 1: as trained)"), {
        margin,
        top: below + 26,
      }),
      ...foot.marks(below + 36, margin),
    ],
  });
  const drawn = recipes.flatMap(({ scales, further }) =>
    [...scales, ...further].map(({ row }) => row)
  );
  return renderColumn(plot, {
    title: `${figureName(rows.model)}: changes over scales and seeds`,
    description: describeChanges(rows, drawn),
  });
}

function recipesOf({ tradeOff, seeds }: SeedFigureRows): Recipe[] {
  const sources = [...new Set(tradeOff.map(({ origin }) => origin.source))];
  const finished = tradeOff.filter(({ origin }) => origin.checkpoint === undefined);
  const named = new Set(seeds.map(({ recipe }) => recipe));
  return sources.filter((source) => named.has(source)).flatMap((source, at, { length }) => {
    const own = finished.filter(({ origin }) => origin.source === source);
    const [first] = own;
    const others = own.filter(({ origin }) =>
      origin.seed !== first?.origin.seed && origin.scale === 1
    );
    if (others.length === 0) return [];
    return [{
      name: figureName(source),
      // as in the other figures, which have every recipe
      style: seriesStyle(sources.indexOf(source)),
      scales: own.flatMap((row) =>
        row.origin.seed !== first?.origin.seed || row.origin.scale === undefined ? [] : [{
          row,
          // bars of several recipes stand beside each other
          x: row.origin.scale + 0.012 * (at - (length - 1) / 2),
        }]
      ),
      further: others.map((row, i) => ({
        row,
        x: SEEDS.centre + SEEDS.width * ((i + 0.5) / others.length - 0.5),
      })),
      means: seeds.filter(({ recipe }) => recipe === source),
    }];
  });
}

/** The mean over seeds as a point; `undefined` where the measure has none. */
function meanPoint(
  { means }: Recipe,
  gauge: Gauge,
  x: number,
): CurvePoint | undefined {
  const row = means.find(({ measure }) => measure === gauge);
  if (!row) return undefined;
  const { verdict, items } = row.change;
  return { x, n: items, recommended: false, ...changeInUnit({ verdict }, gauge) };
}

function panelMarks(
  gauge: Gauge,
  recipes: readonly Recipe[],
  { rows, margin, top }: {
    readonly rows: SeedFigureRows;
    readonly margin: Margin;
    /** The panel's upper edge, in pixels. */
    readonly top: number;
  },
): unknown[] {
  const drawn = recipes.map((recipe, i) => {
    const x = MEANS.centre + MEANS.width * ((i + 0.5) / recipes.length - 0.5);
    return {
      style: recipe.style,
      scales: curvePoints(recipe.scales, gauge),
      further: curvePoints(recipe.further, gauge),
      mean: meanPoint(recipe, gauge, x),
    };
  });
  const points = drawn.flatMap(({ scales, further, mean }): CurvePoint[] => [
    ...scales,
    // drawn without a bar
    ...further.map(({ ends: _, ...point }) => point),
    ...(mean ? [mean] : []),
  ]);
  const domain = changeDomain(points.flatMap(({ y, ends }) => [y, ...(ends ?? [])]), gauge);
  const toY = (value: number): number =>
    top + PANEL - (value - domain[0]) / (domain[1] - domain[0]) * PANEL;
  return [
    ...panelFrame(gauge, {
      title: rows.titles[gauge],
      n: points.map(({ n }) => n),
      domain,
      toY,
      top,
      margin,
    }),
    ...drawn.flatMap(({ style, scales, further, mean }) => [
      ...curveMarks(scales, { style, toX: (x) => x, toY }),
      Plot.dot(further, {
        x: "x",
        y: ({ y }: CurvePoint) => toY(y),
        r: 2.5,
        symbol: style.symbol as Plot.SymbolType,
        fill: "white",
        stroke: style.colour,
        strokeWidth: 1.25,
      }),
      ...(mean ? meanMarks(mean, style, toY) : []),
    ]),
  ];
}

/** The mean over seeds: its interval, and a mark as of the curve. */
function meanMarks(
  mean: CurvePoint,
  style: SeriesStyle,
  toY: (y: number) => number,
): unknown[] {
  return [
    Plot.ruleX(mean.ends ? [mean] : [], {
      x: "x",
      y1: ({ ends }: CurvePoint) => toY(ends![0]),
      y2: ({ ends }: CurvePoint) => toY(ends![1]),
      stroke: style.colour,
      strokeWidth: 2,
    }),
    Plot.dot([mean], {
      x: "x",
      y: ({ y }: CurvePoint) => toY(y),
      r: 4,
      symbol: style.symbol as Plot.SymbolType,
      fill: style.colour,
      stroke: "white",
      strokeWidth: 0.5,
    }),
  ];
}
