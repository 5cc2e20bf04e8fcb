import type { MmluQuestion } from "../../../../mmlu/mod.ts";
import type { ChoicesHead, ChoiceTextBlock } from "../../format.ts";
import { columnBlock, jsonBlock } from "../blocks.ts";
import { kindOf, NO_KIND, type Source } from "../select.ts";
import type { Column } from "../unpack_columns.ts";

/** What stands for a letter where there is none, and where none was asked for. */
const [NO_ANSWER, NOT_WRITTEN] = [254, 255];

/** What one variant made of a multiple-choice question. */
export interface LetterAnswer {
  /** Index of the letter that counts as its answer. */
  readonly chosen: number;
  /** Index of the letter that it wrote; `null` for none, `undefined` where it was not asked to. */
  readonly written: number | null | undefined;
  /** `[options]` nats; `undefined` where they were not kept. */
  readonly logProbs: readonly number[] | undefined;
}

/** A multiple-choice question with two answers. */
export interface ChoiceItem extends MmluQuestion {
  readonly from: LetterAnswer | undefined;
  readonly to: LetterAnswer | undefined;
}

/** Multiple choice as the page reads it: variants by their index. */
export interface ChoiceStudy {
  readonly head: ChoicesHead;
  has(variant: number): boolean;
  /** What two variants made of the questions. */
  source(from: number, to: number): ChoiceSource;
}

/** Two variants' letters: what is listed, and every question with all that is known of it. */
export interface ChoiceSource extends Source {
  question(at: number): string;
  subject(at: number): string;
  /** "B → D". */
  letters(at: number): string;
  /** The question with both answers; log-probabilities are inflated when they are first asked for. */
  item(at: number): Promise<ChoiceItem>;
}

interface Opened {
  readonly head: ChoicesHead;
  readonly columns: Readonly<Record<string, Column>>;
  readonly text: ChoiceTextBlock;
  /** `[questions]`: where the options of each question begin in a list of all options. */
  readonly starts: Uint32Array;
  readonly searched: (at: number) => string;
}

/** Inflates the columns and texts of multiple choice. */
export async function openChoiceStudy(head: ChoicesHead): Promise<ChoiceStudy> {
  const [columns, text] = await Promise.all([
    columnBlock("choices"),
    jsonBlock<ChoiceTextBlock>("choice-text"),
  ]);
  const starts = new Uint32Array(head.questions);
  for (let at = 1; at < head.questions; at++) {
    starts[at] = starts[at - 1]! + columns.options![at - 1]!;
  }
  const lowered: string[] = [];
  const searched = (at: number): string =>
    lowered[at] ??= [
      text.ids[at]!,
      head.subjects[columns.subject![at]!]!.replaceAll("_", " "),
      text.questions[at]!,
      ...text.choices[at]!,
    ].join("\n").toLowerCase();
  const opened = { head, columns, text, starts, searched };
  return {
    head,
    has: (variant) => head.sets.includes(variant),
    source: (from, to) => choiceSource(opened, from, to),
  };
}

/** The letter of an option: "A" for 0. */
export function letterText(at: number): string {
  return at === NO_ANSWER ? "none" : String.fromCharCode(65 + at);
}

function choiceSource(opened: Opened, fromVariant: number, toVariant: number): ChoiceSource {
  const { head, columns, text, searched } = opened;
  const n = head.questions;
  const [from, to] = [fromVariant, toVariant].map((variant) => head.sets.indexOf(variant));
  const chosen = columns.chosen!;
  const answer = columns.answer!;
  const kinds = new Uint8Array(n);
  const most = Math.max(...columns.options!.slice(0, n));
  // all pairs of letters, of whichever variants: a filter by one holds for another pair of them too
  const letters = [...Array.from({ length: most }, (_, at) => at), NO_ANSWER];
  const moveNames = letters.flatMap((before) =>
    letters.map((after) => `${letterText(before)} → ${letterText(after)}`)
  );
  const place = (letter: number): number => letter === NO_ANSWER ? most : letter;
  const moveCodes = new Uint16Array(n);
  for (let at = 0; at < n; at++) {
    const [before, after] = [chosen[from! * n + at]!, chosen[to! * n + at]!];
    const known = before !== NO_ANSWER && after !== NO_ANSWER;
    kinds[at] = known ? kindOf(before === answer[at], after === answer[at]) : NO_KIND;
    moveCodes[at] = place(before) * letters.length + place(after);
  }
  const subject = columns.subject!;
  return {
    ids: text.ids,
    kinds,
    searched,
    facets: [
      {
        key: "category",
        title: "Category",
        names: head.categories,
        codes: Uint8Array.from(subject, (code) => head.categoryOf[code]!),
      },
      { key: "subject", title: "Subject", names: head.subjects, codes: subject },
      { key: "letters", title: "Letters", names: moveNames, codes: moveCodes },
      {
        key: "right",
        title: "Right letter",
        names: Array.from({ length: most }, (_, at) => letterText(at)),
        codes: answer,
      },
    ],
    question: (at) => text.questions[at]!,
    subject: (at) => head.subjects[subject[at]!]!,
    letters: (at) => moveNames[moveCodes[at]!]!,
    item: async (at) => ({
      id: text.ids[at]!,
      subject: head.subjects[subject[at]!]!,
      category: head.categories[head.categoryOf[subject[at]!]!]!,
      question: text.questions[at]!,
      choices: text.choices[at]!,
      answer: answer[at]!,
      from: await letterAnswer(opened, fromVariant, at),
      to: await letterAnswer(opened, toVariant, at),
    }),
  };
}

async function letterAnswer(
  { head, columns, starts }: Opened,
  variant: number,
  at: number,
): Promise<LetterAnswer | undefined> {
  const place = head.sets.indexOf(variant) * head.questions + at;
  const chosen = columns.chosen![place]!;
  if (chosen === NO_ANSWER) return undefined;
  const written = columns.written?.[place] ?? NOT_WRITTEN;
  return {
    chosen,
    written: written === NOT_WRITTEN ? undefined : written === NO_ANSWER ? null : written,
    logProbs: head.logProbs.includes(variant)
      ? await logProbsOf(variant, starts[at]!, columns.options![at]!)
      : undefined,
  };
}

async function logProbsOf(variant: number, start: number, length: number): Promise<number[]> {
  const { hundredths } = await columnBlock(`log-probs-${variant}`);
  return Array.from(hundredths!.subarray(start, start + length), (value) => value / 100);
}
