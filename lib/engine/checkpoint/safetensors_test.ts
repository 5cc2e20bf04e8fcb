import assert from "node:assert/strict";
import { UsageError } from "../../ground/mod.ts";
import { readSafetensorsHeader, readTensor, writeSafetensors } from "./safetensors.ts";

async function withFile(test: (file: string) => Promise<void>, bytes?: Uint8Array): Promise<void> {
  const file = await Deno.makeTempFile();
  try {
    if (bytes) await Deno.writeFile(file, bytes);
    await test(file);
  } finally {
    await Deno.remove(file);
  }
}

/** A file of the format: header length, header, bytes. */
function fileOf(header: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const head = new TextEncoder().encode(header);
  const out = new Uint8Array(8 + head.length + data.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(head.length), true);
  out.set(head, 8);
  out.set(data, 8 + head.length);
  return out;
}

function refuses(bytes: Uint8Array, message: RegExp): Promise<void> {
  return withFile(
    (file) => assert.rejects(readSafetensorsHeader(file), { name: UsageError.name, message }),
    bytes,
  );
}

Deno.test("writeSafetensors() writes what readSafetensorsHeader() and readTensor() read", () =>
  withFile(async (file) => {
    const a = Float32Array.of(1, -2.5, 3e-9, 4, 5, 6);
    const b = Float32Array.of(7);
    await writeSafetensors(file, [
      { name: "a", shape: [2, 3], values: () => a },
      { name: "b", shape: [1], values: () => b },
    ]);
    const entries = await readSafetensorsHeader(file);
    assert.deepEqual([...entries.keys()], ["a", "b"]);
    assert.deepEqual(entries.get("a")!.shape, [2, 3]);
    assert.equal(entries.get("a")!.offset % 8, 0);
    assert.deepEqual(await readTensor(entries.get("a")!), a);
    assert.deepEqual(await readTensor(entries.get("b")!), b);
  }));

Deno.test("readTensor() widens bfloat16 and float16 without loss", () => {
  const values = [1, -2, 0.15625, 65280];
  const halves = new Float16Array(values);
  const brains = Uint16Array.from(
    new Uint32Array(Float32Array.from(values).buffer),
    (bits) => bits >>> 16,
  );
  const data = new Uint8Array(16);
  data.set(new Uint8Array(halves.buffer), 0);
  data.set(new Uint8Array(brains.buffer), 8);
  const header = JSON.stringify({
    half: { dtype: "F16", shape: [4], data_offsets: [0, 8] },
    brain: { dtype: "BF16", shape: [2, 2], data_offsets: [8, 16] },
  });
  return withFile(async (file) => {
    const entries = await readSafetensorsHeader(file);
    assert.deepEqual([...await readTensor(entries.get("half")!)], values);
    assert.deepEqual([...await readTensor(entries.get("brain")!)], values);
  }, fileOf(header, data));
});

Deno.test("readSafetensorsHeader() refuses a missing file", () =>
  assert.rejects(readSafetensorsHeader("/nonexistent/x.safetensors"), {
    name: UsageError.name,
    message: /does not exist/,
  }));

Deno.test("readSafetensorsHeader() refuses a file that ends inside its header", async () => {
  await refuses(new Uint8Array(3), /truncated \(3 bytes\)/);
  await refuses(fileOf('{"a": 1}').subarray(0, 12), /truncated inside its header/);
});

Deno.test("readSafetensorsHeader() refuses a file of another format", async () => {
  await refuses(new TextEncoder().encode("PK\x03\x04 a zip archive"), /not a safetensors file/);
  await refuses(fileOf("not JSON"), /header is not JSON/);
  await refuses(fileOf("[1, 2]"), /header is not a list of tensors/);
  await refuses(fileOf('{"a": {"dtype": "F32"}}'), /entry of tensor "a" is not complete/);
});

Deno.test("readSafetensorsHeader() refuses a file that ends inside a tensor", () => {
  const header = JSON.stringify({ w: { dtype: "F32", shape: [4], data_offsets: [0, 16] } });
  return refuses(fileOf(header, new Uint8Array(10)), /tensor "w" ends at byte \d+ of \d+/);
});

Deno.test("readSafetensorsHeader() refuses a tensor whose length does not fit its shape", () => {
  const header = JSON.stringify({ w: { dtype: "F32", shape: [4], data_offsets: [0, 12] } });
  return refuses(fileOf(header, new Uint8Array(16)), /length of tensor "w" does not fit/);
});

Deno.test("readSafetensorsHeader() refuses a type of quantized weights by name", () => {
  const header = JSON.stringify({ w: { dtype: "U8", shape: [4], data_offsets: [0, 4] } });
  return refuses(fileOf(header, new Uint8Array(4)), /unsupported type U8/);
});
