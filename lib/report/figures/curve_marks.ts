import * as Plot from "@observablehq/plot";
import type { Gauge } from "../../runs/mod.ts";
import type { ChangeRow, Measure, TradeOffRow } from "../rows/row_types.ts";
import { formatCount } from "../words/format_numbers.ts";
import { betterOf, unitOf } from "../words/measures.ts";
import { type IntervalRow, shownInterval } from "../words/shown_interval.ts";
import { clipLine } from "./clip_line.ts";
import { domainOf, type SeriesStyle, signedTick } from "./series.ts";
import { figureName, figureText, FONT, type Margin, MUTED } from "./svg.ts";

/** Where a variant stands on the x axis of a curve. */
export interface Placed {
  /** The variant. */
  readonly row: TradeOffRow;
  /** Its scale, or its part of the training. */
  readonly x: number;
}

/** A point of a curve in the unit of its panel. */
export interface CurvePoint {
  /** On the x axis. */
  readonly x: number;
  /** The change, in points or nats a token. */
  readonly y: number;
  /** How many pairs it is of. */
  readonly n: number;
  /** Its wider 95 % interval, where it has one. */
  readonly ends?: readonly [number, number];
  /** Whether its variant is recommended. */
  readonly recommended: boolean;
}

/** The points of a curve that have a change of a measure, from left to right. */
export function curvePoints(
  points: readonly Placed[],
  gauge: Gauge,
): CurvePoint[] {
  return points.flatMap(({ row, x }) => {
    const change: ChangeRow | undefined = row[gauge];
    if (!change) return [];
    const { evidence: { n } } = change;
    return [{ x, n, recommended: row.recommended, ...changeInUnit(change, gauge) }];
  }).toSorted((a, b) => a.x - b.x);
}

/** A change in the unit that is drawn, and its wider 95 % interval where one is shown. */
export function changeInUnit(
  change: IntervalRow,
  measure: Measure,
): Pick<CurvePoint, "y" | "ends"> {
  const size = unitOf(measure) === "points" ? 100 : 1;
  const ci95 = shownInterval(change);
  return {
    y: size * change.verdict.difference,
    ...(ci95 && { ends: [size * ci95[0], size * ci95[1]] as const }),
  };
}

/** Where a loss is no longer tolerated, in the unit that is drawn. */
export function toleratedChange(delta: number, measure: Measure): number {
  const size = unitOf(measure) === "points" ? 100 * delta : delta;
  return betterOf(measure) === "lower" ? size : -size;
}

/** The ends of an axis of changes in the unit of their measure, 0 among them. */
export function changeDomain(
  values: readonly number[],
  gauge: Gauge,
): readonly [number, number] {
  return domainOf(values, unitOf(gauge) === "points" ? 1 : 0.003);
}

/** How a curve is drawn. */
export interface CurveOptions {
  /** Its colour, dashes and symbol. */
  readonly style: SeriesStyle;
  /** Where a value of the x axis is on Plot's scale; 0 is the base model. */
  readonly toX: (x: number) => number;
  /** Where a change is on Plot's scale. */
  readonly toY: (y: number) => number;
  /** The radius of its points, 3.5 by default. */
  readonly radius?: number;
  /** Whether its intervals are drawn; they are by default. */
  readonly bars?: boolean;
  /** Where the curve is cut, on Plot's scale; nowhere by default. */
  readonly between?: readonly [low: number, high: number];
}

/** A curve from the base model on, with its intervals. */
export function curveMarks(
  points: readonly CurvePoint[],
  { style, toX, toY, radius = 3.5, bars = true, between = [-Infinity, Infinity] }: CurveOptions,
): unknown[] {
  const at = ({ x }: CurvePoint): number => toX(x);
  const cut = (y: number): number => Math.min(between[1], Math.max(between[0], toY(y)));
  const shown = points.filter(({ y }) => toY(y) === cut(y));
  const line = [
    [toY(0), toX(0)] as const,
    ...points.map((point) => [toY(point.y), at(point)] as const),
  ];
  return [
    ...clipLine(line, between).map((part) =>
      Plot.line(part.map(([y, x]) => [x, y]), {
        stroke: style.colour,
        strokeWidth: 1.5,
        ...(style.dash === "" ? {} : { strokeDasharray: style.dash }),
      })
    ),
    Plot.ruleX(shown.filter(({ ends }) => bars && ends), {
      x: at,
      y1: ({ ends }: CurvePoint) => cut(ends![0]),
      y2: ({ ends }: CurvePoint) => cut(ends![1]),
      stroke: style.colour,
      strokeWidth: 1.25,
    }),
    Plot.dot(shown, {
      x: at,
      y: ({ y }: CurvePoint) => toY(y),
      r: radius,
      symbol: style.symbol as Plot.SymbolType,
      fill: style.colour,
      stroke: "white",
      strokeWidth: 0.5,
    }),
  ];
}

/** What stands above the panel of a measure: "MMLU (points, higher is better), n = 14,042". */
export function panelTitle(gauge: Gauge, title: string, n: readonly number[]): string {
  return `${figureName(title)} (${unitOf(gauge)}, ${betterOf(gauge)} is better), n = ${
    [...new Set(n)].map(formatCount).join(" or ")
  }`;
}

/** What the frame of a panel is made with. */
export interface PanelFrameOptions {
  /** What the data of the measure are called. */
  readonly title: string;
  /** How many times its axis is stretched, where it shows a part of another panel. */
  readonly times?: number | undefined;
  /** How many pairs the changes are of; several where curves differ. */
  readonly n: readonly number[];
  /** The ends of its axis, in points or nats a token. */
  readonly domain: readonly [number, number];
  /** Where a change is on Plot's scale. */
  readonly toY: (y: number) => number;
  /** The panel's upper edge, in pixels. */
  readonly top: number;
  readonly margin: Margin;
}

/** The axis of a panel with its grid, and what it shows above it. */
export function panelFrame(
  gauge: Gauge,
  { title, times, n, domain, toY, top, margin }: PanelFrameOptions,
): unknown[] {
  const heading = times === undefined
    ? panelTitle(gauge, title, n)
    : `${figureName(title)}, stretched ${Number(times.toPrecision(2))} times (${unitOf(gauge)})`;
  return [
    // a tick at the upper edge would stand in the title
    ...ticksOf(domain).filter((tick) => toY(tick) > top + 4).flatMap((tick) => [
      Plot.ruleY([toY(tick)], { stroke: tick === 0 ? MUTED : "#dddddd" }),
      figureText(signedTick(tick), {
        margin,
        top: toY(tick),
        left: margin.left - 6,
        anchor: "end",
        fontSize: FONT,
      }),
    ]),
    figureText(heading, { margin, top: top - 9, fontSize: FONT }),
  ];
}

/** About so many round ticks within a domain, 0 among them; one tick alone says no height. */
export function ticksOf([low, high]: readonly [number, number], wanted = 4): number[] {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const sizes = [0.5, 1, 2, 5, 10].map((factor) => factor * power);
  const chosen = sizes.findIndex((size) => size >= rough);
  const ticks = (step: number): number[] => {
    const first = Math.ceil(low / step);
    const count = Math.floor(high / step) - first + 1;
    return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  };
  const found = ticks(sizes[chosen]!);
  return found.length > 1 ? found : ticks(sizes[chosen - 1]!);
}
