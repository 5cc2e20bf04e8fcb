import { DEFAULT_GAUGES, GAUGES } from "../../runs/mod.ts";
import type { Interval, PercentageChange } from "../../stats/mod.ts";
import type {
  ChangeRow,
  GaugeTitles,
  Measure,
  PairRow,
  SeedPairRow,
  SeedRow,
  TradeOffRow,
} from "../rows/row_types.ts";
import { BASE_NAME } from "../rows/study_lookup.ts";
import { formatChange, formatPValue, formatSigned } from "../words/format_numbers.ts";
import { changeBounds, changeNumber, measureName, unitOf } from "../words/measures.ts";
import { shownInterval, tooFewClusters } from "../words/shown_interval.ts";
import { outcomeWord, verdictWords } from "../words/verdict_words.ts";
import {
  bounds,
  change,
  type Column,
  count,
  markdownOf,
  pValue,
  rightText,
  text,
} from "./column.ts";

/**
 * Paired changes to the base model, one row a change: the change with the wider 95 % interval, both
 * intervals, flips, mid-p, the adjusted p of a primary claim or "unadjusted", the change in percent
 * of the base score, and the word that it may be given.
 *
 * @param rows Changes of one unit: a column of points and nats would not line up.
 * @throws {RangeError} If a number cannot be.
 */
export function changesTable(rows: readonly ChangeRow[], titles: GaugeTitles): string {
  return markdownOf(rows, changeColumns(titles));
}

/** What a table of changes has where there is little room. */
const SHORT_COLUMNS: ReadonlySet<string> = new Set([
  "model",
  "group",
  "n",
  "change",
  "95 % interval",
  "gained",
  "lost",
  "adjusted p",
  "finding",
]);

/**
 * The same with the columns that the finding rests on alone: the change with the wider interval,
 * flips, and the adjusted p. The measure is named where there are several.
 */
export function shortChangesTable(rows: readonly ChangeRow[], titles: GaugeTitles): string {
  const several = new Set(rows.map(({ measure }) => measure)).size > 1;
  return markdownOf(
    rows,
    changeColumns(titles).filter(({ title }) =>
      SHORT_COLUMNS.has(title) || (several && title === "measure")
    ),
  );
}

/** The columns of {@linkcode changesTable}. */
function changeColumns(titles: GaugeTitles): Column<ChangeRow>[] {
  return [
    text("measure", ({ measure }) => measureName(measure, titles)),
    text("model", ({ variant }) => variant),
    text("group", ({ group }) => group),
    ...NUMBER_COLUMNS,
  ];
}

/** Recipes compared with each other, one row a pair and gauge; the change is second less first. */
export function pairsTable(rows: readonly PairRow[], titles: GaugeTitles): string {
  return markdownOf(rows, [
    text("measure", ({ measure }) => measureName(measure, titles)),
    text("first", ({ first }) => first),
    text("second", ({ variant }) => variant),
    ...NUMBER_COLUMNS,
  ]);
}

/** What tables say of a change in numbers, and its word. */
const NUMBER_COLUMNS: readonly Column<ChangeRow>[] = [
  count("n", ({ evidence }) => evidence.n),
  change("change", measureOf, ({ verdict }) => verdict.difference),
  rightText("95 % interval", (row) => endsText(row, row.verdict.ci95)),
  bounds("by examples", measureOf, ({ verdict }) => verdict.plainCi95),
  rightText("by clusters", (row) => endsText(row, row.verdict.clusteredCi95)),
  count("clusters", ({ evidence }) => evidence.clustered?.clusters),
  count("gained", ({ evidence }) => evidence.kind === "score" ? evidence.gained : undefined),
  count("lost", ({ evidence }) => evidence.kind === "score" ? evidence.lost : undefined),
  pValue("mid-p", ({ midP }) => midP),
  rightText("adjusted p", ({ adjusted }) => adjusted ? formatPValue(adjusted.p) : "unadjusted"),
  rightText(
    "in percent of the base score",
    ({ percent }) => percent === undefined ? undefined : percentText(percent),
  ),
  text("finding", outcomeWord),
];

/** An interval of a change, or that there are too few clusters for one. */
function endsText(row: ChangeRow, ends: Interval | undefined): string | undefined {
  if (tooFewClusters(row)) return "too few clusters";
  return ends && changeBounds(ends, row.measure);
}

function measureOf({ measure }: ChangeRow): Measure {
  return measure;
}

/** A percentage change with the wider interval of the two, or why there is none. */
export function percentText(percent: PercentageChange | null): string {
  if (percent === null) return "none right before";
  const { change: mean, ci95: [low, high], clusteredCi95 } = percent;
  if (clusteredCi95) {
    const [lower, upper] = clusteredCi95;
    return formatChange({ mean, ci95: [Math.min(low, lower), Math.max(high, upper)] });
  }
  const reason = clusteredCi95 === null ? "no bounds by clusters" : "one cluster alone";
  return `${formatSigned(mean)} % (${reason})`;
}

/**
 * The trade-off, one row a tuned variant: which one it is, its changes over all examples with the
 * wider 95 % interval, whether it passed as a step of its path, and which one is recommended. It has
 * the measures that studies have, and those that are there.
 */
export function tradeOffTable(rows: readonly TradeOffRow[], titles: GaugeTitles): string {
  const shown = GAUGES.filter((gauge) =>
    DEFAULT_GAUGES.includes(gauge) || rows.some((row) => row[gauge])
  );
  const gauges = shown.flatMap((gauge) => [
    change<TradeOffRow>(
      `${titles[gauge]} (${unitOf(gauge)})`,
      () => gauge,
      (row) => row[gauge]?.verdict.difference,
    ),
    rightText<TradeOffRow>(
      `${titles[gauge]}, 95 % interval`,
      (row) => row[gauge] && endsText(row[gauge], row[gauge].verdict.ci95),
    ),
  ]);
  return markdownOf(rows, [
    text("model", ({ variant }) => variant),
    text("recipe", ({ origin }) => origin.source),
    text("checkpoint", ({ origin }) => checkpointText(origin)),
    text("scale", ({ origin }) => origin.scale?.toString()),
    text("seed", ({ origin }) => origin.seed?.toString()),
    ...gauges,
    text("loss excluded", ({ step }) => step === undefined ? undefined : STEP_WORDS[step]),
    text("recommended", ({ recommended }) => recommended ? "recommended" : undefined),
  ]);
}

const STEP_WORDS = { passed: "yes", "not passed": "no", untested: "not tested" } as const;

function checkpointText({ checkpoint }: TradeOffRow["origin"]): string | undefined {
  return checkpoint && `${checkpoint.index} of ${checkpoint.of}`;
}

/**
 * Recipes over their training seeds, one row a recipe and gauge: against the base model, then against
 * each other, seed by seed.
 */
export function seedsTable(
  rows: readonly (SeedRow | SeedPairRow)[],
  titles: GaugeTitles,
): string {
  return markdownOf(rows, [
    text("measure", ({ measure }) => `${measureName(measure, titles)} (${unitOf(measure)})`),
    text("recipe", ({ recipe }) => recipe),
    text("against", (row) => "against" in row ? row.against : BASE_NAME),
    count("seeds", (row) => row.change.seeds),
    count("n", (row) => row.change.items),
    change("mean change", ({ measure }) => measure, (row) => row.change.mean),
    bounds("95 % interval", ({ measure }) => measure, (row) => row.change.verdict.ci95),
    rightText("spread of seeds", spreadText),
    text("finding", seedWord),
  ]);
}

/** The standard deviation between seeds, in the unit of the measure. */
function spreadText({ measure, change: { varSeed } }: SeedRow): string {
  // the part of the seeds is estimated as what is left of their spread beside that of the questions
  return varSeed === 0 ? "none shown" : changeNumber(Math.sqrt(varSeed), measure).replace("+", "");
}

/** The word on a recipe: none with fewer seeds than it takes. */
export function seedWord(row: SeedRow | SeedPairRow): string {
  return row.change.speaksOfRecipe
    ? verdictWords(seedChange(row))
    : "too few seeds for a word on the recipe";
}

/** A recipe's change over seeds in the form of a change, to be worded as one. */
export function seedChange(
  row: Pick<SeedRow, "measure" | "change"> & Partial<Pick<SeedPairRow, "outcome" | "adjusted">>,
): Pick<ChangeRow, "measure" | "verdict" | "outcome" | "evidence" | "adjusted"> {
  const { measure, change: { verdict, evidence }, outcome = verdict.outcome, adjusted } = row;
  return { measure, verdict, evidence, outcome, ...(adjusted && { adjusted }) };
}

/** A change with its interval for a cell: "+2.1 [−1.0, +5.2]"; empty where there is none. */
export function changeCell(row: ChangeRow | undefined): string {
  if (!row) return "";
  const { measure, verdict: { difference } } = row;
  const ci95 = shownInterval(row);
  return changeNumber(difference, measure) + (ci95 ? ` ${changeBounds(ci95, measure)}` : "");
}
