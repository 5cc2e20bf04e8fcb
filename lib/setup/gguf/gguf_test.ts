import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { ggufBytes } from "../testing/gguf_bytes.ts";
import { parseGguf } from "./gguf.ts";
import { runPython, skipUnlessPython } from "../../engine/testing/reference.ts";

function refuses(bytes: Uint8Array, message: RegExp): void {
  assert.throws(() => parseGguf(bytes), { name: UsageError.name, message });
}

/** The block of 32 values: scale 0.5, minimum -1 (or none), quants 0, 1, 2, ... */
const Q4_1_BLOCK = Uint8Array.from([
  ...new Uint8Array(Float16Array.of(0.5, -1).buffer),
  // value i and value i + 16 share a byte: the low nibble is the first
  ...Array.from({ length: 16 }, (_, i) => i + 16 * (15 - i)),
]);
const Q8_0_BLOCK = Uint8Array.from([
  ...new Uint8Array(Float16Array.of(0.25).buffer),
  ...Array.from({ length: 32 }, (_, i) => i - 16 & 255),
]);

Deno.test("parseGguf() reads metadata of every type", () => {
  const { metadata } = parseGguf(ggufBytes({
    metadata: {
      count: 7,
      ratio: { float32: 0.5 },
      name: "héllo",
      on: true,
      words: ["a", "b"],
      numbers: [1, 2, 3],
    },
  }));
  assert.deepEqual(
    Object.fromEntries(metadata),
    { count: 7, ratio: 0.5, name: "héllo", on: true, words: ["a", "b"], numbers: [1, 2, 3] },
  );
});

Deno.test("parseGguf() reads F32 tensors with their shape outermost first", () => {
  const data = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);
  const { tensors } = parseGguf(
    ggufBytes({ tensors: [{ name: "w", shape: [2, 3], type: 0, data }] }),
  );
  assert.deepEqual(tensors.get("w")!.shape, [2, 3]);
  assert.deepEqual([...tensors.get("w")!.values()], [1, 2, 3, 4, 5, 6]);
});

Deno.test("parseGguf() dequantizes Q4_1 blocks", () => {
  const data = Uint8Array.from([...Q4_1_BLOCK, ...Q4_1_BLOCK]);
  const { tensors } = parseGguf(
    ggufBytes({ tensors: [{ name: "w", shape: [2, 32], type: 3, data }] }),
  );
  const row = Array.from({ length: 32 }, (_, i) => 0.5 * (i < 16 ? i : 31 - i) - 1);
  assert.deepEqual([...tensors.get("w")!.values()], [...row, ...row]);
});

Deno.test("parseGguf() dequantizes Q8_0 blocks", () => {
  const tensor = { name: "w", shape: [32], type: 8, data: Q8_0_BLOCK };
  const { tensors } = parseGguf(ggufBytes({ tensors: [tensor] }));
  const row = Array.from({ length: 32 }, (_, i) => 0.25 * (i - 16));
  assert.deepEqual([...tensors.get("w")!.values()], row);
});

Deno.test("parseGguf() reads several tensors at their aligned offsets", () => {
  const { tensors } = parseGguf(ggufBytes({
    tensors: [
      { name: "a", shape: [32], type: 3, data: Q4_1_BLOCK },
      { name: "b", shape: [32], type: 8, data: Q8_0_BLOCK },
    ],
  }));
  assert.equal(tensors.get("a")!.values()[1], -0.5);
  assert.equal(tensors.get("b")!.values()[0], -4);
});

Deno.test("parseGguf() refuses what is not a GGUF file of version 3", () => {
  refuses(new Uint8Array(4), /not a GGUF file/);
  refuses(new TextEncoder().encode("GGML and more than 24 bytes of text"), /not a GGUF file/);
  refuses(ggufBytes({ version: 2 }), /not a GGUF file of version 3/);
});

Deno.test("parseGguf() refuses a file that ends anywhere before its end", () => {
  const bytes = ggufBytes({
    metadata: { name: "model", words: ["a", "b"] },
    tensors: [{ name: "w", shape: [32], type: 8, data: Q8_0_BLOCK }],
  });
  // all the padding behind the last block is no loss
  for (let length = 24; length < bytes.length - 32; length++) {
    refuses(bytes.subarray(0, length), /truncated/);
  }
});

Deno.test("parseGguf() refuses a quantization that it cannot undo", () => {
  const tensor = { name: "w", shape: [256], type: 14, data: new Uint8Array(210) };
  refuses(ggufBytes({ tensors: [tensor] }), /tensor "w": its GGUF type is 14/);
});

Deno.test("parseGguf() refuses a tensor that is not made of whole blocks", () => {
  const tensor = { name: "w", shape: [33], type: 8, data: Q8_0_BLOCK };
  refuses(ggufBytes({ tensors: [tensor] }), /tensor "w": 33 values are not whole blocks/);
});

const skipped = skipUnlessPython();

Deno.test({
  name: `parseGguf() reads what the gguf package writes, to the bit${skipped}`,
  ignore: skipped !== "",
  async fn(): Promise<void> {
    const dir = await Deno.makeTempDir();
    try {
      const [file, expected] = [`${dir}/model.gguf`, `${dir}/expected.json`] as const;
      await runPython("quantized_gguf.py", file, expected);
      const { metadata, tensors } = parseGguf(await Deno.readFile(file));
      assert.equal(metadata.get("general.architecture"), "llama");
      assert.equal(metadata.get("llama.context_length"), 64);
      assert.deepEqual(metadata.get("tokenizer.ggml.tokens"), ["a", "ü", "Ġ"]);
      const values: Record<string, number[]> = JSON.parse(await Deno.readTextFile(expected));
      assert.deepEqual([...tensors.keys()], ["f32", "q4_1", "q8_0"]);
      for (const [name, list] of Object.entries(values)) {
        assert.deepEqual(tensors.get(name)!.shape, [5, 64]);
        assert.deepEqual(tensors.get(name)!.values(), Float32Array.from(list), name);
      }
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
