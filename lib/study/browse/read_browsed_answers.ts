import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { checkRecord, UsageError } from "../../ground/mod.ts";
import { type Hardness, READINGS } from "../../sql/mod.ts";
import { LETTER, VERDICT } from "../results/read_answers.ts";
import { type AnswerRow, readJsonLines, readRecordedAnswers } from "../results/recorded_answers.ts";

const BROWSED_VERDICT = VERDICT.extend({
  message: z.string().optional(),
  cutInReasoning: z.boolean().optional(),
});

const BROWSED_LETTER = LETTER.extend({
  written: z.int().min(0).nullable().optional(),
});

/** A verdict as the flip browser needs it. */
export interface BrowsedVerdict {
  readonly id: string;
  readonly dbId: string;
  readonly hardness: Hardness;
  readonly status: string;
  /** Whether it is right, by reading, in the order of `READINGS`. */
  readonly readings: readonly boolean[];
  readonly errorClass?: string;
  readonly message?: string;
  readonly sql: string;
  readonly cut?: "length" | "reasoning";
}

/** A chosen letter as the flip browser needs it. */
export interface BrowsedLetter {
  readonly id: string;
  readonly subject: string;
  readonly category: string;
  /** Index of the right letter, where the answers have it. */
  readonly answer?: number;
  readonly chosen: number;
  readonly correct: boolean;
  /** `null` for none; left out where none was asked for. */
  readonly written?: number | null;
  readonly logProbs?: readonly number[];
}

/** All answers of one variant. */
export interface BrowsedVariant {
  readonly name: string;
  /** By the number of examples shown; {@linkcode OWN_PROMPT} for the study's own prompt. */
  readonly verdicts: ReadonlyMap<number, readonly BrowsedVerdict[]>;
  readonly letters: readonly BrowsedLetter[];
}

/** Stands for the number of examples of a study's own prompt. */
export const OWN_PROMPT = -1;

/**
 * Reads the answers of all variants of a study: verdicts and letters of a folder of results, working
 * (JSON lines) or recorded (Parquet).
 *
 * @returns The variants in the order in which they first appear.
 * @throws {UsageError} If there are none, or a row is not what it should be.
 */
export function readBrowsedAnswers(folder: string): BrowsedVariant[] {
  const verdicts = new Map<string, Map<number, BrowsedVerdict[]>>();
  const letters = new Map<string, BrowsedLetter[]>();
  const names = new Set<string>();
  eachRow(folder, "verdicts", (row, place) => {
    // an example without a verdict
    if (row.official === null || row.official === undefined) return;
    const { variant, shots = OWN_PROMPT, verdict } = verdictOf(row, place);
    names.add(variant);
    const byPrompt = ofKey(verdicts, variant, () => new Map<number, BrowsedVerdict[]>());
    ofKey(byPrompt, shots, () => []).push(verdict);
  });
  eachRow(folder, "letters", (row, place) => {
    const { variant = "", ...letter } = checkRecord(BROWSED_LETTER, row, place);
    names.add(variant);
    ofKey(letters, variant, () => []).push(withoutUndefined(letter));
  });
  if (names.size === 0) {
    throw new UsageError(
      `Cannot browse "${folder}": it has no answers (verdicts or letters, .jsonl or .parquet)`,
    );
  }
  return [...names].map((name) => ({
    name,
    verdicts: verdicts.get(name) ?? new Map(),
    letters: letters.get(name) ?? [],
  }));
}

function verdictOf(
  row: AnswerRow,
  place: string,
): { readonly variant: string; readonly shots?: number; readonly verdict: BrowsedVerdict } {
  const read = checkRecord(BROWSED_VERDICT, row, place);
  const { variant = "", shots, finishReason, cutInReasoning, errorClass, message } = read;
  const cut = cutInReasoning ? "reasoning" : finishReason === "length" ? "length" : undefined;
  return {
    variant,
    ...(shots === undefined ? {} : { shots }),
    verdict: {
      id: read.id,
      dbId: read.dbId,
      hardness: read.hardness,
      status: read.status,
      readings: READINGS.map((reading) => read[reading]),
      ...(errorClass === undefined ? {} : { errorClass }),
      ...(message === undefined ? {} : { message }),
      sql: read.sql ?? "",
      ...(cut === undefined ? {} : { cut }),
    },
  };
}

function eachRow(
  folder: string,
  kind: "verdicts" | "letters",
  read: (row: AnswerRow, place: string) => void,
): void {
  const lines = join(folder, `${kind}.jsonl`);
  const recorded = join(folder, `${kind}.parquet`);
  const path = existsSync(lines) ? lines : recorded;
  if (!existsSync(path)) return;
  const rows = path === lines ? readJsonLines(path) : readRecordedAnswers(path);
  rows.forEach((row, i) => read(row, `${path}, row ${i + 1}`));
}

function ofKey<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, value = make());
  return value;
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(record: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}
