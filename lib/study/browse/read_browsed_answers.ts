import { existsSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { checkRecord, type DeepReadonly, UsageError } from "../../ground/mod.ts";
import type { ProseScore } from "../../prose/mod.ts";
import { type Hardness, READINGS } from "../../sql/mod.ts";
import { LETTER, VERDICT } from "../measures/answer_rows.ts";
import { PROSE_MEASURE } from "../measures/prose.ts";
import { checkAnswerSums } from "../results/answer_sums.ts";
import { type Note, type PlacedRow, readRows } from "../results/read_answers.ts";
import { unfinished } from "../results/unfinished.ts";
import type { BrowserOutcome } from "../../report/mod.ts";

/** A verdict as the flip browser needs it. */
export interface BrowsedVerdict extends Omit<BrowserOutcome, "result"> {
  readonly id: string;
  readonly dbId: string;
  readonly hardness: Hardness;
}

/** A chosen letter as the flip browser needs it. */
export type BrowsedLetter = Omit<DeepReadonly<z.infer<typeof LETTER>>, "variant">;

/** All answers of one variant. */
export interface BrowsedVariant {
  readonly name: string;
  /** By the number of examples shown; {@linkcode OWN_PROMPT} for the study's own prompt. */
  readonly verdicts: ReadonlyMap<number, readonly BrowsedVerdict[]>;
  readonly letters: readonly BrowsedLetter[];
  /** Scored passages: a pair has words on them, and no questions. */
  readonly prose: readonly ProseScore[];
}

/** Stands for the number of examples of a study's own prompt. */
export const OWN_PROMPT = -1;

/**
 * Reads the answers of all variants of a study: verdicts, letters and scored passages of a folder of
 * results, working (JSON lines) or recorded (Parquet).
 *
 * @returns The variants in the order in which they first appear.
 * @param note Is told where changes of recorded answers cannot be told.
 * @param onRow Is told how many rows of a kind were read, and of how many.
 * @throws {UsageError} If there are none, a row is not what it should be, or recorded answers were
 * changed.
 */
export function readBrowsedAnswers(
  folder: string,
  note: Note,
  onRow: (done: number, total: number, unit: string) => void = () => {},
): BrowsedVariant[] {
  function* told(kind: "verdicts" | "letters" | "prose", unit: string): Iterable<PlacedRow> {
    const rows = rowsOf(folder, kind);
    for (const [i, row] of rows.entries()) {
      yield row;
      onRow(i + 1, rows.length, unit);
    }
  }
  for (const line of checkAnswerSums(folder)) note(line);
  const verdicts = new Map<string, Map<number, BrowsedVerdict[]>>();
  const letters = new Map<string, BrowsedLetter[]>();
  const prose = new Map<string, ProseScore[]>();
  const names = new Set<string>();
  for (const placed of told("verdicts", "verdicts")) {
    // an example without a verdict
    if (placed.row.official === null || placed.row.official === undefined) continue;
    const { variant, shots = OWN_PROMPT, verdict } = verdictOf(placed);
    names.add(variant);
    const byPrompt = verdicts.getOrInsertComputed(variant, () => new Map());
    byPrompt.getOrInsertComputed(shots, () => []).push(verdict);
  }
  for (const { row, place } of told("letters", "letters")) {
    const { variant = "", ...letter } = checkRecord(LETTER, row, place);
    names.add(variant);
    letters.getOrInsertComputed(variant, () => []).push(letter);
  }
  if (names.size === 0) {
    const why = unfinished(folder) ??
      (rowsOf(folder, "prose").length > 0
        ? "it has scored passages of general text alone, and no questions to show: their numbers are " +
          "in summary.md and in what compare --run prints"
        : "it has no answers (verdicts or letters, .jsonl or .parquet)");
    throw new UsageError(`Cannot browse "${folder}": ${why}`);
  }
  for (const { row, place } of told("prose", "passages")) {
    const name = String(row.variant ?? "");
    names.add(name);
    const scores = PROSE_MEASURE.rows.read(row, place).prose ?? [];
    prose.getOrInsertComputed(name, () => []).push(...scores);
  }
  return [...names].map((name) => ({
    name,
    verdicts: verdicts.get(name) ?? new Map(),
    letters: letters.get(name) ?? [],
    prose: prose.get(name) ?? [],
  }));
}

function verdictOf(
  { row, place }: PlacedRow,
): { readonly variant: string; readonly shots?: number; readonly verdict: BrowsedVerdict } {
  const read = checkRecord(VERDICT, row, place);
  const { variant = "", shots, finishReason, cutInReasoning, errorClass, message, wrote } = read;
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
      ...(wrote === undefined ? {} : { wrote }),
      ...(cut === undefined ? {} : { cut }),
    },
  };
}

/** The rows of one kind, working ones first; none where the folder has no file of it. */
function rowsOf(folder: string, kind: "verdicts" | "letters" | "prose"): readonly PlacedRow[] {
  const path = ["jsonl", "parquet"].map((ending) => join(folder, `${kind}.${ending}`))
    .find((file) => existsSync(file));
  return path === undefined ? [] : readRows(path);
}
