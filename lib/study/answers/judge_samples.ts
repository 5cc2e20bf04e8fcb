import { type Progress, UsageError } from "../../ground/mod.ts";
import { type SqlSample, type UnjudgedExample } from "../../runs/mod.ts";
import type { AnsweredSql } from "./answer_sql.ts";
import {
  createJudge,
  extractSql,
  type Hardness,
  hardness,
  type Judge,
  judgeAll,
  type Verdict,
  type VerdictStore,
} from "../../sql/mod.ts";
import type { SqlInputs } from "../inputs/sql_inputs.ts";

/** A judged completion. */
export interface SqlVerdict extends Verdict {
  /** The example's id, such as `dev-12`. */
  readonly id: string;
  /** Its database. */
  readonly dbId: string;
  /** The variant that answered. */
  readonly variant: string;
  /** Spider's level of difficulty of the gold statement. */
  readonly hardness: Hardness;
  /** `length` if the completion was cut at the token limit. */
  readonly finishReason: "stop" | "length";
  /** Present if it was cut inside its reasoning part, before any statement. */
  readonly cutInReasoning?: true;
  /** How a completion that holds no statement begins, at most {@linkcode WROTE_LENGTH} characters. */
  readonly wrote?: string;
}

/** So much is kept of a completion that holds no statement, in UTF-16 code units. */
export const WROTE_LENGTH = 300;

/** What a variant answered to text-to-SQL questions. */
export interface SqlAnswers {
  /** Judged SQL under the study's own prompt; empty where it was not asked. */
  readonly verdicts: readonly SqlVerdict[];
  /** Judged SQL under prompts with another number of examples, by that number. */
  readonly byShots?: Readonly<Record<string, readonly SqlVerdict[]>>;
  /** Examples that no variant has a verdict on, through a fault of the data; none when left out. */
  readonly unjudged?: readonly UnjudgedExample[];
}

/** A completion to judge; where it was cut is told if it is known. */
export type JudgeableSample = SqlSample & Partial<Pick<AnsweredSql, "cutInReasoning">>;

/** What became of a variant's completions. */
export interface JudgedSamples {
  /** One a completion that could be judged, in their order. */
  readonly verdicts: readonly SqlVerdict[];
  /** Examples whose gold fails or whose database cannot be read: no fault of the model, so no verdict. */
  readonly unjudged: readonly UnjudgedExample[];
}

/** How completions are judged. */
export interface JudgeSamplesOptions {
  /** When a query is ended, in milliseconds. */
  readonly timeoutMs: number;
  /** A judge that {@linkcode expectGolds} gave, with the same time limit. */
  readonly judge?: Judge | undefined;
  /** Verdicts of earlier runs, and where new ones are kept; without it none are. */
  readonly store?: VerdictStore;
  /** Is told how far it is. */
  readonly progress: Progress;
  /** Stops it; verdicts that are kept by then stay. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A judge that begins to run the golds of a study's questions, whose results are half of what is to
 * be run: for an engine that {@linkcode leavesTime} to them while it answers.
 */
export function expectGolds(
  { asked, spider }: SqlInputs,
  { timeoutMs, signal }: Pick<JudgeSamplesOptions, "timeoutMs" | "signal">,
): Judge {
  const judge = createJudge({ timeoutMs, ...(signal ? { signal } : {}) });
  for (const { dbId, query } of asked) {
    judge.expect({ dbPath: spider.databasePath(dbId), gold: query });
  }
  return judge;
}

/**
 * Judges completions against their golds on the study's databases.
 *
 * @throws {UsageError} If no example at all can be judged.
 */
export async function judgeSamples(
  { asked, spider }: SqlInputs,
  samples: readonly JudgeableSample[],
  { progress, signal, judge, ...options }: JudgeSamplesOptions,
): Promise<JudgedSamples> {
  const golds = new Map(asked.map(({ id, query }) => [id, query]));
  // a draft in a reasoning part that the prompt has opened is no answer
  const statements = samples.map(({ text, cutInReasoning }) =>
    cutInReasoning ? "" : extractSql(text) ?? ""
  );
  const outcomes = await judgeAll(
    samples.map(({ id, dbId }, i) => ({
      id,
      dbId,
      dbPaths: [spider.databasePath(dbId)],
      gold: golds.get(id)!,
      predicted: statements[i]!,
    })),
    {
      ...options,
      ...(signal ? { signal } : {}),
      ...(judge ? { judge } : {}),
      onProgress: (done, total) => progress.update(done, total, "verdicts"),
    },
  );
  const verdicts: SqlVerdict[] = [];
  const unjudged: UnjudgedExample[] = [];
  for (const [i, outcome] of outcomes.entries()) {
    const { id, dbId, variant, finishReason, cutInReasoning, text } = samples[i]!;
    if ("error" in outcome) {
      const { status, message } = outcome;
      unjudged.push({ id, dbId, status, message });
      continue;
    }
    const cut = cutInReasoning ? { cutInReasoning: true } as const : undefined;
    const level = hardness(golds.get(id)!);
    const wrote = statements[i] === "" && text.trim() !== ""
      ? { wrote: beginning(text) }
      : undefined;
    verdicts.push({
      id,
      dbId,
      variant,
      hardness: level,
      finishReason,
      ...cut,
      ...outcome,
      ...wrote,
    });
  }
  if (verdicts.length === 0 && samples.length > 0) {
    const [{ id, message }] = unjudged as [UnjudgedExample];
    throw new UsageError(
      `Cannot judge any of ${samples.length} examples: the first, "${id}": ${message}`,
    );
  }
  return { verdicts, unjudged };
}

/** The first characters of a text, none of them half a surrogate pair. */
function beginning(text: string): string {
  return text.trim().slice(0, WROTE_LENGTH).replace(/[\ud800-\udbff]$/, "");
}

/** Tells in a line each which examples have no verdict, and why. */
export function noteUnjudged(unjudged: readonly UnjudgedExample[], progress: Progress): void {
  for (const { id, dbId, message } of unjudged) {
    progress.note(`no verdict on ${id} (database ${dbId}): ${message}`);
  }
}
