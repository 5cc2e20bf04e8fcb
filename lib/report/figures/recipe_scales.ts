import * as Plot from "@observablehq/plot";
import { type Gauge, GAUGES } from "../../runs/mod.ts";
import type { TradeOffRow } from "../rows/row_types.ts";
import { formatCount } from "../words/format_numbers.ts";
import { betterOf, unitOf } from "../words/measures.ts";
import { changeDomain, curveMarks, type CurvePoint, curvePoints, ticksOf } from "./curve_marks.ts";
import { resultText, titleWith } from "./result_text.ts";
import {
  type LegendEntry,
  legendWithNotes,
  RING,
  seriesStyle,
  signedTick,
  WIDER_INTERVAL,
  withData,
} from "./series.ts";
import {
  COLUMN_WIDTH,
  figureName,
  figureText,
  fitText,
  INK,
  renderColumn,
  SMALL_FONT,
} from "./svg.ts";
import { axisTitle, gridMarks, pixelPlot } from "./panels.ts";
import { describeChanges } from "./trade_off/trade_off_words.ts";
import type { TradeOffRows } from "./trade_off/trade_off_points.ts";

/** A column of panels has its ticks at its left. */
const TICKS = 38;
const RIGHT = 8;
const PANEL = 64;
/** Above a row of panels, its recipe. */
const HEAD = 18;
/** Above all rows, the measures. */
const TOP = 32;

/** A recipe or adapter with the curves of its checkpoints. */
interface RecipeCurves {
  readonly source: string;
  readonly curves: readonly StepCurve[];
}

/** The scales of one checkpoint. */
interface StepCurve {
  /** "finished", or such as "2 of 3". */
  readonly step: string;
  readonly rows: readonly TradeOffRow[];
}

/**
 * The changes over the scale of the adapter, a row of panels a recipe and a column a measure, one
 * curve a checkpoint: how much of an adapter brings what, however many variants a study has. All
 * panels of a column have one axis. The finished adapter's curve has the wider 95 % intervals; the
 * recommended variant has a ring. The base model is scale 0.
 *
 * @returns A standalone SVG document of one column's width; `undefined` where no checkpoint of any
 * recipe has two scales.
 */
export function recipeScalesFigure(rows: TradeOffRows): string | undefined {
  const recipes = recipesOf(rows.tradeOff);
  const all = recipes.flatMap(({ curves }) => curves.flatMap((curve) => curve.rows));
  const gauges = GAUGES.filter((gauge) => all.some((row) => row[gauge]));
  if (gauges.length === 0) return undefined;
  const steps = [...new Set(recipes.flatMap(({ curves }) => curves.map(({ step }) => step)))];
  const n = (gauge: Gauge): string => {
    const counts = [...new Set(all.flatMap((row) => row[gauge]?.evidence.n ?? []))];
    return `${counts.map(formatCount).join(" or ")} (${figureName(rows.titles[gauge])})`;
  };
  const foot = legendWithNotes(legendOf(steps, all), [
    withData(
      `Changes against the base model. Bars, of finished adapters: ${WIDER_INTERVAL}, unadjusted. ` +
        `n = ${gauges.map(n).join(", ")}.`,
      rows.label,
    ),
  ]);
  const below = TOP + recipes.length * (HEAD + PANEL);
  const most = Math.max(...all.map(({ origin }) => origin.scale ?? 0));
  const width = (COLUMN_WIDTH - RIGHT) / gauges.length;
  return renderColumn(
    pixelPlot(below + 38 + foot.height, [
      ...gauges.flatMap((gauge, column) =>
        columnMarks(gauge, recipes, { rows, steps, most, left: column * width, width })
      ),
      ...recipes.map(({ source }, i) =>
        figureText(fitText(source, COLUMN_WIDTH - 16, { fontSize: SMALL_FONT, bold: true }), {
          top: TOP + i * (HEAD + PANEL) + HEAD / 2 + 1,
          fontSize: SMALL_FONT,
          fontWeight: "bold",
        })
      ),
      axisTitle("Scale of the adapter (0: base model, 1: as trained)", { top: below + 26 }),
      ...foot.marks(below + 36),
    ]),
    {
      title: titleWith(
        `${figureName(rows.model)}: changes over the scale of each recipe's adapters`,
        resultText(all, rows.titles),
      ),
      description: describeChanges(rows, all),
    },
  );
}

/** What can be drawn: the checkpoints with two scales at least, the finished adapter first. */
function recipesOf(rows: readonly TradeOffRow[]): RecipeCurves[] {
  const scaled = rows.filter(({ origin }) => origin.scale !== undefined);
  return [...Map.groupBy(scaled, ({ origin }) => origin.source)].flatMap(([source, own]) => {
    const byStep = Map.groupBy(
      own,
      (row) => JSON.stringify([stepOf(row), row.origin.seed ?? null]),
    );
    const curves = [...byStep.values()]
      .filter((all) => new Set(all.map(({ origin }) => origin.scale)).size > 1)
      .map((all): StepCurve => ({ step: stepOf(all[0]!), rows: all }));
    return curves.length === 0 ? [] : [{ source: figureName(source), curves }];
  });
}

/** "finished", or such as "2 of 3". */
function stepOf({ origin: { checkpoint } }: TradeOffRow): string {
  return checkpoint ? `${checkpoint.index} of ${checkpoint.of}` : "finished";
}

function legendOf(steps: readonly string[], all: readonly TradeOffRow[]): LegendEntry[] {
  const step = (name: string): string =>
    name === "finished" ? "finished adapter" : `checkpoint ${name}`;
  return [
    ...steps.map((name, i) => ({ name: step(name), ...seriesStyle(i) })),
    ...all.filter(({ recommended }) => recommended).map(({ variant }) => ({
      ...RING,
      name: `recommended: ${figureName(variant)}`,
    })),
  ];
}

/** One measure: its title, and a panel a recipe. */
function columnMarks(
  gauge: Gauge,
  recipes: readonly RecipeCurves[],
  { rows, steps, most, left, width }: {
    readonly rows: TradeOffRows;
    readonly steps: readonly string[];
    /** The largest scale. */
    readonly most: number;
    readonly left: number;
    readonly width: number;
  },
): unknown[] {
  const panels = recipes.map(({ curves }) =>
    curves.map(({ step, rows }) => ({
      step,
      points: curvePoints(rows.map((row) => ({ row, x: row.origin.scale! })), gauge),
    }))
  );
  const ends = (step: string, { y, ends }: CurvePoint): readonly number[] =>
    step === "finished" ? [y, ...ends ?? []] : [y];
  const domain = changeDomain(
    panels.flat().flatMap(({ step, points }) => points.flatMap((point) => ends(step, point))),
    gauge,
  );
  const frame = { x0: left + TICKS, x1: left + width - 6 };
  const toX = (x: number): number => frame.x0 + x / (1.05 * most) * (frame.x1 - frame.x0);
  const middle = (frame.x0 + frame.x1) / 2;
  const heading = (text: string, top: number): unknown =>
    figureText(fitText(text, width - 4, { fontSize: SMALL_FONT }), {
      top,
      left: middle - 6,
      anchor: "middle",
      fontSize: SMALL_FONT,
    });
  const bottom = TOP + recipes.length * (HEAD + PANEL);
  return [
    heading(figureName(rows.titles[gauge]), 8),
    heading(`${unitOf(gauge)} ${betterOf(gauge) === "lower" ? "\u2193" : "\u2191"}`, 22),
    ...panels.flatMap((curves, i) => {
      const top = TOP + i * (HEAD + PANEL) + HEAD;
      const toY = (y: number): number => top + PANEL * (domain[1] - y) / (domain[1] - domain[0]);
      return [
        ...gridMarks({ ...frame, y0: top, y1: top + PANEL }, {
          y: { ticks: ticksOf(domain, 3), at: toY, text: signedTick, written: true },
        }),
        // the finished adapter on top
        ...curves.toReversed().flatMap(({ step, points }) =>
          curveMarks(points, {
            style: seriesStyle(steps.indexOf(step)),
            toX,
            toY,
            radius: 2.5,
            bars: step === "finished",
          })
        ),
        Plot.dot(curves.flatMap(({ points }) => points.filter((point) => point.recommended)), {
          x: ({ x }: CurvePoint) => toX(x),
          y: ({ y }: CurvePoint) => toY(y),
          r: 6,
          stroke: INK,
          strokeWidth: 1.5,
        }),
      ];
    }),
    ...[0, most / 2, most].map((scale) =>
      figureText(String(Number(scale.toPrecision(3))), {
        top: bottom + 10,
        left: toX(scale),
        anchor: "middle",
        fontSize: SMALL_FONT,
      })
    ),
  ];
}
