import { exportSft, type SftRecord, type SpiderExample } from "../../../spider/mod.ts";
import type { TrainingInputs, TrainingSet } from "./training_set.ts";

/**
 * The text-to-SQL records of a training, made as they are asked for: the evaluation's own prompt,
 * with or without its shots, and the gold query. Those of held-out databases come last and say so
 * (`part`).
 */
export function* trainingRecords(
  { spider, shots }: Pick<TrainingInputs, "spider" | "shots">,
  { train, heldOut, withShots }: Pick<TrainingSet, "train" | "heldOut" | "withShots">,
): IterableIterator<SftRecord> {
  const { schemas } = spider;
  function record(example: SpiderExample): SftRecord {
    const own = withShots.has(example.id) ? { schemas, shots } : { schemas };
    return exportSft([example], own).next().value!;
  }
  for (const example of train) yield record(example);
  for (const example of heldOut) yield { ...record(example), part: "held_out" };
}
