import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { loadAdapter } from "../checkpoint/adapter.ts";
import { type Checkpoint, openCheckpoint } from "../checkpoint/checkpoint.ts";
import { type TensorSource, writeSafetensors } from "../checkpoint/safetensors.ts";
import { constantTensor, withTinyCheckpoint } from "./tiny_checkpoint.ts";

/** The rank of the adapters that tests make. */
export const RANK = 3;
/** A config that fits {@linkcode QUERY} and {@linkcode DOWN}. */
export const CONFIG = {
  peft_type: "LORA",
  r: RANK,
  lora_alpha: 6,
  bias: "none",
  target_modules: ["layers.0.self_attn.q_proj", "layers.1.mlp.down_proj"],
};
/** A config whose only target is {@linkcode QUERY}. */
export const QUERY_ONLY = { target_modules: ["layers.0.self_attn.q_proj"] };
/** The name of {@linkcode QUERY}'s layer in an adapter's file. */
export const LAYER = "base_model.model.model.layers.0.self_attn.q_proj";

/** Both factors of a layer, all values 0.5. */
export function pair(layer: string, [out, inner]: [number, number]): TensorSource[] {
  const name = `base_model.model.${layer}`;
  return [
    constantTensor(`${name}.lora_A.weight`, [RANK, inner]),
    constantTensor(`${name}.lora_B.weight`, [out, RANK]),
  ];
}

/** Factors of a layer of {@linkcode TINY_CONFIG}'s model. */
export const QUERY = pair("model.layers.0.self_attn.q_proj", [8, 8]);
/** Factors of another one. */
export const DOWN = pair("model.layers.1.mlp.down_proj", [8, 12]);

/** What a test wants of {@linkcode withAdapter}. */
export interface AdapterInput {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly tensors?: readonly TensorSource[];
}

/** Runs a test with an adapter folder and its base model, which are gone afterwards. */
export function withAdapter(
  test: (dir: string, checkpoint: Checkpoint) => Promise<void>,
  { config = {}, tensors = [...QUERY, ...DOWN] }: AdapterInput = {},
): Promise<void> {
  return withTinyCheckpoint(async (base) => {
    const dir = `${base}/adapter`;
    await Deno.mkdir(dir);
    const content = JSON.stringify({ ...CONFIG, ...config });
    await Deno.writeTextFile(`${dir}/adapter_config.json`, content);
    await writeSafetensors(`${dir}/adapter_model.safetensors`, tensors);
    await test(dir, await openCheckpoint(base));
  });
}

/** Checks that the adapter is refused in one line that says where and why. */
export function refuses(message: RegExp, input: AdapterInput): Promise<void> {
  return withAdapter(
    (dir, checkpoint) =>
      assert.rejects(loadAdapter(dir, checkpoint), (error: Error) => {
        assert.equal(error.name, UsageError.name);
        assert.match(error.message, message);
        assert(error.message.startsWith(`Cannot use the adapter in "${dir}": `));
        assert(!error.message.includes("\n"));
        return true;
      }),
    input,
  );
}

/** A text as a regular expression that matches it. */
export function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
