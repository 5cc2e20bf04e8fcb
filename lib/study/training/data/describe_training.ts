import type { SftRecord } from "../../../spider/mod.ts";
import { sqlPromptVersion } from "../../../spider/mod.ts";
import type { ModelInputs } from "../../inputs/model_inputs.ts";
import type { SqlInputs } from "../../inputs/sql_inputs.ts";
import type { GoldCheck } from "./check_golds.ts";
import { GENERAL_ANSWER_TOKENS, type GeneralAnswers } from "./general_answers.ts";
import { loadGeneralPrompts } from "./general_prompts.ts";
import type { TrainingManifest } from "./training_manifest.ts";
import type { TrainingSet } from "./training_set.ts";

/** What a manifest says of the text-to-SQL records. */
export function describeTraining(
  { config, spider, shots, tokenizer }: ModelInputs & SqlInputs,
  { set, golds, records }: {
    readonly set: TrainingSet;
    readonly golds: GoldCheck;
    readonly records: readonly SftRecord[];
  },
): Pick<TrainingManifest, "prompt" | "examples" | "golds" | "heldOutDatabases" | "tokens"> {
  const form = config.training.prompt ?? "zero-shot";
  const lengths = records.filter(({ part }) => part !== "held_out").map(({ prompt, completion }) =>
    tokenizer.encode(tokenizer.render(prompt) + completion[0]!.content).length + 1
  );
  const limits = [...new Set(config.training.recipes.map(({ maxLength }) => maxLength))];
  return {
    prompt: {
      version: sqlPromptVersion(config.spider.schema),
      form,
      shots: form === "zero-shot" ? [] : shots.map(({ id }) => id),
    },
    examples: {
      released: set.released,
      ...set.leftOut,
      withoutValues: Object.fromEntries(
        (spider.withoutValues ?? []).map(({ dbId, examples }) => [dbId, examples]),
      ),
      heldOut: set.heldOut.length,
      usable: set.usable,
      drawn: set.train.length,
    },
    golds,
    heldOutDatabases: set.heldOutDatabases,
    tokens: {
      longest: lengths.reduce((longest, length) => Math.max(longest, length), 0),
      total: lengths.reduce((sum, length) => sum + length, 0),
      longerThan: Object.fromEntries(limits.map((limit) => [
        String(limit),
        lengths.filter((length) => length > limit).length,
      ])),
    },
  };
}

/** What a manifest says of the general records. */
export function describeGeneral(
  { modelHashes }: ModelInputs,
  { answers, cut, empty }: GeneralAnswers,
): NonNullable<TrainingManifest["general"]> {
  return {
    promptsSha256: loadGeneralPrompts().sha256,
    answeredBy: modelHashes,
    maxNewTokens: GENERAL_ANSWER_TOKENS,
    answers: answers.length,
    cut: cut.map(({ id }) => id),
    empty,
  };
}
