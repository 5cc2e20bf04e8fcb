import { Buffer } from "node:buffer";
import { UsageError } from "../../ground/mod.ts";

/** Element types that a checkpoint of this kind uses. */
export type SafetensorsDtype = "F32" | "F16" | "BF16";

/** Bytes of an element of each type. */
export const DTYPE_BYTES: Readonly<Record<SafetensorsDtype, number>> = { F32: 4, F16: 2, BF16: 2 };

/** Where one tensor lies in its file. */
export interface TensorEntry {
  /** Its element type. */
  readonly dtype: SafetensorsDtype;
  /** Its dimensions. */
  readonly shape: readonly number[];
  /** Path of the file. */
  readonly file: string;
  /** First byte, counted from the start of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const MAX_HEADER_BYTES = 100_000_000;
/** What a repository that was cloned without Git LFS has in place of a large file. */
const LFS_POINTER = "version https://git-lfs";

/**
 * Reads the header of a `.safetensors` file: eight bytes of little-endian
 * header length, that many bytes of JSON, then the tensors' bytes. Nothing but
 * the header is read, so the cost does not depend on the size of the weights.
 *
 * @throws {UsageError} If the file is missing, truncated or not of this format.
 *
 * Source: https://huggingface.co/docs/safetensors/index#format
 */
export async function readSafetensorsHeader(file: string): Promise<Map<string, TensorEntry>> {
  const fail = (why: string): never => {
    throw new UsageError(`Cannot read the weights in "${file}": ${why}`);
  };
  let handle: Deno.FsFile;
  try {
    handle = await Deno.open(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return fail("the file does not exist");
    throw error;
  }
  using input = handle;
  const { size, isFile } = await input.stat();
  if (!isFile) return fail("it is no file");
  if (size < 8) return fail(`the file is truncated (${size} bytes)`);
  const headerLength = Number(
    new DataView((await readExactly(input, 8)).buffer).getBigUint64(0, true),
  );
  if (headerLength > MAX_HEADER_BYTES) {
    await input.seek(0, Deno.SeekMode.Start);
    const start = new TextDecoder().decode(
      await readExactly(input, Math.min(size, LFS_POINTER.length)),
    );
    return fail(
      start === LFS_POINTER
        ? "it is a pointer of Git LFS, not the file itself: run git lfs pull in its folder"
        : "it is not a safetensors file: download it again",
    );
  }
  if (8 + headerLength > size) {
    return fail(`the file is truncated inside its header (${size} bytes)`);
  }

  let header: Record<string, HeaderEntry>;
  try {
    header = JSON.parse(new TextDecoder().decode(await readExactly(input, headerLength)));
  } catch {
    return fail("its header is not JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    return fail("its header is not a list of tensors");
  }
  const entries = new Map<string, TensorEntry>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: span } = entry ?? {} as Partial<HeaderEntry>;
    if (!Array.isArray(shape) || !Array.isArray(span)) {
      return fail(`the entry of tensor "${name}" is not complete`);
    }
    if (!isDtype(dtype)) {
      return fail(
        `tensor "${name}" has the unsupported type ${dtype}: save it in float32, float16 or bfloat16`,
      );
    }
    const length = span[1] - span[0];
    if (length !== shape.reduce((n, d) => n * d, DTYPE_BYTES[dtype])) {
      return fail(`the length of tensor "${name}" does not fit its shape [${shape}]`);
    }
    const offset = 8 + headerLength + span[0];
    if (offset + length > size) {
      return fail(
        `the file is truncated: tensor "${name}" ends at byte ${offset + length} of ${size}; ` +
          "download it again",
      );
    }
    entries.set(name, { dtype, shape, file, offset, length });
  }
  return entries;
}

/** Reads one tensor as float32, whatever its stored type. */
export async function readTensor(entry: TensorEntry): Promise<Float32Array> {
  const bytes = await readStored(entry);
  if (entry.dtype === "F32") return new Float32Array(bytes.buffer);
  const halves = new Uint16Array(bytes.buffer);
  if (entry.dtype === "F16") {
    return new Float32Array(new Float16Array(bytes.buffer));
  }
  // bfloat16 is the upper half of a float32
  const out = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = halves[i]! << 16;
  return new Float32Array(out.buffer);
}

/** Bytes that are compared at once. */
const COMPARED_BYTES = 1 << 22;

/** Whether two tensors of one type and shape have the same bytes. */
export async function sameTensorBytes(x: TensorEntry, y: TensorEntry): Promise<boolean> {
  if (x.dtype !== y.dtype || x.shape.join() !== y.shape.join()) return false;
  using left = await Deno.open(x.file);
  using right = await Deno.open(y.file);
  await left.seek(x.offset, Deno.SeekMode.Start);
  await right.seek(y.offset, Deno.SeekMode.Start);
  for (let done = 0; done < x.length; done += COMPARED_BYTES) {
    const size = Math.min(COMPARED_BYTES, x.length - done);
    const [a, b] = [await readExactly(left, size), await readExactly(right, size)];
    if (Buffer.compare(a, b) !== 0) return false;
  }
  return true;
}

/** A tensor to write: its name, shape and the float32 values, made when their turn comes. */
export interface TensorSource {
  /** Its name in the file. */
  readonly name: string;
  /** Its dimensions. */
  readonly shape: readonly number[];
  /** Its values, row-major. */
  values(): Float32Array;
}

/** Writes float32 tensors to a `.safetensors` file, one in memory at a time. */
export async function writeSafetensors(
  file: string,
  tensors: readonly TensorSource[],
): Promise<void> {
  let end = 0;
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  for (const { name, shape } of tensors) {
    const start = end;
    end += shape.reduce((n, d) => n * d, 4);
    header[name] = { dtype: "F32", shape, data_offsets: [start, end] };
  }
  using output = await Deno.open(file, { write: true, create: true, truncate: true });
  await writeAll(output, safetensorsHeader(header));
  for (const tensor of tensors) {
    const values = tensor.values();
    await writeAll(output, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  await output.sync();
}

/** The first bytes of such a file: eight of length, and the JSON, filled up to a multiple of eight. */
export function safetensorsHeader(
  content: Readonly<Record<string, unknown>>,
): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(content));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(" ".charCodeAt(0));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}

/** The bytes of a tensor as they are stored, or those of any other part of a file. */
export async function readStored(
  { file, offset, length }: Pick<TensorEntry, "file" | "offset" | "length">,
): Promise<Uint8Array<ArrayBuffer>> {
  using input = await Deno.open(file);
  await input.seek(offset, Deno.SeekMode.Start);
  return await readExactly(input, length);
}

function isDtype(dtype: string): dtype is SafetensorsDtype {
  return dtype in DTYPE_BYTES;
}

async function readExactly(input: Deno.FsFile, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const n = await input.read(bytes.subarray(filled));
    if (n === null) {
      throw new RangeError(`Cannot read ${length} bytes: the file ends after ${filled}`);
    }
    filled += n;
  }
  return bytes;
}

/** Writes all bytes where the file stands. */
export async function writeAll(output: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += await output.write(bytes.subarray(written));
}
