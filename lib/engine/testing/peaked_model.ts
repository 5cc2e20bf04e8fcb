import assert from "node:assert/strict";
import { randomTokens } from "./reference.ts";
import { withTinyCheckpoint } from "./tiny_checkpoint.ts";
import type { TensorSource } from "../checkpoint/safetensors.ts";
import type { Engine, Prompt } from "../engine.ts";

const HIDDEN = 64;
const VOCABULARY = 300;
const EPSILON = 1e-6;
const LETTERS = 4;
/** A token's own logit is HIDDEN times this, about 22; those of others are at most about 10. */
const OWN = 0.35;

const CONFIG = {
  model_type: "llama",
  hidden_size: HIDDEN,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: VOCABULARY,
  max_position_embeddings: 1024,
  rms_norm_eps: EPSILON,
  tie_word_embeddings: false,
  eos_token_id: 2,
};

/** `[VOCABULARY, HIDDEN]` of 1 and -1, which a norm leaves as they are in every number format. */
const EMBEDDINGS = Float32Array.from(
  randomTokens(VOCABULARY * HIDDEN, 3, 1_000_003),
  (x) => x % 2 === 0 ? 1 : -1,
);

/** `[VOCABULARY, HIDDEN]`: each token's embedding and some noise, in numbers that bfloat16 holds. */
const HEAD = inBfloat16(
  randomTokens(VOCABULARY * HIDDEN, 5, 1_000_003).map((x, i) =>
    OWN * EMBEDDINGS[i]! + (x / 1_000_003 - 0.5) / 4
  ),
);

/**
 * Checks an engine on a model that answers with its last token, nearly for
 * sure: its layers add nothing and its last hidden state is 1 or -1, which no
 * number format rounds, so log-probabilities can be computed here, in double
 * precision, and what differs is the engine's output layer and normalisation.
 * The four "letters" of a prompt are its last token, which has almost all of the
 * probability, and three more.
 *
 * @param tolerance Largest distance in nats from the values computed here.
 */
export async function checkPeakedScores(
  open: (dir: string) => Promise<Engine>,
  tolerance: number,
): Promise<void> {
  await withPeakedCheckpoint(async (dir) => {
    await using engine = await open(dir);
    let compared = 0;
    for (let last = 3; last < VOCABULARY; last += 11) {
      const choices = [last, ...randomTokens(LETTERS - 1, last, VOCABULARY)];
      const prompts = [{ prefix: randomTokens(5, 1, VOCABULARY), suffix: [7, last] }];
      const expected = exactLogProbs(last);
      const [letters] = await scores(engine, prompts, choices);
      const sum = letters!.reduce((total, value) => total + Math.exp(value), 0);
      assert.ok(letters!.every((value) => value <= 0), `above 0: ${letters}`);
      assert.ok(new Set(choices).size < LETTERS || sum <= 1 + 1e-6, `the sum is ${sum}`);
      for (const [i, id] of choices.entries()) {
        const distance = Math.abs(letters![i]! - expected[id]!);
        assert.ok(distance <= tolerance, `${letters![i]} for ${expected[id]}: ${distance} nats`);
        compared++;
      }
      const all = Array.from({ length: VOCABULARY }, (_, id) => id);
      const [everything] = await scores(engine, prompts, all);
      const total = everything!.reduce((sum, value) => sum + Math.exp(value), 0);
      assert.ok(Math.abs(total - 1) < 1e-5, `the vocabulary's probabilities add up to ${total}`);
    }
    assert.ok(compared > 100);
  });
}

/** Runs a test with the model's folder; `norm` takes the place of the first value of its last norm's weight. */
export function withPeakedCheckpoint(
  test: (dir: string) => Promise<void>,
  { norm = 1 }: { readonly norm?: number } = {},
): Promise<void> {
  const spoiled = tensors().map((tensor) =>
    tensor.name !== "model.norm.weight" ? tensor : {
      ...tensor,
      values: () => tensor.values().fill(norm, 0, 1),
    }
  );
  return withTinyCheckpoint(test, { config: CONFIG, tensors: spoiled });
}

async function scores(
  engine: Engine,
  prompts: readonly Prompt[],
  choices: readonly number[],
): Promise<(readonly number[])[]> {
  const found: (readonly number[])[] = [];
  for await (const { index, logProbs } of engine.choiceLogProbs(prompts, choices)) {
    found[index] = logProbs;
  }
  return found;
}

/** Log-probabilities of all tokens after a last token. */
function exactLogProbs(last: number): number[] {
  const row = EMBEDDINGS.subarray(last * HIDDEN, (last + 1) * HIDDEN);
  const square = row.reduce((sum, x) => sum + x * x, 0) / HIDDEN;
  const hidden = Array.from(row, (x) => x / Math.sqrt(square + EPSILON));
  const logits = Array.from(
    { length: VOCABULARY },
    (_, id) => hidden.reduce((sum, x, i) => sum + x * HEAD[id * HIDDEN + i]!, 0),
  );
  const largest = Math.max(...logits);
  const normalizer = Math.log(logits.reduce((sum, x) => sum + Math.exp(x - largest), 0));
  assert.ok(largest > 20 && largest === logits[last], "the distribution is peaked");
  return logits.map((x) => x - largest - normalizer);
}

function tensors(): TensorSource[] {
  const zeros = (name: string, shape: readonly number[]): TensorSource => ({
    name,
    shape,
    values: () => new Float32Array(shape.reduce((n, d) => n * d, 1)),
  });
  const ones = (name: string): TensorSource => ({
    name,
    shape: [HIDDEN],
    values: () => new Float32Array(HIDDEN).fill(1),
  });
  const layer = (n: number): TensorSource[] => [
    ones(`model.layers.${n}.input_layernorm.weight`),
    ones(`model.layers.${n}.post_attention_layernorm.weight`),
    zeros(`model.layers.${n}.self_attn.q_proj.weight`, [HIDDEN, HIDDEN]),
    zeros(`model.layers.${n}.self_attn.k_proj.weight`, [HIDDEN / 2, HIDDEN]),
    zeros(`model.layers.${n}.self_attn.v_proj.weight`, [HIDDEN / 2, HIDDEN]),
    zeros(`model.layers.${n}.self_attn.o_proj.weight`, [HIDDEN, HIDDEN]),
    zeros(`model.layers.${n}.mlp.gate_proj.weight`, [96, HIDDEN]),
    zeros(`model.layers.${n}.mlp.up_proj.weight`, [96, HIDDEN]),
    zeros(`model.layers.${n}.mlp.down_proj.weight`, [HIDDEN, 96]),
  ];
  return [
    {
      name: "model.embed_tokens.weight",
      shape: [VOCABULARY, HIDDEN],
      values: () => EMBEDDINGS,
    },
    ...layer(0),
    ...layer(1),
    ones("model.norm.weight"),
    { name: "lm_head.weight", shape: [VOCABULARY, HIDDEN], values: () => HEAD },
  ];
}

/** Numbers cut to those that bfloat16 holds. */
function inBfloat16(numbers: readonly number[]): Float32Array {
  const values = Float32Array.from(numbers);
  const bits = new Uint32Array(values.buffer);
  for (const [i, word] of bits.entries()) bits[i] = word & 0xffff0000;
  return values;
}
