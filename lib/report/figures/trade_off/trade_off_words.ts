import { GAUGES } from "../../../runs/mod.ts";
import { formatCount, formatCounted } from "../../words/format_numbers.ts";
import { changeNumber, lossText, unitOf } from "../../words/measures.ts";
import type { TradeOffRow } from "../../rows/row_types.ts";
import { type LegendEntry, RING, WIDER_INTERVAL, withData } from "../series.ts";
import { TOLERANCE_KEY } from "../panels.ts";
import type { PlacedLabel } from "./trade_off_labels.ts";
import { FRONT, SMALL } from "./trade_off_marks.ts";
import type { KnowledgeGauge, TradeOffPoint, TradeOffRows } from "./trade_off_points.ts";
import { FEW } from "./trade_off_scales.ts";

/** What the signs of the figure mean. */
export function legendEntries(
  points: readonly TradeOffPoint[],
  gauge: KnowledgeGauge,
  delta: number | undefined,
): LegendEntry[] {
  const sources = [...Map.groupBy(points, ({ source }) => source)];
  const scaled = (own: readonly TradeOffPoint[]): boolean =>
    new Set(own.map(({ scale }) => scale)).size > 1;
  return [
    ...sources.map(([name, own]): LegendEntry => ({
      name,
      colour: own[0]!.style.colour,
      symbol: own[0]!.style.symbol,
      // filled is what is on the front
      hollow: true,
      ...(scaled(own) ? { dash: own[0]!.style.dash } : {}),
    })),
    { name: frontName(points), colour: FRONT.stroke, dash: "", width: FRONT.strokeWidth },
    ...(points.length > FEW && points.some(({ front }) => !front)
      ? [{ ...RING, name: "not on it (hollow)", radius: SMALL.other }]
      : []),
    ...(points.some(({ furtherSeed }) => furtherSeed)
      ? [{ ...RING, name: "further seeds (small)", radius: SMALL.furtherSeed }]
      : []),
    ...(delta === undefined
      ? []
      : [{ name: `tolerated: ${lossText(delta, gauge)}`, ...TOLERANCE_KEY }]),
    ...points.filter(({ recommended }) => recommended).map(({ variant }) => ({
      ...RING,
      name: points.length > FEW ? `recommended: ${variant}` : "recommended (ring)",
    })),
  ];
}

/**
 * The front in plain words, and among what it is one: further seeds are left out of it, however good
 * they are.
 */
function frontName(points: readonly TradeOffPoint[]): string {
  return points.some(({ furtherSeed }) => furtherSeed)
    ? "Pareto front (filled): no first seed is better on both"
    : "Pareto front (filled): nothing here is better on both";
}

/** What the notes below the figure are about. */
export interface NotedFigure {
  /** How many variants it shows. */
  readonly of: number;
  /** What is written beside them. */
  readonly labels: readonly PlacedLabel[];
  /** Where a panel shows a part in large: how many times so, and how many variants are outside. */
  readonly near?: { readonly times: number; readonly outside: number } | undefined;
  /** Whether a caption says what bars and labels are. */
  readonly captioned: boolean;
}

/** What its bars, panels and labels are, and of how many examples. */
export function noteLines(
  { tradeOff, label }: TradeOffRows,
  gauge: KnowledgeGauge,
  { of, labels, near, captioned }: NotedFigure,
): string[] {
  const n = (measure: "sql" | KnowledgeGauge): string => {
    const counts = tradeOff.flatMap((row) => row[measure]?.evidence.n ?? []);
    const [low, high] = [Math.min(...counts), Math.max(...counts)];
    return low === high ? formatCount(low) : `${formatCount(low)} to ${formatCount(high)}`;
  };
  const items = gauge === "prose" ? "passages" : "questions";
  const bars = of <= FEW ? "Bars" : "Bars of finished and recommended adapters";
  const signs = labelsNote(labels);
  return [
    ...(near === undefined ? [] : [
      `Right: the shaded part, its x axis stretched ${Number(near.times.toPrecision(2))} times; ` +
      `outside of it: ${formatCounted(near.outside, "variant")}.`,
    ]),
    ...(signs === undefined || captioned ? [] : [signs]),
    ...(captioned ? [] : [`${bars}: ${WIDER_INTERVAL}, each axis alone, unadjusted.`]),
    withData(
      `n = ${n("sql")} questions (y), ${n(gauge)} ${items} (x); ${formatCounted(of, "variant")}.`,
      label,
    ),
  ];
}

/** What the labels beside marks mean, by the first one of each kind; `undefined` where none needs it. */
function labelsNote(labels: readonly PlacedLabel[]): string | undefined {
  const marked = labels.flatMap(({ text, point }) => point && text === point.mark ? [point] : []);
  const scale = marked.find((point) => point.scale !== 1)?.scale;
  const seed = marked.find(({ mark, furtherSeed }) => furtherSeed && /^#\d+$/.test(mark))?.mark;
  const part = marked.find((point) => point.part !== undefined)?.part;
  const meanings = [
    ...(scale === undefined ? [] : [`×${scale}: the adapter at ${scale} of its scale`]),
    ...(part === undefined ? [] : [`${part}: after ${part} of the training`]),
    ...(seed === undefined ? [] : [`${seed}: seed ${seed.slice(1)}`]),
  ];
  return meanings.length === 0 ? undefined : `${meanings.join("; ")}.`;
}

/** The figure in words: each variant with both changes. */
export function describeTradeOff(
  { tradeOff, titles }: TradeOffRows,
  gauge: KnowledgeGauge,
): string {
  return tradeOff.flatMap(({ variant, recommended, ...row }) => {
    const [x, y] = [row[gauge], row.sql];
    if (!x || !y) return [];
    return [
      `${variant}: ${titles.sql} ${changeNumber(y.verdict.difference, "sql")} points, ` +
      `${titles[gauge]} ${changeNumber(x.verdict.difference, gauge)} ${unitOf(gauge)}` +
      (recommended ? ", recommended" : ""),
    ];
  }).join("; ");
}

/** Curves in words: every variant with all of its changes. */
export function describeChanges(
  { titles }: Pick<TradeOffRows, "titles">,
  rows: readonly TradeOffRow[],
): string {
  return rows.flatMap((row) =>
    GAUGES.flatMap((gauge) => {
      const change = row[gauge];
      if (!change) return [];
      const difference = changeNumber(change.verdict.difference, gauge);
      return [`${row.variant}: ${titles[gauge]} ${difference} ${unitOf(gauge)}`];
    })
  ).join("; ");
}
