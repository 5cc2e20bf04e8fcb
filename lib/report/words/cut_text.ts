import { listed } from "../../ground/mod.ts";
import { formatCount, formatPercent } from "./format_numbers.ts";
import { markdownText } from "./markdown_text.ts";
import type { AccuracyRow } from "../rows/row_types.ts";

/** Above this share of cut completions a table says what to do about them. */
const NOTED_SHARE = 0.05;

/** Above this share of cut completions a change says little of what a model knows. */
const MOSTLY_CUT_SHARE = 0.5;

/** From this share on a variant hardly ends an answer, so that the limit may not be what is wrong. */
const ENDLESS_SHARE = 0.9;

/** So many variants are named one by one; of more it is told how many they are. */
export const MOST_NAMED = 5;

/** How many completions of one variant ended at the token limit instead of at an end token. */
export interface CutCounts {
  /** The variant's name. */
  readonly variant: string;
  /** Completions in all. */
  readonly n: number;
  /** Completions that were cut. */
  readonly cut: number;
  /** Those of them that were cut inside their reasoning part. */
  readonly cutInReasoning: number;
}

/** The cut completions of each variant that rows of SQL accuracy know of, in the rows' order. */
export function cutCounts(rows: readonly AccuracyRow[]): CutCounts[] {
  const found = new Map<string, CutCounts>();
  for (const { variant, n, cut, cutInReasoning = 0 } of rows) {
    if (cut !== undefined && !found.has(variant)) {
      found.set(variant, { variant, n, cut, cutInReasoning });
    }
  }
  return [...found.values()];
}

/**
 * What tables of SQL accuracy say of cut completions: how many each variant had, and, where they
 * are more than 5 %, what to do. Empty where nothing is known of any, as in older summaries.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   cutText([{ variant: "base", n: 972, cut: 3, cutInReasoning: 0 }]),
 *   "Completions cut at the token limit: base 3 of 972.",
 * );
 * ```
 */
export function cutText(counts: readonly CutCounts[]): string {
  return [cutSentence(counts), ...cutNotes(counts)].join(" ");
}

/** The first sentence of {@linkcode cutText} alone: the counts. */
export function cutSentence(counts: readonly CutCounts[]): string {
  if (counts.length === 0) return "";
  const parts = counts.map(({ variant, n, cut, cutInReasoning }) =>
    `${markdownText(variant)} ${formatCount(cut)} of ${formatCount(n)}` +
    (cutInReasoning > 0 ? ` (${formatCount(cutInReasoning)} inside the reasoning part)` : "")
  );
  return `Completions cut at the token limit: ${parts.join(", ")}.`;
}

/** The variants of which so many completions were cut, more than 5 %, that it is to be told. */
export function notedCuts(counts: readonly CutCounts[]): CutCounts[] {
  return counts.filter(({ n, cut }) => cut > NOTED_SHARE * n);
}

/** Whether so many completions of a variant were cut, more than half, that a change says little of it. */
export function isMostlyCut({ n, cut }: Pick<CutCounts, "n" | "cut">): boolean {
  return cut > MOSTLY_CUT_SHARE * n;
}

/**
 * The variants with more than 5 % of their completions cut, what that means and what to do: one
 * sentence, or none; and one before it on those that hardly ever end an answer.
 */
export function cutNotes(counts: readonly CutCounts[]): string[] {
  const noted = notedCuts(counts);
  if (noted.length === 0) return [];
  const longer = "raise spider.maxNewTokens in a file for --config";
  const remedy = noted.some(({ cutInReasoning }) => cutInReasoning > 0)
    ? `set chat.thinking to false, or ${longer}`
    : longer;
  const known =
    `${whichWereCut(noted, counts.length)} were cut at the token limit; how many would ` +
    `be right with a longer one is not known: ${remedy}.`;
  return [...endlessNotes(noted), known];
}

/** "5.4 % of the completions of ...", each by name where they are few. */
function whichWereCut(noted: readonly CutCounts[], variants: number): string {
  const span = cutSpan(noted);
  if (span === undefined) {
    return listed(
      noted.map(({ variant, n, cut }, i) =>
        `${formatPercent(cut / n)} of ${i === 0 ? "the completions" : "those"} of "${
          markdownText(variant)
        }"`
      ),
    );
  }
  const [least, most] = [span.least, span.most].map(formatPercent);
  return `Of ${formatCount(noted.length)} of ${formatCount(variants)} variants ` +
    (least === most ? least : `between ${least} and ${most}`) + " of the completions";
}

/** The least and the largest share of cut completions, in 0..1, of more variants than are named. */
export function cutSpan(
  noted: readonly CutCounts[],
): { readonly least: number; readonly most: number } | undefined {
  if (noted.length <= MOST_NAMED) return undefined;
  const shares = noted.map(({ n, cut }) => cut / n);
  return { least: Math.min(...shares), most: Math.max(...shares) };
}

/** What may be wrong with variants of whose completions nine in ten or more were cut outside reasoning. */
function endlessNotes(noted: readonly CutCounts[]): string[] {
  const endless = noted.filter(({ n, cut, cutInReasoning }) =>
    cut - cutInReasoning >= ENDLESS_SHARE * n
  );
  if (endless.length === 0) return [];
  const few = endless.length <= MOST_NAMED;
  const names = (few ? endless : endless.slice(0, 1)).map(({ variant }) =>
    `"${markdownText(variant)}"`
  );
  const others = few ? [] : [`${formatCount(endless.length - 1)} more variants`];
  return [
    `Read some answers of ${
      listed([...names, ...others])
    } first: a model that never learnt its chat template does ` +
    "not end an answer at any limit, and then its accuracy says little of what it knows.",
  ];
}
