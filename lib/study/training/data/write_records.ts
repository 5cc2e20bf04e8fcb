import { sha256Of, writeAtomic } from "../../../ground/mod.ts";
import { OUTSIDE_TRAIN_SPLIT } from "../../../runs/mod.ts";
import type { SftRecord } from "../../../spider/mod.ts";
import type { ModelInputs } from "../../inputs/model_inputs.ts";
import { promptHash } from "../../answers/sample_identity.ts";
import type { TrainingFile } from "./training_manifest.ts";

/** So many records of a kind carry the hash of their prompt's ids: a template differs in all or in none. */
const HASHED_RECORDS = 32;

/**
 * Writes records as JSON lines, their prompts as the chat template gets them at evaluation, and says
 * what they are. The first ones of each kind say which token ids they come to there, so that training
 * refuses a prompt that it renders otherwise.
 *
 * @param options `users` are the names of the recipes that are trained on the file.
 * @throws {UsageError} If the model has no chat template that can be used.
 */
export function writeRecords(
  { tokenizer }: ModelInputs,
  records: readonly SftRecord[],
  { path, users }: { readonly path: string; readonly users: readonly string[] },
): TrainingFile {
  const count = (kind: string, part = "train"): number =>
    records.filter((record) => (record.kind ?? "sql") === kind && (record.part ?? "train") === part)
      .length;
  const hashed: Record<string, number> = {};
  const text = records.map((record) => {
    const { kind = "sql" } = record;
    const prompt = tokenizer.messagesAsAsked(record.prompt);
    const { prompt: _prompt, completion, ...rest } = record;
    hashed[kind] = (hashed[kind] ?? 0) + 1;
    const hash = hashed[kind] > HASHED_RECORDS ? {} : {
      prompt_sha256: promptHash(
        tokenizer.encodeConversation({ messages: prompt, sharedLength: 0 }),
      ),
    };
    return `${JSON.stringify({ prompt, completion, ...hash, ...rest })}\n`;
  }).join("");
  writeAtomic(path, text);
  const [replay, anchor] = [count("replay"), count("anchor")];
  return {
    sha256: sha256Of(text),
    recipes: users,
    origin: replay + anchor > 0 ? OUTSIDE_TRAIN_SPLIT : "train split only",
    sql: count("sql"),
    heldOut: count("sql", "held_out"),
    replay,
    anchor,
  };
}
