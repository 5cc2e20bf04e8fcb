import { createHash } from "node:crypto";
import { UsageError } from "../../../ground/mod.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { readStored, type TensorEntry, writeAll } from "../safetensors.ts";
import type { Int4Layout } from "./int4_layout.ts";
import type { Int4Weight, StoredTensor } from "./int4_weight.ts";
import type { StoredRows } from "./pack_rows.ts";
import { type Packers, startPackers } from "./packers.ts";
import type { Int4Rows } from "./quantize_rows.ts";

/** Values of a weight that are in memory as float32 at once. */
const VALUES_AT_ONCE = 1 << 22;

/** Bytes that are copied or hashed at once. */
const BYTES_AT_ONCE = 1 << 22;

/** What {@linkcode writeInt4} writes, and where to. */
export interface WriteInt4Options {
  /** Where in the file each weight lies. */
  readonly layout: Int4Layout;
  /** The file. */
  readonly path: string;
  /** Threads that pack, as in {@linkcode startPackers}. */
  readonly workers?: number;
}

/**
 * Writes a checkpoint's weights in 4 bits to a new file. Its SHA-256 is taken
 * from what was read back and goes into the header last.
 *
 * @throws {UsageError} If a weight is not finite.
 */
export async function writeInt4(
  { dir, tensors }: Checkpoint,
  { layout, path, workers }: WriteInt4Options,
): Promise<void> {
  using output = await Deno.open(path, { read: true, write: true, create: true, truncate: true });
  for (const [name, to] of layout.copied) await copyTensor(output, tensors.get(name)!, to);
  const sizes = [...layout.weights.keys()].map((name) => numbersOf(tensors.get(name)!));
  using packers = startPackers(sizes.reduce((total, size) => total + size, 0), workers);
  await packAll(output, partsOf(tensors, layout.weights), { packers, dir });
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

function numbersOf({ shape }: TensorEntry): number {
  return shape.reduce((size, length) => size * length, 1);
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

/** Rows of a weight that are packed at once, and where they go. */
interface Part extends StoredRows {
  /** The weight's name. */
  readonly name: string;
  /** The first of the rows, and how many the weight has. */
  readonly row: number;
  readonly rows: number;
  readonly to: Int4Weight;
}

function* partsOf(
  tensors: Checkpoint["tensors"],
  weights: Int4Layout["weights"],
): Generator<Part> {
  for (const [name, to] of weights) {
    const from = tensors.get(name)!;
    const [rows, columns] = from.shape as [number, number];
    const rowBytes = from.length / rows;
    const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / columns));
    for (let row = 0; row < rows; row += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rows - row);
      const bytes = { offset: from.offset + row * rowBytes, length: count * rowBytes };
      yield { name, entry: { ...from, ...bytes }, columns, row, rows, to };
    }
  }
}

/**
 * Packs all parts, as many at once as there are packers. After a failure the parts that are under way
 * are waited for, and that of the first part is thrown: no thread's speed decides which one.
 */
async function packAll(
  output: Deno.FsFile,
  parts: Iterator<Part>,
  { packers, dir }: { readonly packers: Packers; readonly dir: string },
): Promise<void> {
  let writing: Promise<void> = Promise.resolve();
  let begun = 0;
  const failure: { at: number; error?: unknown } = { at: Infinity };
  const pack = async (part: Part): Promise<void> => {
    const packed = await packers.pack(part);
    if (packed === undefined) {
      throw new UsageError(
        `Cannot make 4-bit weights of "${dir}": "${part.name}" holds a value that is not ` +
          "finite; the file is damaged or its training diverged",
      );
    }
    // one after the other: they share the file's place
    writing = writing.then(() => writePart(output, part, packed));
    await writing;
  };
  const work = async (): Promise<void> => {
    while (failure.at === Infinity) {
      const next = parts.next();
      if (next.done) return;
      const at = begun++;
      await pack(next.value).catch((error) => {
        if (at < failure.at) Object.assign(failure, { at, error });
      });
    }
  };
  await Promise.all(Array.from({ length: packers.atOnce }, work));
  if (failure.at !== Infinity) throw failure.error;
}

async function writePart(
  output: Deno.FsFile,
  { row, rows, to: { codes, scales, zeroPoints } }: Part,
  packed: Int4Rows,
): Promise<void> {
  const share = (to: StoredTensor): number => to.offset + row * (to.length / rows);
  await writeAt(output, share(codes), packed.codes);
  await writeAt(output, share(scales), new Uint8Array(packed.scales.buffer));
  await writeAt(output, share(zeroPoints), packed.zeroPoints);
}

async function writeAt(
  output: Deno.FsFile,
  offset: number,
  bytes: Uint8Array,
): Promise<void> {
  await output.seek(offset, Deno.SeekMode.Start);
  await writeAll(output, bytes);
}
