import * as Plot from "@observablehq/plot";
import { type Gauge, GAUGES } from "../../runs/mod.ts";
import type { TradeOffRow } from "../rows/row_types.ts";
import { lossText, unitOf } from "../words/measures.ts";
import { describeChanges } from "./trade_off/trade_off_words.ts";
import {
  changeDomain,
  curveMarks,
  type CurvePoint,
  curvePoints,
  panelFrame,
  type Placed,
  toleratedChange,
} from "./curve_marks.ts";
import type { TradeOffRows } from "./trade_off/trade_off_points.ts";
import { axisTitle, framedPlot, TOLERANCE, TOLERANCE_KEY } from "./panels.ts";
import { resultText, titleWith } from "./result_text.ts";
import {
  AS_IT_IS,
  domainOf,
  type FigureWords,
  type LegendEntry,
  legendWithNotes,
  type SeriesStyle,
  seriesStyle,
  WIDER_INTERVAL,
  withData,
} from "./series.ts";
import { figureName, type Margin, renderColumn } from "./svg.ts";
import { type Domain, isWithin } from "./trade_off/trade_off_scales.ts";

/** How high a panel is, for one a measure and for more. */
const PANEL = { few: 120, many: 96 } as const;
const GAP = 30;
/** So many curves in one frame can be told apart. */
const MOST_CURVES = 6;

/**
 * The changes on each measure over the scale of the adapter, one curve a path (a recipe and
 * checkpoint), with the wider 95 % intervals; the base model is scale 0. Of more than six paths only
 * those of finished adapters: {@linkcode recipeScalesFigure} has all.
 *
 * @returns A standalone SVG document of one column's width; `undefined` where no path has two scales.
 */
export function scaleFigure(rows: TradeOffRows, words: FigureWords = {}): string | undefined {
  const byPath = Map.groupBy(
    rows.tradeOff,
    ({ origin: { source, checkpoint, seed } }) =>
      JSON.stringify([source, checkpoint?.index ?? null, seed ?? null]),
  );
  const curves = [...byPath.values()].map((own) => ({
    name: curveName(own[0]!),
    points: own.flatMap((row) =>
      row.origin.scale === undefined ? [] : [{ row, x: row.origin.scale }]
    ),
  }));
  const joined = curves.filter(({ points }) => new Set(points.map(({ x }) => x)).size > 1);
  const finished = ({ points }: Curve): boolean => points[0]!.row.origin.checkpoint === undefined;
  const shown = joined.length > MOST_CURVES && joined.some(finished)
    ? joined.filter(finished)
    : joined;
  return curvesFigure(rows, shown, {
    ...(shown.length < joined.length ? { of: "Finished adapters only." } : {}),
    axis: "Scale of the adapter (0: base model, 1: as trained)",
    title: `${figureName(rows.model)}: changes over the scale of the adapter`,
    words,
  });
}

/**
 * The changes on each measure over a training, one curve a recipe and seed: learning and forgetting
 * from the base model to the finished adapter, with the wider 95 % intervals.
 *
 * @returns A standalone SVG document of one column's width; `undefined` where no training has two
 * checkpoints.
 */
export function checkpointFigure(rows: TradeOffRows, words: FigureWords = {}): string | undefined {
  const full = rows.tradeOff.filter(({ origin }) => origin.scale === 1);
  const byTraining = Map.groupBy(
    full,
    ({ origin: { source, seed } }) => JSON.stringify([source, seed ?? null]),
  );
  const curves = [...byTraining.values()].map((own) => ({
    name: figureName(own[0]!.origin.source),
    points: own.map((row) => {
      const { index, of } = row.origin.checkpoint ?? { index: 1, of: 1 };
      return { row, x: index / of };
    }),
  }));
  return curvesFigure(rows, curves, {
    axis: "Part of the training (0: base model, 1: finished)",
    title: `${figureName(rows.model)}: changes over the training`,
    words,
  });
}

function curveName({ origin: { source, checkpoint, seed }, variant }: TradeOffRow): string {
  const of = checkpoint ? `, ${checkpoint.index} of ${checkpoint.of}` : "";
  const seeded = variant.includes("#") && seed !== undefined ? `, seed ${seed}` : "";
  return figureName(`${source}${of}${seeded}`);
}

/** One curve: a name and at least one variant. */
interface Curve {
  readonly name: string;
  readonly points: readonly Placed[];
}

function curvesFigure(
  rows: TradeOffRows,
  given: readonly Curve[],
  { axis, title, of, words: { say = AS_IT_IS, captioned = false } }: {
    readonly axis: string;
    readonly title: string;
    /** What is left out. */
    readonly of?: string;
    readonly words: FigureWords;
  },
): string | undefined {
  const curves = given
    .filter(({ points }) => new Set(points.map(({ x }) => x)).size > 1)
    .map((curve, i) => ({ ...curve, style: seriesStyle(i) }));
  const gauges = GAUGES.filter((gauge) =>
    curves.some(({ points }) => points.some(({ row }) => row[gauge]))
  );
  if (gauges.length === 0) return undefined;
  const own = of === undefined ? [] : [of];
  const foot = legendWithNotes(
    [
      ...curves.map(({ name, style }) => ({ name, ...style })),
      ...toleranceEntries(curves.flatMap(({ points }) => points.map(({ row }) => row))),
    ],
    captioned ? own : [withData(
      [`Changes against the base model. Bars: ${WIDER_INTERVAL}, unadjusted.`, ...own].join(" "),
      rows.label,
    )],
    say,
  );
  const most = Math.max(...curves.flatMap(({ points }) => points.map(({ x }) => x)));
  const panels = gauges.flatMap((gauge) => panelsOf(gauge, curves, most));
  const panelHeight = PANEL[panels.length > gauges.length ? "many" : "few"];
  const below = panels.length * (panelHeight + GAP);
  const height = below + 40 + foot.height;
  const margin: Margin = { top: GAP - 6, left: 48, right: 12, bottom: height - below };
  const plot = framedPlot(margin, height, {
    x: { domain: [0, 1.03 * most], label: null, ticks: 6, tickFormat: String, grid: true },
    // in pixels: the panels share one frame
    y: { type: "identity", axis: null },
    marks: [
      ...panels.flatMap((panel, i) => {
        const top = (panelHeight + GAP) * i + margin.top;
        return panelMarks(panel, { rows, margin, top, bottom: top + panelHeight });
      }),
      axisTitle(say(axis), { margin, top: below + 26 }),
      ...foot.marks(below + 36, margin),
    ],
  });
  const drawn = curves.flatMap(({ points }) => points.map(({ row }) => row));
  return renderColumn(plot, {
    title: titleWith(title, resultText(drawn, rows.titles)),
    description: describeChanges(rows, drawn),
  });
}

/** What the dashed line is, where a loss that is not to be tolerated was named. */
function toleranceEntries(rows: readonly TradeOffRow[]): LegendEntry[] {
  const gauge = GAUGES.find((one) => rows.some((row) => row[one]?.delta !== undefined));
  if (gauge === undefined) return [];
  const { delta } = rows.find((row) => row[gauge]?.delta !== undefined)![gauge]!;
  return [{ name: `tolerated: ${lossText(delta!, gauge)}`, ...TOLERANCE_KEY }];
}

/** The styled curves of a figure. */
type StyledCurve = Curve & { readonly style: SeriesStyle };

/** The curves of a panel, in its unit. */
interface PanelCurve {
  readonly points: readonly CurvePoint[];
  readonly style: SeriesStyle;
  /** So far its bars stand from their places, beside those of the others. */
  readonly shift: number;
}

/** One panel: a measure with its axis, and every curve that has it. */
interface CurvePanel {
  readonly gauge: Gauge;
  readonly curves: readonly PanelCurve[];
  /** Where a loss is no longer tolerated, in its unit; none or one. */
  readonly tolerated: readonly number[];
  /** The ends of its axis. */
  readonly domain: Domain;
  /** How many times it stretches the axis of the panel above it, whose part it is. */
  readonly times?: number;
}

/** A curve is left out of a part of a panel where the part is so many times narrower without it. */
const WORTH = 2;
/** Room above and below what such a part shows, at least, as a share of it. */
const NEAR_ROOM = 0.12;
/** And at least so much, in points and in nats: curves that are 0 throughout have no width. */
const LEAST_ROOM = { points: 0.1, nats: 0.0003 } as const;

/**
 * The panel of a measure; and where some curves leave little room for half of them or more, below it
 * the part with these.
 */
function panelsOf(gauge: Gauge, given: readonly StyledCurve[], most: number): CurvePanel[] {
  const curves = given.map(({ points, style }, i) => ({
    points: curvePoints(points, gauge),
    style,
    shift: 0.008 * most * (i - (given.length - 1) / 2),
  }));
  const delta =
    given.flatMap(({ points }) => points.flatMap(({ row }) => row[gauge]?.delta ?? []))[0];
  const tolerated = delta === undefined ? [] : [toleratedChange(delta, gauge)];
  const valuesOf = (points: readonly CurvePoint[]): number[] =>
    points.flatMap(({ y, ends = [] }) => [y, ...ends]);
  const values = curves.map(({ points }) => valuesOf(points)).filter((own) => own.length > 0)
    .toSorted((a, b) => width(domainOf(a, 0)) - width(domainOf(b, 0)));
  const whole = changeDomain([...values.flat(), ...tolerated], gauge);
  const steps = [
    whole,
    ...Array.from(
      { length: Math.floor(values.length / 2) },
      (_, i) => nearDomain(values.slice(0, values.length - i - 1).flat(), { tolerated, gauge }),
    ),
  ];
  const near = steps.slice(1).findLast((own, i) => width(steps[i]!) >= WORTH * width(own));
  const panel = { gauge, curves, tolerated };
  return [
    { ...panel, domain: whole },
    ...(near === undefined ? [] : [{ ...panel, domain: near, times: width(whole) / width(near) }]),
  ];
}

/** The tolerated loss is in the part where that does not make it twice as wide. */
function nearDomain(
  values: readonly number[],
  { tolerated, gauge }: { readonly tolerated: readonly number[]; readonly gauge: Gauge },
): Domain {
  const least = domainOf(values, 0);
  const room = (own: readonly number[]): Domain =>
    domainOf(
      own,
      Math.max(
        NEAR_ROOM * width(domainOf(own, 0)),
        unitOf(gauge) === "points" ? LEAST_ROOM.points : LEAST_ROOM.nats,
      ),
    );
  const both = room([...values, ...tolerated]);
  return width(both) < 2 * width(least) ? both : room(values);
}

function width([low, high]: Domain): number {
  return high - low;
}

function panelMarks(
  { gauge, curves, tolerated, domain, times }: CurvePanel,
  { rows, margin, top, bottom }: {
    readonly rows: TradeOffRows;
    readonly margin: Margin;
    /** The panel's upper edge, in pixels. */
    readonly top: number;
    /** Its lower edge. */
    readonly bottom: number;
  },
): unknown[] {
  const toY = (value: number): number =>
    bottom - (value - domain[0]) / (domain[1] - domain[0]) * (bottom - top);
  return [
    ...panelFrame(gauge, {
      title: rows.titles[gauge],
      times,
      n: curves.flatMap(({ points }) => points.map(({ n }) => n)),
      domain,
      toY,
      top,
      margin,
    }),
    Plot.ruleY(tolerated.filter((value) => isWithin(value, domain)).map(toY), TOLERANCE),
    ...curves.flatMap(({ points, style, shift }) =>
      curveMarks(points, {
        style,
        toX: (x) => x === 0 ? 0 : x + shift,
        toY,
        ...(times === undefined ? {} : { between: [top, bottom] }),
      })
    ),
  ];
}
