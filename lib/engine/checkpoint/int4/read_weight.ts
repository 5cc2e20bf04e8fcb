import type { Checkpoint } from "../checkpoint.ts";
import { readStored, readTensor } from "../safetensors.ts";
import { dequantizeRows } from "./quantize_rows.ts";

/**
 * Reads a weight as the checkpoint answers with it, as float32: in 4 bits where
 * it has it so, else as it is stored.
 *
 * @param name A tensor that the checkpoint is known to have.
 */
export async function readWeight(
  { tensors, int4 }: Pick<Checkpoint, "tensors" | "int4">,
  name: string,
): Promise<Float32Array> {
  const entry = tensors.get(name)!;
  const packed = int4?.get(name);
  if (!packed) return await readTensor(entry);
  const [codes, scales, zeroPoints] = await Promise.all(
    [packed.codes, packed.scales, packed.zeroPoints].map(readStored),
  );
  return dequantizeRows(
    { codes: codes!, scales: new Uint16Array(scales!.buffer), zeroPoints: zeroPoints! },
    entry.shape[1]!,
  );
}
