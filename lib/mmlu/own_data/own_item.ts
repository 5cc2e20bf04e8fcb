import { z } from "zod";
import {
  checkRecord,
  LABEL,
  type OtherNames,
  type RecordOf,
  refuseOtherNames,
  SAID,
  together,
  UsageError,
} from "../../ground/mod.ts";
import { FEWEST_CHOICES, LETTERS } from "../letters.ts";

const LAST = LETTERS.length - 1;

/** The keys of a question of your own, in JSON lines and Parquet; in CSV the letters are columns. */
export const ITEM_KEYS = {
  /** The question. */
  question: SAID,
  /** The choices, from A on. */
  choices: z.array(SAID).min(FEWEST_CHOICES).max(LETTERS.length),
  /** The right choice's letter, or its place from 0. */
  answer: z.union([z.enum(LETTERS), z.int().min(0).max(LAST)])
    .meta({
      allowed: `a letter from A to ${LETTERS[LAST]}, or a number from 0 (for A) to ${LAST}`,
    }),
  /** What the prompt says it is about; the results are clustered by it. */
  subject: LABEL.exactOptional(),
  /** What its score is counted under. */
  category: LABEL.exactOptional(),
  /** What it is called; base and tuned are paired by it. */
  id: z.union([LABEL, z.int()]).meta({ allowed: "one line of text, or an integer" })
    .exactOptional(),
  /** `dev` questions are shown as shots and not asked. */
  split: z.enum(["test", "dev"]).exactOptional(),
};

/** A question of your own as its file has it. */
export interface ItemRecord extends RecordOf<typeof ITEM_KEYS> {}

/** A question of your own; what it leaves open is filled in where its file is known. */
export interface OwnItem extends Omit<ItemRecord, "answer" | "id"> {
  /** The index of the right choice. */
  readonly answer: number;
  /** Its id, where it has one of its own. */
  readonly id?: string;
  /** Where it stands, for messages: the file and the line or row. */
  readonly place: string;
}

/** Checks a question of your own. */
export const ITEM: z.ZodType<ItemRecord> = together(
  z.strictObject(ITEM_KEYS),
  ({ answer, choices }) => {
    const last = choices.length - 1;
    if (answerIndex(answer) <= last) return undefined;
    const rule = `a letter from A to ${LETTERS[last]}, or a number from 0 (for A) to ${last}`;
    return { path: ["answer"], rule, value: answer };
  },
);

/** What other data sets call the keys. */
export const OTHER_NAMES: OtherNames = {
  question: /^(?:question_?(?:text|stem)?|stem|prompt|query|input)$/i,
  choices: /^(?:options?|choice|candidates|endings|mc\w*|answers)$/i,
  answer: /^(?:answer_?\w*|label|gold|target|correct\w*|solution)$/i,
  subject: /^(?:subjects|topic|task|domain)$/i,
  category: /^(?:categories|group|field|area)$/i,
  id: /^(?:question_?id|item_?id|uid|idx|index)$/i,
  split: /^(?:set|fold|partition)$/i,
};

/**
 * Checks a question that did not come as JSON.
 *
 * @param record Its fields; one that is left out is not there.
 * @throws {UsageError} If a field is unknown, missing or of another form.
 */
export function checkItem(record: Readonly<Record<string, unknown>>, place: string): OwnItem {
  refuseOtherNames(record, OTHER_NAMES, place);
  return ownItem(checkRecord(ITEM, record, place), place);
}

/** The question with the answer as an index, and the id as a text. */
export function ownItem({ answer, id, ...rest }: ItemRecord, place: string): OwnItem {
  return {
    ...rest,
    answer: answerIndex(answer),
    ...(id === undefined ? {} : { id: String(id) }),
    place,
  };
}

function answerIndex(answer: ItemRecord["answer"]): number {
  return typeof answer === "number" ? answer : LETTERS.indexOf(answer);
}

/** The refusal of a file or a part of it. */
export function refusal(place: string, what: string): UsageError {
  return new UsageError(`Cannot use ${place}: ${what}`);
}
