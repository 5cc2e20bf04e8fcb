import { createHash, type Hash } from "node:crypto";
import type { Prompt, Variant } from "../../engine/mod.ts";
import { contentKey } from "../../ground/mod.ts";
import { TASK_VERSION, type VariantOrigin } from "../../runs/mod.ts";
import type { ModelInputs } from "../inputs/model_inputs.ts";

/** One set of weights under test: its name, and the adapter with its identity. */
export interface NamedVariant {
  /** "base", or a name that no other variant has. */
  readonly name: string;
  /** Which weights they are, for tables. */
  readonly origin: VariantOrigin;
  /** The adapter and its scale, for an engine. */
  readonly weights: Variant;
  /** SHA-256 of the adapter's file; absent for the base model. */
  readonly adapterHash?: string;
  /** The folder of the adapter. */
  readonly dir?: string;
  /** The folder of an adapter whose weights were taken away: it has answers and can give no more. */
  readonly gone?: string;
  /** The model that answers where it is not the study's own. */
  readonly model?: ModelInputs;
}

/** The base model, without any adapter. */
export const BASE: NamedVariant = { name: "base", origin: { source: "base" }, weights: {} };

/** What names a sample in its store. */
export interface SampleIdentity {
  /** Hash of all that determines the sample. */
  readonly key: string;
  /** SHA-256 of the prompt's token ids. */
  readonly promptHash: string;
  readonly promptTokens: number;
}

/**
 * SHA-256 of a prompt's token ids as little-endian 32-bit integers, hexadecimal:
 * what says that two programs asked the same. What prompts share is hashed once.
 */
export function promptHash(prompt: Prompt): string {
  return HASHES.getOrInsertComputed(prompt, ({ prefix, suffix }) => {
    const start = (): Hash => createHash("sha256").update(bytes(prefix));
    const shared = PREFIXES.getOrInsertComputed(prefix, start);
    return shared.copy().update(bytes(suffix)).digest("hex");
  });
}

/** Hashes of the prompts that were asked: every variant of a study asks the same. */
const HASHES = new WeakMap<Prompt, string>();
/** Hashes of what prompts begin with, which go on with what follows. */
const PREFIXES = new WeakMap<readonly number[], Hash>();

function bytes(ids: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * ids.length));
  for (let i = 0; i < ids.length; i++) view.setInt32(4 * i, ids[i]!, true);
  return new Uint8Array(view.buffer);
}

/**
 * Names a sample by what determines it: the checkpoint's and the adapter's
 * bytes, the adapter's scale, the prompt's tokens, the engine, and the task's
 * own settings. The batch size and the machine are left out.
 */
export function sampleIdentity(
  { config, modelHashes }: ModelInputs,
  { adapterHash, weights }: NamedVariant,
  prompt: Prompt,
  task: Readonly<Record<string, unknown>>,
): SampleIdentity {
  const hash = promptHash(prompt);
  const { kind, device } = config.engine;
  const adapter = adapterHash ? { adapterHash, scale: weights.scale ?? 1 } : null;
  const key = contentKey({
    taskVersion: TASK_VERSION,
    model: modelHashes,
    adapter,
    promptHash: hash,
    engine: { kind, device },
    ...task,
  });
  return { key, promptHash: hash, promptTokens: prompt.prefix.length + prompt.suffix.length };
}
