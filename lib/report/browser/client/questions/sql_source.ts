import type { ShownResult, SqlHead, SqlTextBlock } from "../../format.ts";
import { columnBlock, jsonBlock } from "../blocks.ts";
import { messageKind } from "../message_kind.ts";
import { type Facet, kindOf, NO_KIND, type Source } from "../select.ts";
import type { Column } from "../unpack_columns.ts";

/** What stands for an outcome where there is no verdict. */
const NO_VERDICT = 0xffffffff;

/** What a prediction came to. */
export interface Outcome {
  readonly sql: string;
  /** How the completion begins, where there is no statement in it. */
  readonly wrote: string | undefined;
  readonly status: string;
  /** Its name and what it means. */
  readonly errorClass: SqlHead["classes"][number] | undefined;
  readonly message: string | undefined;
  /** By reading, the official one first. */
  readonly readings: readonly boolean[];
  readonly cut: "length" | "reasoning" | undefined;
  /** Index of its result; `undefined` where that is not kept. */
  readonly result: number | undefined;
}

/** A text-to-SQL question with two answers. */
export interface SqlItem {
  readonly id: string;
  readonly database: string;
  readonly hardness: string;
  readonly question: string;
  readonly gold: string;
  readonly goldResult: number | undefined;
  readonly from: Outcome | undefined;
  readonly to: Outcome | undefined;
}

/** Text-to-SQL as the page reads it: variants and prompts by their index. */
export interface SqlStudy {
  readonly head: SqlHead;
  /** Whether a variant answered under a prompt. */
  has(variant: number, prompt: number): boolean;
  /** What two variants made of the questions under one prompt. */
  source(from: number, to: number, prompt: number): SqlSource;
}

/** Two variants' answers: what is listed, and every question with all that is known of it. */
export interface SqlSource extends Source {
  item(at: number): SqlItem;
}

/** Inflates the columns and texts of text-to-SQL. */
export async function openSqlStudy(head: SqlHead): Promise<SqlStudy> {
  const [columns, text] = await Promise.all([
    columnBlock("sql"),
    jsonBlock<SqlTextBlock>("sql-text"),
  ]);
  const kinds = text.messages.map(messageKind);
  // the first stands for no message
  const reasons = ["none given", ...new Set(kinds)];
  const places = new Map(reasons.map((name, at) => [name, at]));
  const reasonOf = Uint32Array.from([0, ...kinds.map((kind) => places.get(kind)!)]);
  const opened = { head, columns, text, reasons, reasonOf };
  const setOf = (variant: number, prompt: number): number =>
    head.sets.findIndex(([v, p]) => v === variant && p === prompt);
  return {
    head,
    has: (variant, prompt) => setOf(variant, prompt) >= 0,
    source: (from, to, prompt) => sqlSource(opened, setOf(from, prompt), setOf(to, prompt)),
  };
}

/** The results of all statements. */
export function allResults(): Promise<readonly ShownResult[]> {
  return jsonBlock<readonly ShownResult[]>("results");
}

/** The schemas' texts by database. */
export function allSchemas(): Promise<Readonly<Record<string, string>>> {
  return jsonBlock<Readonly<Record<string, string>>>("schemas");
}

interface Opened {
  readonly head: SqlHead;
  readonly columns: Readonly<Record<string, Column>>;
  readonly text: SqlTextBlock;
  /** Kinds of messages. */
  readonly reasons: readonly string[];
  /** The index of a message's kind, by the number of a message in the columns. */
  readonly reasonOf: Uint32Array;
}

function sqlSource(opened: Opened, from: number, to: number): SqlSource {
  const { head, columns, text } = opened;
  const n = head.questions;
  const answers = columns.answers!;
  const flags = columns.flags!;
  const codeOf = (set: number, at: number): number => answers[set * n + at]!;
  const kinds = new Uint8Array(n).fill(NO_KIND);
  // the answer that a question's error is of: the wrong one, the second of two
  const wrong = new Uint32Array(n);
  for (let at = 0; at < n; at++) {
    const [before, after] = [codeOf(from, at), codeOf(to, at)];
    if (before === NO_VERDICT || after === NO_VERDICT) continue;
    const [rightBefore, rightAfter] = [before, after].map((code) => (flags[code]! & 1) === 1);
    kinds[at] = kindOf(rightBefore!, rightAfter!);
    wrong[at] = rightAfter && !rightBefore ? before : after;
  }
  const lowered = new Map<number, string>();
  const statement = (code: number): string =>
    code === NO_VERDICT ? "" : text.statements[columns.statement![code]!]!;
  return {
    ids: text.ids,
    kinds,
    facets: sqlFacets(opened, kinds, wrong),
    searched: (at) => {
      const known = lowered.get(at);
      if (known !== undefined) return known;
      const parts = [text.ids[at], head.databases[columns.database![at]!], text.questions[at]];
      const statements = [text.golds[at], statement(codeOf(from, at)), statement(codeOf(to, at))];
      const all = [...parts, ...statements].join("\n").toLowerCase();
      lowered.set(at, all);
      return all;
    },
    item: (at) => ({
      id: text.ids[at]!,
      database: head.databases[columns.database![at]!]!,
      hardness: head.hardness[columns.hardness![at]!]!,
      question: text.questions[at]!,
      gold: text.golds[at]!,
      goldResult: placeOf(columns.gold![at]!),
      from: outcomeOf(opened, codeOf(from, at)),
      to: outcomeOf(opened, codeOf(to, at)),
    }),
  };
}

const ENDINGS = ["ended by itself", "cut at the limit", "cut in its reasoning"] as const;

function sqlFacets(
  { head, columns, reasons, reasonOf }: Opened,
  kinds: Uint8Array,
  wrong: Uint32Array,
): Facet[] {
  const errorClass = columns.errorClass!;
  const status = columns.status!;
  const flags = columns.flags!;
  const of = (code: (answer: number) => number): Uint32Array =>
    Uint32Array.from(kinds, (kind, at) => kind === NO_KIND ? 0 : code(wrong[at]!));
  return [
    {
      key: "class",
      title: "Error class",
      hint:
        "of the wrong answer; where both are wrong, of the one under “to”. Reason, status and " +
        "ending are of the same answer",
      // 0 stands for none
      names: ["none named", ...head.classes.map(({ name }) => name)],
      rules: [undefined, ...head.classes.map(({ rule }) => rule)],
      codes: of((answer) => errorClass[answer]!),
    },
    {
      key: "reason",
      title: "Reason",
      hint: "without names; n stands for a number",
      names: reasons,
      codes: of((answer) => reasonOf[columns.message![answer]!]!),
    },
    {
      key: "database",
      title: "Database",
      verbatim: true,
      names: head.databases,
      codes: columns.database!,
    },
    { key: "hardness", title: "Hardness", names: head.hardness, codes: columns.hardness! },
    {
      key: "status",
      title: "Status",
      names: head.statuses,
      codes: of((answer) => status[answer]!),
    },
    {
      key: "end",
      title: "Ending",
      names: ENDINGS,
      codes: of((answer) => flags[answer]! >> 7 & 1 ? 2 : flags[answer]! >> 6 & 1),
    },
  ];
}

function outcomeOf({ head, columns, text }: Opened, code: number): Outcome | undefined {
  if (code === NO_VERDICT) return undefined;
  const flags = columns.flags![code]!;
  const [errorClass, message, wrote] = [columns.errorClass!, columns.message!, columns.wrote!]
    .map((column) => placeOf(column[code]!));
  const cut = flags >> 7 & 1 ? "reasoning" : flags >> 6 & 1 ? "length" : undefined;
  return {
    sql: text.statements[columns.statement![code]!]!,
    wrote: wrote === undefined ? undefined : text.statements[wrote],
    status: head.statuses[columns.status![code]!]!,
    errorClass: errorClass === undefined ? undefined : head.classes[errorClass],
    message: message === undefined ? undefined : text.messages[message],
    readings: head.readings.map((_, at) => (flags >> at & 1) === 1),
    cut,
    result: placeOf(columns.result![code]!),
  };
}

/** The place that a number of a column stands for: 0 is none. */
function placeOf(value: number): number | undefined {
  return value === 0 ? undefined : value - 1;
}
