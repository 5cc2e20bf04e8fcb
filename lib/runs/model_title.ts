import type { StudyConfig } from "./config/study_config.ts";
import type { Server } from "./summary.ts";

/**
 * What tables call the model that answers: its id, with a word on its weights where they are not
 * those of the checkpoint, which makes another model of it.
 *
 * @example
 * ```ts
 * import { modelTitle } from "./model_title.ts";
 * import assert from "node:assert/strict";
 *
 * const model = { id: "org/name", source: "hub" } as const;
 * assert.equal(modelTitle({ model, engine: {} }), "org/name");
 * assert.equal(modelTitle({ model, engine: { weights: "int4" } }), "org/name, 4-bit weights");
 * ```
 */
export function modelTitle({ model, engine }: {
  readonly model: Pick<StudyConfig["model"], "id">;
  readonly engine: Pick<StudyConfig["engine"], "weights">;
}): string {
  return [model.id, ...weightsWords(engine)].join(", ");
}

/** Words on weights that are not the checkpoint's; none for those that are. */
export function weightsWords({ weights }: Pick<StudyConfig["engine"], "weights">): string[] {
  return weights === "int4" ? ["4-bit weights"] : [];
}

/** A server that answered, in words: "org/name, version 0.25.1, at most 4096 tokens, letters by ...". */
export function serverText({ name, version, maxModelLen, scoring }: Server): string {
  return [
    name,
    version === undefined ? "its version unknown" : `version ${version}`,
    ...maxModelLen === undefined ? [] : [`at most ${maxModelLen} tokens`],
    `letters by ${scoring}`,
  ].join(", ");
}
