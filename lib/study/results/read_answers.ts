import { basename, resolve } from "node:path";
import { danglingLink, listed, UsageError } from "../../ground/mod.ts";
import { ANSWER_KINDS, rowsOf } from "../measures/answer_kinds.ts";
import type { AnswerRow } from "../measures/measure.ts";
import type { MeasureAnswers } from "../measures/measures.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import { checkAnswerSums } from "./answer_sums.ts";
import { readJsonLines, readRecordedAnswers, readRecordedVariant } from "./recorded_answers.ts";
import { unfinished } from "./unfinished.ts";

/** The files of a folder of results that have answers. */
export const ANSWER_FILES: readonly string[] = [
  ...ANSWER_KINDS.flatMap((name) => [`${name}.jsonl`, `${name}.parquet`]),
  "answers.jsonl",
];

/** What stands between a path and the name of a variant in it. */
export const SEPARATOR = "::";

/** Where answers lie: a path, and which variant's they are where it was said. */
export interface AnswerPlace {
  /** A file or a folder. */
  readonly path: string;
  /** The variant; left out where there is but one. */
  readonly variant?: string;
}

/**
 * Takes `PATH` or `PATH::VARIANT` apart.
 *
 * @throws {UsageError} If the path or the variant is empty.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(answerPlace("runs/a::qv@0.5"), { path: "runs/a", variant: "qv@0.5" });
 * assert.deepEqual(answerPlace("pred.sql"), { path: "pred.sql" });
 * ```
 */
export function answerPlace(place: string): AnswerPlace {
  const at = place.lastIndexOf(SEPARATOR);
  if (at < 0) return { path: place };
  const [path, variant] = [place.slice(0, at), place.slice(at + SEPARATOR.length)];
  if (path !== "" && variant !== "") return { path, variant };
  throw new UsageError(`Cannot use "${place}": it must be PATH or PATH${SEPARATOR}VARIANT`);
}

/** Is told what a reader should know of answers that are read all the same. */
export type Note = (line: string) => void;

/** The same, told each line once: two variants of one folder have the same to be said of it. */
export function notedOnce(note: Note): Note {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    said.add(line);
    note(line);
  };
}

/**
 * Reads answers that were written earlier: a file of verdicts, of letters or of scored passages (JSON
 * lines or Parquet), or a folder with some of them, such as a study's.
 *
 * @param place A path; where there are several variants in it, `PATH::VARIANT`.
 * @param note Is told where changes of recorded answers cannot be told.
 * @throws {UsageError} If it cannot be read, a row is none of the three, the variant is not there or
 * not named, or recorded answers were changed.
 */
export function readAnswers(place: string, note: Note): VariantAnswers {
  const { path, variant } = answerPlace(place);
  const { rows: own, names } = rowsBelow(path, note, variant);
  if (variant === undefined && names.length > 1) {
    throw new UsageError(
      `Cannot compare "${path}": it has several variants: give one of them as ` +
        names.map((name) => `"${path}${SEPARATOR}${name}"`).join(", "),
    );
  }
  if (own.length === 0) {
    throw new UsageError(
      variant === undefined || names.length === 0
        ? `Cannot compare "${path}": it has no answers`
        : `Cannot compare "${path}": it has no variant "${variant}": there are ${names.join(", ")}`,
    );
  }
  const name = variant ?? (names[0] === "" ? path : names[0]!);
  return { name, origin: { source: name }, ...answersOf(own) };
}

/** What one variant answered, and the rows that it was read from. */
export interface StoredAnswers extends VariantAnswers {
  /** Every row of it, also those of prompts with another number of examples than the study's own. */
  readonly rows: readonly AnswerRow[];
}

/**
 * Reads what every variant of a folder of results answered, in the order of the files; answers
 * without a variant are of one that is called as the folder is.
 *
 * @param note Is told where changes of recorded answers cannot be told.
 * @param onVariant Is told how many variants were read, and of how many.
 * @throws {UsageError} If it cannot be read, has no answers, a row is none of the three kinds, or
 * recorded answers were changed.
 */
export function readAllAnswers(
  path: string,
  note: Note,
  onVariant: (done: number, total: number) => void = () => {},
): StoredAnswers[] {
  const { rows, names } = rowsBelow(path, note);
  if (rows.length === 0) throw new UsageError(`Cannot use "${path}": it has no answers`);
  const byName = Map.groupBy(rows, ({ row }) => String(row.variant ?? ""));
  return names.map((variant, i) => {
    const own = byName.get(variant)!;
    const name = variant === "" ? basename(resolve(path)) : variant;
    const answers = answersOf(own);
    onVariant(i + 1, names.length);
    return { name, origin: { source: name }, ...answers, rows: own.map(({ row }) => row) };
  });
}

/** A row and where it stands. */
export interface PlacedRow {
  /** The row. */
  readonly row: AnswerRow;
  /** Its file and its number, for messages. */
  readonly place: string;
}

/** Rows, and the names of all variants of where they come from. */
interface NamedRows {
  readonly rows: readonly PlacedRow[];
  readonly names: readonly string[];
}

/** The rows of one variant, or all where none is named. */
function rowsBelow(path: string, note: Note, variant?: string): NamedRows {
  const files = filesOf(path);
  for (const line of checkAnswerSums(path)) note(line);
  const read = files.map((file) => readVariant(file, variant));
  return {
    rows: read.flatMap(({ rows }) => rows),
    names: [...new Set(read.flatMap(({ names }) => names))],
  };
}

function readVariant(file: string, variant: string | undefined): NamedRows {
  if (variant !== undefined && file.endsWith(".parquet")) {
    const { rows, variants } = readRecordedVariant(file, variant);
    const placed = rows.map(({ row, number }) => ({ row, place: placeOf(file, number) }));
    return { rows: placed, names: variants };
  }
  const rows = readRows(file);
  const own = variant === undefined ? rows : rows.filter(({ row }) => row.variant === variant);
  return { rows: own, names: [...new Set(rows.map(({ row }) => String(row.variant ?? "")))] };
}

function filesOf(path: string): string[] {
  let folder: boolean;
  try {
    folder = Deno.statSync(path).isDirectory;
  } catch {
    throw new UsageError(`Cannot use "${path}": ${danglingLink(path) ?? "it does not exist"}`);
  }
  if (!folder) return [path];
  const names = new Set([...Deno.readDirSync(path)].map(({ name }) => name));
  const files = ANSWER_FILES.filter((name) => names.has(name));
  if (files.length > 0) return files.map((name) => `${path}/${name}`);
  const why = unfinished(path) ?? `it has none of ${ANSWER_FILES.join(", ")}`;
  throw new UsageError(`Cannot use "${path}": ${why}`);
}

/**
 * The rows of a file of answers, JSON lines or Parquet.
 *
 * @throws {UsageError} If it cannot be read, or a row is no object.
 */
export function readRows(path: string): PlacedRow[] {
  const rows = path.endsWith(".parquet") ? readRecordedAnswers(path) : readJsonLines(path);
  return rows.map((row, i) => {
    const place = placeOf(path, i + 1);
    if (typeof row === "object" && row !== null && !Array.isArray(row)) return { row, place };
    throw new UsageError(`Cannot use ${place}: it is no object`);
  });
}

function placeOf(path: string, number: number): string {
  return `${path}, row ${number}`;
}

function answersOf(rows: readonly PlacedRow[]): MeasureAnswers {
  const found: Record<string, unknown[]> = {};
  for (const kind of ANSWER_KINDS) found[kind] = [];
  for (const { row, place } of rows) {
    // an example without a verdict, and one of another prompt than the study's own
    if (row.official === null || row.shots !== undefined) continue;
    const form = FORMS.find(({ key }) => key in row);
    if (form === undefined) throw new UsageError(`Cannot use ${place}: it is ${NO_FORM}`);
    for (const [kind, answers] of Object.entries(form.read(row, place))) {
      found[kind]!.push(...answers as unknown[]);
    }
  }
  return found as unknown as MeasureAnswers;
}

const FORMS = ANSWER_KINDS.map(rowsOf);

/** What a row is that has no measure's key. */
const NO_FORM = listed(FORMS.map(({ name, key }) => `no ${name} ("${key}")`));
