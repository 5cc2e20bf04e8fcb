import { ALL } from "../../rows/groups.ts";
import type { Gauge } from "../../../runs/mod.ts";
import type { ChangeRow, StudyRows } from "../../rows/row_types.ts";
import { BASE_NAME, overallChange } from "../../rows/study_lookup.ts";
import { cutCounts, cutSpan, notedCuts } from "../../words/cut_text.ts";
import { formatPercent } from "../../words/format_numbers.ts";
import { changeBounds, changeWithUnit, lossText } from "../../words/measures.ts";
import { type IntervalRow, shownInterval, tooFewClusters } from "../../words/shown_interval.ts";
import { fewText, isShown, outcomeWord, pValueText } from "../../words/verdict_words.ts";
import { percentIn } from "../change_cells.ts";
import type { PaperContext } from "../paper_inputs.ts";
import { listIn, nameIn, type PaperWords } from "../paper_words.ts";
import { identifierOf, type TypstMarkup } from "../typst_text.ts";
import type { TemplateValue, TemplateValues } from "../template.ts";

/** A change with its interval and no word: for what is described, or grouped by its word. */
export function numbersOf(
  { texts }: PaperWords,
  row: Pick<ChangeRow, "measure"> & IntervalRow,
): string {
  const { measure, verdict: { difference } } = row;
  const ci95 = shownInterval(row);
  const change = changeWithUnit(difference, measure, texts);
  return ci95 === undefined ? change : `${change} ${texts.numbers(changeBounds(ci95, measure))}`;
}

/** A change with its interval and its word, without the one-sided bound of an excluded loss. */
export function shortSentence(words: PaperWords, row: ChangeRow): string {
  const mark = row.adjusted ? "" : words.texts.unadjusted;
  const why = tooFewClusters(row) ? `, ${fewText(row, words.texts)}` : "";
  return `${numbersOf(words, row)}: ${outcomeWord(row, words.texts)}${why}${mark}`;
}

/** Names of variants as a list in a sentence. */
export function namesOf(words: PaperWords, names: readonly string[]): TypstMarkup {
  return {
    typst: listIn(words, names.map((name) => identifierOf(name).typst)),
    plain: listIn(words, names),
  };
}

/** The training that a variant is of: the name of its recipe, or of the adapter. */
export function sourceOf({ tradeOff }: StudyRows, name: string): string | undefined {
  return tradeOff.find(({ variant }) => variant === name)?.origin.source;
}

/** The shown variants by the word of their change over all examples, one group a gauge. */
export function outcomeValues(context: PaperContext): TemplateValues {
  return {
    sql: groupsOf(context, "sql"),
    mmlu: groupsOf(context, "mmlu"),
    prose: groupsOf(context, "prose"),
  };
}

function groupsOf(context: PaperContext, gauge: Gauge): TemplateValues | null {
  const { rows, variants, words } = context;
  const changes = variants.shown.flatMap((name) => overallChange(rows, gauge, name) ?? []);
  if (changes.length === 0) return null;
  const of = (outcome: ChangeRow["outcome"]): TemplateValue =>
    changes.filter((row) => row.outcome === outcome).map((row) => ({
      ...entryOf(context, row),
      unadjusted: someAdjusted && !row.adjusted,
    }));
  const someAdjusted = changes.some(({ adjusted }) => adjusted);
  const delta = changes.find((row) => row.outcome === "loss_excluded")?.delta;
  return {
    gains: of("gain"),
    losses: of("loss"),
    excluded: of("loss_excluded"),
    open: of("no_difference_shown"),
    // said once where it is so of all
    unadjusted: !someAdjusted,
    tolerated: delta === undefined ? null : lossText(delta, gauge, words.texts),
  };
}

function entryOf({ words }: PaperContext, row: ChangeRow): TemplateValues {
  const { variant, outcome, adjusted, verdict, evidence } = row;
  const alone = adjusted && !isShown({ outcome }) && isShown(verdict);
  return {
    name: identifierOf(variant),
    change: numbersOf(words, row),
    percent: percentIn(words, row),
    gained: evidence.kind === "score" ? evidence.gained : 0,
    lost: evidence.kind === "score" ? evidence.lost : 0,
    alone: alone ? words.texts.numbers(pValueText(adjusted.p)) : null,
  };
}

/** The levels of hardness that the study's questions have, in its order. */
export function hardnessLevels({ accuracy }: StudyRows): string[] {
  return accuracy.flatMap(({ measure, variant, group }) =>
    measure === "sql" && variant === BASE_NAME && group !== ALL ? [group] : []
  );
}

/** The levels of hardness at which a gain is shown, and of which variants, in the study's order. */
export function hardnessValues({ rows, variants, words }: PaperContext): TemplateValue {
  const levels = hardnessLevels(rows);
  const gainsOf = (name: string): string[] =>
    levels.filter((level) =>
      rows.changes.some(({ measure, variant, group, outcome }) =>
        measure === "sql" && variant === name && group === level && outcome === "gain"
      )
    );
  const byLevels = Map.groupBy(variants.shown, (name) => JSON.stringify(gainsOf(name)));
  return [...byLevels].map(([key, names]) => {
    const own: string[] = JSON.parse(key);
    return {
      names: namesOf(words, names),
      one: names.length === 1,
      every: own.length === levels.length && levels.length > 0,
      levels: own.length === 0 ? null : listIn(words, own.map((level) => nameIn(words, level))),
    };
  });
}

/** The classes of error that the base model has most often, with what became of their counts. */
export function classValues(
  { rows, variants: { main }, words }: PaperContext,
  most: number,
): TemplateValue {
  const count = (name: string, own: string): number =>
    rows.classes.find(({ variant, errorClass }) => variant === name && errorClass === own)?.count ??
      0;
  return rows.classes.filter(({ variant, count }) => variant === BASE_NAME && count > 0)
    .toSorted((a, b) => b.count - a.count).slice(0, most)
    .map(({ errorClass, count: base }) => ({
      name: nameIn(words, errorClass),
      base,
      main: count(main, errorClass),
      same: count(main, errorClass) === base,
    }));
}

/**
 * The shares of cut completions where they are many: a variant each, and, where these are too many to
 * name, the least and the largest; no least where both are printed alike.
 */
export function cutValues({ rows, words }: Pick<PaperContext, "rows" | "words">): TemplateValues {
  const counts = cutCounts(rows.accuracy);
  const noted = notedCuts(counts);
  const span = cutSpan(noted);
  const text = (share: number): string => words.texts.numbers(formatPercent(share));
  return {
    cut: noted.map(({ variant, cut, n }) => ({
      variant: variant === BASE_NAME ? words.table.base : identifierOf(variant),
      share: text(cut / n),
    })),
    cutSpan: span
      ? {
        variants: noted.length,
        of: counts.length,
        least: text(span.least) === text(span.most) ? null : text(span.least),
        most: text(span.most),
      }
      : null,
  };
}
