import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { type Adapter, loadAdapter } from "../checkpoint/adapter.ts";
import { type Checkpoint, openCheckpoint } from "../checkpoint/checkpoint.ts";
import { openInt4Checkpoint } from "../checkpoint/int4/open_int4.ts";
import { readWeight } from "../checkpoint/int4/read_weight.ts";
import { type DoraTerms, doraTerms } from "./dora.ts";
import { readTensor, type TensorSource, writeSafetensors } from "../checkpoint/safetensors.ts";
import { randomTokens } from "../testing/reference.ts";
import { CONFIG, LAYER, QUERY, QUERY_ONLY } from "../testing/tiny_adapter.ts";
import { constantTensor, tinyTensors, withTinyCheckpoint } from "../testing/tiny_checkpoint.ts";

const QUERY_LAYER = "model.layers.0.self_attn.q_proj";

/** The tensor with values from -1.5 to 1.5 that depend on nothing but the seed. */
function random(tensor: TensorSource, seed: number): TensorSource {
  const count = tensor.values().length;
  return {
    ...tensor,
    values: () =>
      Float32Array.from(randomTokens(count, seed, 3003), (value) => (value - 1503) / 1000),
  };
}

interface Input {
  /** The length of every row that the adapter asks for. */
  readonly length?: number;
  /** Whether the base's weights and the adapter's are all zeros. */
  readonly empty?: boolean;
}

function withDora(
  test: (adapter: Adapter, checkpoint: Checkpoint) => Promise<void>,
  { length = 3, empty = false }: Input = {},
): Promise<void> {
  const varied = (tensor: TensorSource, i: number): TensorSource =>
    empty ? { ...tensor, values: () => tensor.values().fill(0) } : random(tensor, i);
  const magnitude = constantTensor(`${LAYER}.lora_magnitude_vector`, [8]);
  return withTinyCheckpoint(async (base) => {
    const dir = `${base}/adapter`;
    await Deno.mkdir(dir);
    const config = JSON.stringify({ ...CONFIG, ...QUERY_ONLY, use_dora: true });
    await Deno.writeTextFile(`${dir}/adapter_config.json`, config);
    await writeSafetensors(`${dir}/adapter_model.safetensors`, [
      ...QUERY.map((tensor, i) => varied(tensor, i + 50)),
      { ...magnitude, values: () => magnitude.values().fill(length) },
    ]);
    const checkpoint = await openCheckpoint(base);
    await test(await loadAdapter(dir, checkpoint), checkpoint);
  }, { tensors: tinyTensors().map(varied) });
}

Deno.test("doraTerms() stretches each row of the adapted weight to its magnitude", () =>
  withDora(async (adapter, checkpoint) => {
    const weight = await readTensor(checkpoint.tensors.get(`${QUERY_LAYER}.weight`)!);
    checkTerms(adapter, weight, await doraTerms(checkpoint, adapter));
  }));

Deno.test("doraTerms() takes the lengths of the weights that answer: in 4 bits others than stored", () =>
  withDora(async (adapter, checkpoint) => {
    const int4 = await openInt4Checkpoint(checkpoint);
    for (const base of [checkpoint, int4, checkpoint]) {
      const weight = await readWeight(base, `${QUERY_LAYER}.weight`);
      checkTerms(adapter, weight, await doraTerms(base, adapter));
    }
  }));

function checkTerms(
  adapter: Adapter,
  weight: Float32Array,
  terms: ReadonlyMap<string, DoraTerms>,
): void {
  const { a, b, rank } = adapter.factors.get(QUERY_LAYER)!;
  assert.deepEqual([...terms.keys()], [QUERY_LAYER]);
  const { gain, b: stretched } = terms.get(QUERY_LAYER)!;
  for (let row = 0; row < 8; row++) {
    let square = 0;
    for (let column = 0; column < 8; column++) {
      let value = weight[row * 8 + column]!;
      for (let k = 0; k < rank; k++) value += b[row * rank + k]! * a[k * 8 + column]!;
      square += value ** 2;
    }
    const expected = 3 / Math.sqrt(square);
    assert(Math.abs(gain[row]! + 1 - expected) < 1e-5 * expected, `row ${row}`);
    for (let k = 0; k < rank; k++) {
      const at = row * rank + k;
      assert(Math.abs(stretched[at]! - expected * b[at]!) < 1e-5);
    }
  }
}

Deno.test("doraTerms() computes an adapter once, and nothing for one without magnitudes", () =>
  withDora(async (adapter, checkpoint) => {
    assert.equal(await doraTerms(checkpoint, adapter), await doraTerms(checkpoint, adapter));
    const plain: Adapter = { ...adapter, terms: [] };
    assert.equal((await doraTerms(checkpoint, plain)).size, 0);
  }));

Deno.test("doraTerms() refuses rows without a length, each time that they are asked for", () =>
  withDora(async (adapter, checkpoint) => {
    for (let i = 0; i < 2; i++) {
      await assert.rejects(doraTerms(checkpoint, adapter), {
        name: UsageError.name,
        message: /not finite: gain of model.layers.0.self_attn.q_proj$/,
      });
    }
  }, { empty: true }));
