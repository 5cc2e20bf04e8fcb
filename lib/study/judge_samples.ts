import type { SqlSample } from "../runs/mod.ts";
import type { AnsweredSql } from "./answer_sql.ts";
import { createJudge, extractSql, type Hardness, hardness, type Verdict } from "../sql/mod.ts";
import type { SqlInputs } from "./inputs.ts";
import type { Progress } from "../runs/progress.ts";

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

/**
 * Judges completions against their golds on the study's databases.
 *
 * @throws {GoldQueryError} If a gold query fails: that is no fault of the model.
 */
export async function judgeSamples(
  { asked, spider }: SqlInputs,
  samples: readonly JudgeableSample[],
  { timeoutMs, progress }: { readonly timeoutMs: number; readonly progress: Progress },
): Promise<SqlVerdict[]> {
  const examples = new Map(asked.map((example) => [example.id, example]));
  await using judge = createJudge({ timeoutMs });
  let done = 0;
  return await Promise.all(samples.map(async (sample) => {
    const { id, dbId, variant, text, finishReason } = sample;
    const { query } = examples.get(id)!;
    // a draft in a reasoning part that the prompt has opened is no answer
    const cut = sample.cutInReasoning ? { cutInReasoning: true } as const : undefined;
    const verdict = await judge.judge({
      dbPath: spider.databasePath(dbId),
      gold: query,
      predicted: cut ? "" : extractSql(text) ?? "",
      exampleId: id,
      dbId,
    });
    progress.update(++done, samples.length, "verdicts");
    return { id, dbId, variant, hardness: hardness(query), finishReason, ...cut, ...verdict };
  }));
}
