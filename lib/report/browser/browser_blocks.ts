import { ERROR_CLASS_RULES, ERROR_CLASSES, READING_RULES, READINGS } from "../../sql/mod.ts";
import {
  type BrowserChange,
  type BrowserChoices,
  type BrowserData,
  type BrowserSql,
  NOT_ASKED,
} from "./browser_data.ts";
import type {
  BlockName,
  ChangesBlock,
  ChangeWords,
  ChoicesHead,
  ChoiceTextBlock,
  SqlHead,
  SqlTextBlock,
  StudyBlock,
} from "./format.ts";
import { packColumns, smallestColumn } from "./pack_columns.ts";

/** A block of the page before it is deflated, in the order in which the page needs them. */
export interface BrowserBlock {
  readonly name: BlockName;
  readonly bytes: Uint8Array;
}

/** Bits of an outcome's flags: readings from bit 0 on, then how the completion ended. */
const CUT_BIT = 6;
const REASONING_BIT = 7;

/**
 * The data of the page as blocks, those of the first view first.
 *
 * @throws {RangeError} If an index points nowhere or a list has another length than its questions.
 */
export function browserBlocks(data: BrowserData): BrowserBlock[] {
  const index = indexOf(data.variants.map(({ name }) => name), "variant");
  const { sql, choices } = data;
  const study: StudyBlock = {
    name: data.name,
    ...(data.label === undefined ? {} : { label: data.label }),
    model: data.model,
    facts: data.facts,
    notes: data.notes,
    variants: data.variants,
    first: { from: index(data.first.from), to: index(data.first.to) },
    ...(sql && { sql: sqlHead(sql) }),
    ...(choices && { choices: choicesHead(choices) }),
  };
  return [
    json("study", study),
    json("changes", changesBlock(data.changes, index)),
    ...(sql && study.sql ? sqlBlocks(sql, study.sql) : []),
    ...(choices && study.choices ? choiceBlocks(choices, study.choices) : []),
  ];
}

function sqlHead({ questions, prompts, answers, outcomes, unscored }: BrowserSql): SqlHead {
  return {
    questions: questions.length,
    prompts,
    sets: answers.map(({ variant, prompt }) => [variant, prompt] as const),
    databases: distinct(questions.map(({ dbId }) => dbId)),
    hardness: distinct(questions.map(({ hardness }) => hardness)),
    statuses: distinct(outcomes.map(({ status }) => status)),
    classes: classesOf(outcomes),
    readings: READINGS.map((name) => ({ name, rule: READING_RULES[name] })),
    ...(unscored && { unscored }),
  };
}

/** The classes that wrong predictions have, in the order in which they are reported. */
function classesOf(outcomes: BrowserSql["outcomes"]): SqlHead["classes"] {
  const found = new Set(outcomes.map(({ errorClass }) => errorClass));
  return ERROR_CLASSES.filter((name) => found.has(name))
    .map((name) => ({ name, rule: ERROR_CLASS_RULES[name] }));
}

function sqlBlocks(sql: BrowserSql, head: SqlHead): BrowserBlock[] {
  const { questions, outcomes, answers, results } = sql;
  const [db, hardness, status, errorClass] = [
    indexOf(head.databases, "database"),
    indexOf(head.hardness, "hardness"),
    indexOf(head.statuses, "status"),
    indexOf(head.classes.map(({ name }) => name), "error class"),
  ];
  const statements = distinct(outcomes.flatMap(({ sql, wrote }) => [sql, ...wrote ? [wrote] : []]));
  const messages = distinct(outcomes.flatMap(({ message }) => message ?? []));
  const [statement, message] = [
    indexOf(statements, "statement"),
    indexOf(messages, "message"),
  ];
  // 0 stands for none
  const optional = <T>(value: T | undefined, place: (value: T) => number): number =>
    value === undefined ? 0 : 1 + place(value);
  const result = (at: number): number => {
    if (at in results) return at;
    throw new RangeError(`Cannot pack a result as there is none with index ${at}`);
  };
  const text: SqlTextBlock = {
    ids: questions.map(({ id }) => id),
    questions: questions.map(({ question }) => question),
    golds: questions.map(({ gold }) => gold),
    statements,
    messages,
  };
  return [
    columns("sql", {
      database: smallestColumn(questions.map(({ dbId }) => db(dbId))),
      hardness: smallestColumn(questions.map((question) => hardness(question.hardness))),
      gold: smallestColumn(questions.map((question) => optional(question.result, result))),
      statement: smallestColumn(outcomes.map((outcome) => statement(outcome.sql))),
      wrote: smallestColumn(outcomes.map((outcome) => optional(outcome.wrote, statement))),
      status: smallestColumn(outcomes.map((outcome) => status(outcome.status))),
      errorClass: smallestColumn(outcomes.map((o) => optional(o.errorClass, errorClass))),
      message: smallestColumn(outcomes.map((outcome) => optional(outcome.message, message))),
      result: smallestColumn(outcomes.map((outcome) => optional(outcome.result, result))),
      flags: Uint8Array.from(
        outcomes,
        ({ readings, cut }) =>
          readings.reduce((bits, right, at) => bits | Number(right) << at, 0) |
          Number(cut !== undefined) << CUT_BIT | Number(cut === "reasoning") << REASONING_BIT,
      ),
      answers: joined(answers.map((one) => one.outcomes), questions.length),
    }),
    json("sql-text", text),
    json("schemas", sql.schemas),
    json("results", results),
  ];
}

function choicesHead({ title, questions, answers }: BrowserChoices): ChoicesHead {
  const categories = distinct(questions.map(({ category }) => category));
  const subjects = distinct(questions.map(({ subject }) => subject));
  const categoryOf = new Map(questions.map(({ subject, category }) => [subject, category]));
  return {
    title,
    questions: questions.length,
    sets: answers.map(({ variant }) => variant),
    categories,
    subjects,
    categoryOf: subjects.map((subject) => categories.indexOf(categoryOf.get(subject)!)),
    logProbs: answers.filter(({ logProbs }) => logProbs).map(({ variant }) => variant),
    written: answers.some(({ written }) => written),
  };
}

function choiceBlocks({ questions, answers }: BrowserChoices, head: ChoicesHead): BrowserBlock[] {
  const subject = indexOf(head.subjects, "subject");
  const n = questions.length;
  const options = questions.reduce((sum, { choices }) => sum + choices.length, 0);
  const notAsked = new Uint8Array(n).fill(NOT_ASKED);
  const text: ChoiceTextBlock = {
    ids: questions.map(({ id }) => id),
    questions: questions.map(({ question }) => question),
    choices: questions.map(({ choices }) => choices),
  };
  return [
    columns("choices", {
      subject: smallestColumn(questions.map((question) => subject(question.subject))),
      answer: Uint8Array.from(questions, ({ answer }) => answer),
      options: Uint8Array.from(questions, ({ choices }) => choices.length),
      chosen: joined(answers.map(({ chosen }) => chosen), n),
      ...(head.written && {
        written: joined(answers.map(({ written = notAsked }) => written), n),
      }),
    }),
    json("choice-text", text),
    ...answers.flatMap(({ variant, logProbs }) => {
      if (logProbs === undefined) return [];
      checkLength(logProbs, options);
      return [columns(`log-probs-${variant}`, { hundredths: logProbs })];
    }),
  ];
}

function changesBlock(
  changes: readonly BrowserChange[],
  index: (name: string) => number,
): ChangesBlock {
  const block: Record<keyof ChangesBlock, Record<string, ChangeWords>> = {
    sql: {},
    mmlu: {},
    prose: {},
  };
  for (const { from, to, gauge, prompt, ...words } of changes) {
    block[gauge][`${index(from)},${index(to)},${prompt}`] = words;
  }
  return block;
}

function json(name: BlockName, value: unknown): BrowserBlock {
  return { name, bytes: new TextEncoder().encode(JSON.stringify(value)) };
}

function columns(name: BlockName, values: Parameters<typeof packColumns>[0]): BrowserBlock {
  return { name, bytes: packColumns(values) };
}

/** Lists of one length, one behind the other. */
function joined<T extends Uint8Array | Uint32Array>(lists: readonly T[], length: number): T {
  const all = lists[0] instanceof Uint32Array
    ? new Uint32Array(lists.length * length)
    : new Uint8Array(lists.length * length);
  lists.forEach((list, i) => {
    checkLength(list, length);
    all.set(list, i * length);
  });
  return all as T;
}

function checkLength(list: ArrayLike<number>, length: number): void {
  if (list.length === length) return;
  throw new RangeError(`Cannot pack ${list.length} answers as there must be ${length}`);
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function indexOf(names: readonly string[], what: string): (name: string) => number {
  const places = new Map(names.map((name, i) => [name, i]));
  return (name) => {
    const place = places.get(name);
    if (place !== undefined) return place;
    throw new RangeError(`Cannot pack the ${what} "${name}" as it is not listed`);
  };
}
