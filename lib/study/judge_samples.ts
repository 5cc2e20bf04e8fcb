import { type Progress, UsageError } from "../ground/mod.ts";
import { type SqlSample, type UnjudgedExample } from "../runs/mod.ts";
import type { AnsweredSql } from "./answer_sql.ts";
import {
  createJudge,
  extractSql,
  type Hardness,
  hardness,
  judgeOrReason,
  type Verdict,
} from "../sql/mod.ts";
import type { SqlInputs } from "./inputs.ts";

/** A judged completion. */
export interface SqlVerdict extends Verdict {
  readonly id: string;
  readonly dbId: string;
  readonly variant: string;
  readonly hardness: Hardness;
  /** `length` if the completion was cut at the token limit. */
  readonly finishReason: "stop" | "length";
  /** Present if it was cut inside its reasoning part, before any statement. */
  readonly cutInReasoning?: true;
}

/** A completion to judge; where it was cut is told if it is known. */
export type JudgeableSample = SqlSample & Partial<Pick<AnsweredSql, "cutInReasoning">>;

/** What became of a variant's completions. */
export interface JudgedSamples {
  readonly verdicts: readonly SqlVerdict[];
  /** Examples whose gold fails or whose database cannot be read: no fault of the model, so no verdict. */
  readonly unjudged: readonly UnjudgedExample[];
}

/**
 * Judges completions against their golds on the study's databases.
 *
 * @throws {UsageError} If no example at all can be judged.
 */
export async function judgeSamples(
  { asked, spider }: SqlInputs,
  samples: readonly JudgeableSample[],
  { timeoutMs, progress }: { readonly timeoutMs: number; readonly progress: Progress },
): Promise<JudgedSamples> {
  const examples = new Map(asked.map((example) => [example.id, example]));
  await using judge = createJudge({ timeoutMs });
  let done = 0;
  const unjudged: UnjudgedExample[] = [];
  const judged = await Promise.all(samples.map(async (sample) => {
    const { id, dbId, variant, text, finishReason } = sample;
    const { query } = examples.get(id)!;
    // a draft in a reasoning part that the prompt has opened is no answer
    const cut = sample.cutInReasoning ? { cutInReasoning: true } as const : undefined;
    const verdict = await judgeOrReason(judge, {
      dbPaths: [spider.databasePath(dbId)],
      gold: query,
      predicted: cut ? "" : extractSql(text) ?? "",
      exampleId: id,
      dbId,
    });
    progress.update(++done, samples.length, "verdicts");
    if ("error" in verdict) {
      const { status, message } = verdict;
      unjudged.push({ id, dbId, status, message });
      return [];
    }
    return [{ id, dbId, variant, hardness: hardness(query), finishReason, ...cut, ...verdict }];
  }));
  const verdicts = judged.flat();
  if (verdicts.length === 0 && samples.length > 0) {
    const [{ id, message }] = unjudged as [UnjudgedExample];
    throw new UsageError(
      `Cannot judge any of ${samples.length} examples: the first, "${id}": ${message}`,
    );
  }
  const order = new Map(samples.map(({ id }, i) => [id, i]));
  return { verdicts, unjudged: unjudged.sort((x, y) => order.get(x.id)! - order.get(y.id)!) };
}

/** Tells in a line each which examples have no verdict, and why. */
export function noteUnjudged(unjudged: readonly UnjudgedExample[], progress: Progress): void {
  for (const { id, dbId, message } of unjudged) {
    progress.note(`no verdict on ${id} (database ${dbId}): ${message}`);
  }
}
