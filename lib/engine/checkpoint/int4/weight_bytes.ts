import { type Checkpoint, isRead } from "../checkpoint.ts";
import { packedNames } from "./int4_layout.ts";
import { BLOCK_BYTES, blocksOf } from "./quantize_rows.ts";

/**
 * Bytes that a checkpoint's weights take where it answers.
 *
 * @param options `elementBytes` of the type that is computed with: 4 on the CPU, 2 on a GPU;
 * whether the linear layers are in 4 bits, whose scales are of that type too.
 */
export function weightBytes(
  { config, tensors }: Pick<Checkpoint, "config" | "tensors">,
  { elementBytes, int4 }: { readonly elementBytes: number; readonly int4: boolean },
): number {
  const packed = int4 ? packedNames(config) : new Set<string>();
  let bytes = 0;
  for (const [name, { shape }] of tensors) {
    if (!isRead(name, config)) continue;
    if (!packed.has(name)) {
      bytes += shape.reduce((n, d) => n * d, elementBytes);
      continue;
    }
    const [out, columns] = shape as [number, number];
    const blocks = blocksOf(columns);
    bytes += out * (blocks * (BLOCK_BYTES + elementBytes) + Math.ceil(blocks / 2));
  }
  return bytes;
}
