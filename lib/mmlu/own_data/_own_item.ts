import { nearestName, printable, UsageError } from "../../ground/mod.ts";
import { FEWEST_CHOICES, LETTERS } from "../letters.ts";

/** A question of your own, checked; what it leaves open is filled in where its file is known. */
export interface OwnItem {
  readonly question: string;
  readonly choices: readonly string[];
  readonly answer: number;
  readonly id?: string;
  readonly subject?: string;
  readonly category?: string;
  /** `dev` questions are shown as shots and not asked. */
  readonly split?: "test" | "dev";
  /** Where it stands, for messages: the file and the line or row. */
  readonly where: string;
}

/** The fields of a question of your own, in JSON lines and Parquet; in CSV the letters are columns. */
export const ITEM_KEYS = [
  "question",
  "choices",
  "answer",
  "subject",
  "category",
  "id",
  "split",
] as const;

// What other data sets call these fields.
const OTHER_NAMES: Readonly<Record<string, RegExp>> = {
  question: /^(?:question_?(?:text|stem)?|stem|prompt|query|input)$/i,
  choices: /^(?:options?|choice|candidates|endings|mc\w*|answers)$/i,
  answer: /^(?:answer_?\w*|label|gold|target|correct\w*|solution)$/i,
  subject: /^(?:subjects|topic|task|domain)$/i,
  category: /^(?:categories|group|field|area)$/i,
  id: /^(?:question_?id|item_?id|uid|idx|index)$/i,
  split: /^(?:set|fold|partition)$/i,
};

/** The refusal of a question of your own. */
export function refusal(where: string, what: string): UsageError {
  return new UsageError(`Cannot load questions: ${where}: ${what}`);
}

/**
 * Refuses a key that no question has.
 *
 * @param known The keys that there are.
 */
export function refuseKey(key: string, known: readonly string[], where: string): never {
  const meant = Object.entries(OTHER_NAMES).find(([, names]) => names.test(key))?.[0] ??
    nearestName(key, known);
  const hint = meant === undefined || !known.includes(meant)
    ? `known are ${known.join(", ")}`
    : `rename it to "${meant}"`;
  throw refusal(where, `unknown key "${printable(key)}": ${hint}`);
}

/**
 * Checks a question of your own.
 *
 * @param record Its fields; one that is `undefined` is left out.
 * @param where The file and the line or row.
 * @throws {UsageError} If a field is unknown, missing or of another form.
 */
export function checkItem(record: Readonly<Record<string, unknown>>, where: string): OwnItem {
  for (const key of Object.keys(record)) {
    if (!(ITEM_KEYS as readonly string[]).includes(key)) refuseKey(key, ITEM_KEYS, where);
  }
  const question = record.question;
  if (typeof question !== "string" || question.trim() === "") {
    throw refusal(where, `"question" must be a text, not empty: ${shown(question)}`);
  }
  const choices = checkChoices(record.choices, where);
  const answer = checkAnswer(record.answer, choices.length, where);
  const id = typeof record.id === "number" || typeof record.id === "bigint"
    ? String(record.id)
    : label(record.id, "id", where);
  const subject = label(record.subject, "subject", where);
  const category = label(record.category, "category", where);
  const split = record.split;
  if (split !== undefined && split !== "test" && split !== "dev") {
    throw refusal(where, `"split" must be "test" or "dev": ${shown(split)}`);
  }
  return {
    question,
    choices,
    answer,
    ...(id === undefined ? {} : { id }),
    ...(subject === undefined ? {} : { subject }),
    ...(category === undefined ? {} : { category }),
    ...(split === undefined ? {} : { split }),
    where,
  };
}

function checkChoices(value: unknown, where: string): readonly string[] {
  if (!Array.isArray(value) || value.length < FEWEST_CHOICES || value.length > LETTERS.length) {
    const there = Array.isArray(value) ? `it has ${value.length}` : shown(value);
    throw refusal(
      where,
      `"choices" must be a list of ${FEWEST_CHOICES} to ${LETTERS.length} texts: ${there}`,
    );
  }
  value.forEach((choice, i) => {
    if (typeof choice === "string" && choice.trim() !== "") return;
    throw refusal(where, `choice ${LETTERS[i]} must be a text, not empty: ${shown(choice)}`);
  });
  return value;
}

function checkAnswer(value: unknown, choices: number, where: string): number {
  const last = LETTERS[choices - 1];
  if (typeof value === "string") {
    const at = LETTERS.indexOf(value.trim() as typeof LETTERS[number]);
    if (at >= 0 && at < choices) return at;
  } else if (typeof value === "number" || typeof value === "bigint") {
    const at = Number(value);
    if (Number.isInteger(at) && at >= 0 && at < choices) return at;
  }
  throw refusal(
    where,
    `"answer" must be a letter from A to ${last}, or a number from 0 (for A) to ${choices - 1}: ` +
      shown(value),
  );
}

/** A value that tables show: one line of text, not empty. */
function label(value: unknown, key: string, where: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && value.trim() !== "" && !/\p{Cc}/u.test(value)) return value;
  throw refusal(where, `"${key}" must be one line of text, not empty: ${shown(value)}`);
}

function shown(value: unknown): string {
  if (value === undefined) return "it is missing";
  const json = printable(
    JSON.stringify(value, (_, part) => typeof part === "bigint" ? String(part) : part),
  );
  return json.length <= 60 ? json : `${json.slice(0, 59)}…`;
}
