import { createHash } from "node:crypto";
import { UsageError } from "../../../ground/mod.ts";
import { isFinite } from "../adapter_weights.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { readStored, readTensor, type TensorEntry, writeAll } from "../safetensors.ts";
import type { Int4Layout } from "./int4_layout.ts";
import type { Int4Weight, StoredTensor } from "./int4_weight.ts";
import { quantizeRows } from "./quantize_rows.ts";

/** Values of a weight that are in memory as float32 at once. */
const VALUES_AT_ONCE = 1 << 22;

/** Bytes that are copied or hashed at once. */
const BYTES_AT_ONCE = 1 << 22;

/**
 * Writes a checkpoint's weights in 4 bits to a new file. Its SHA-256 is taken
 * from what was read back and goes into the header last.
 *
 * @throws {UsageError} If a weight is not finite.
 */
export async function writeInt4(
  { dir, tensors }: Checkpoint,
  { layout, path }: { readonly layout: Int4Layout; readonly path: string },
): Promise<void> {
  using output = await Deno.open(path, { read: true, write: true, create: true, truncate: true });
  for (const [name, to] of layout.copied) await copyTensor(output, tensors.get(name)!, to);
  for (const [name, to] of layout.weights) {
    const finite = await packWeight(output, tensors.get(name)!, to);
    if (finite) continue;
    throw new UsageError(
      `Cannot make 4-bit weights of "${dir}": "${name}" holds a value that is not finite; ` +
        "the file is damaged or its training diverged",
    );
  }
  await output.sync();
  const sha256 = await dataHash(path, layout);
  await output.seek(0, Deno.SeekMode.Start);
  await writeAll(output, layout.header(sha256));
  await output.sync();
}

/** SHA-256 of all that follows the header. */
export async function dataHash(
  path: string,
  { dataStart, size }: Pick<Int4Layout, "dataStart" | "size">,
): Promise<string> {
  const hash = createHash("sha256");
  using input = await Deno.open(path);
  await input.seek(dataStart, Deno.SeekMode.Start);
  const piece = new Uint8Array(BYTES_AT_ONCE);
  for (let left = size - dataStart; left > 0;) {
    const length = await input.read(piece.subarray(0, Math.min(left, piece.length)));
    if (length === null) throw new RangeError(`Cannot hash "${path}": the file ends too early`);
    hash.update(piece.subarray(0, length));
    left -= length;
  }
  return hash.digest("hex");
}

async function copyTensor(
  output: Deno.FsFile,
  from: TensorEntry,
  to: StoredTensor,
): Promise<void> {
  for (let done = 0; done < from.length; done += BYTES_AT_ONCE) {
    const length = Math.min(BYTES_AT_ONCE, from.length - done);
    const bytes = await readStored({ file: from.file, offset: from.offset + done, length });
    await writeAt(output, to.offset + done, bytes);
  }
}

/** Packs a weight some rows at a time; whether all its values are finite. */
async function packWeight(
  output: Deno.FsFile,
  from: TensorEntry,
  { codes, scales, zeroPoints }: Int4Weight,
): Promise<boolean> {
  const [rows, columns] = from.shape as [number, number];
  const rowBytes = from.length / rows;
  const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / columns));
  for (let row = 0; row < rows; row += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - row);
    const part = { offset: from.offset + row * rowBytes, length: count * rowBytes };
    const values = await readTensor({ ...from, ...part });
    if (!isFinite(values)) return false;
    const packed = quantizeRows(values, columns);
    const share = (to: StoredTensor): number => to.offset + row * (to.length / rows);
    await writeAt(output, share(codes), packed.codes);
    await writeAt(output, share(scales), new Uint8Array(packed.scales.buffer));
    await writeAt(output, share(zeroPoints), packed.zeroPoints);
  }
  return true;
}

async function writeAt(
  output: Deno.FsFile,
  offset: number,
  bytes: Uint8Array,
): Promise<void> {
  await output.seek(offset, Deno.SeekMode.Start);
  await writeAll(output, bytes);
}
