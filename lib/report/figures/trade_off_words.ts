import { formatCount, formatCounted } from "../words/format_numbers.ts";
import { changeNumber, lossText, unitOf } from "../words/measures.ts";
import type { LegendEntry } from "./series.ts";
import { figureName, INK } from "./svg.ts";
import type { KnowledgeGauge, TradeOffPoint, TradeOffRows } from "./trade_off_points.ts";

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
      ...(scaled(own) ? { dash: own[0]!.style.dash } : {}),
    })),
    { name: "Pareto front (filled)", colour: INK, dash: "1 3" },
    ...(delta === undefined
      ? []
      : [{ name: `tolerated: ${lossText(delta, gauge)}`, colour: INK, dash: "5 3" }]),
    ...(points.some(({ recommended }) => recommended)
      ? [{ name: "recommended (ring)", colour: INK, symbol: "circle", hollow: true }]
      : []),
  ];
}

/** What its bars are, and of how many examples. */
export function noteLines(
  { tradeOff, label }: TradeOffRows,
  gauge: KnowledgeGauge,
  points: readonly TradeOffPoint[],
): string[] {
  const n = (of: "sql" | KnowledgeGauge): string => {
    const counts = tradeOff.flatMap((row) => row[of]?.evidence.n ?? []);
    const [low, high] = [Math.min(...counts), Math.max(...counts)];
    return low === high ? formatCount(low) : `${formatCount(low)} to ${formatCount(high)}`;
  };
  const items = gauge === "prose" ? "passages" : "questions";
  return [
    "Bars: the wider 95 % interval of the two, each axis alone, unadjusted.",
    `n = ${n("sql")} questions (y), ${n(gauge)} ${items} (x); ${
      formatCounted(points.length, "variant")
    }.` +
    `${label === undefined ? "" : ` Data: ${figureName(label)}.`}`,
  ];
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
