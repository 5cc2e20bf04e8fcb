import { UsageError } from "../../ground/mod.ts";

/** A value of a GGUF file's metadata. */
export type GgufValue = string | number | bigint | boolean | readonly GgufValue[];

/** One tensor of a GGUF file. */
export interface GgufTensor {
  readonly name: string;
  /** Row-major shape, outermost dimension first (the file lists it the other way round). */
  readonly shape: readonly number[];
  /** Dequantizes to float32, `shape` in row-major order. */
  values(): Float32Array;
}

/** A parsed GGUF file. */
export interface GgufFile {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

interface Cursor {
  readonly view: DataView;
  at: number;
}

/** Values a block, bytes a block, and the function that expands one block. */
interface QuantType {
  readonly blockValues: number;
  readonly blockBytes: number;
  expand(view: DataView, at: number, out: Float32Array, outAt: number): void;
}

const QUANT_TYPES: Readonly<Record<number, QuantType>> = {
  0: { // F32
    blockValues: 1,
    blockBytes: 4,
    expand: (view, at, out, outAt) => out[outAt] = view.getFloat32(at, true),
  },
  3: { // Q4_1: scale, minimum, 32 unsigned nibbles (low nibbles first)
    blockValues: 32,
    blockBytes: 20,
    expand(view, at, out, outAt): void {
      const scale = view.getFloat16(at, true);
      const minimum = view.getFloat16(at + 2, true);
      for (let i = 0; i < 16; i++) {
        const byte = view.getUint8(at + 4 + i);
        out[outAt + i] = scale * (byte & 15) + minimum;
        out[outAt + 16 + i] = scale * (byte >> 4) + minimum;
      }
    },
  },
  8: { // Q8_0: scale, 32 signed bytes
    blockValues: 32,
    blockBytes: 34,
    expand(view, at, out, outAt): void {
      const scale = view.getFloat16(at, true);
      for (let i = 0; i < 32; i++) out[outAt + i] = scale * view.getInt8(at + 2 + i);
    },
  },
};

/**
 * Parses a GGUF file (version 3) with F32, Q4_1 and Q8_0 tensors, which is what
 * the embedded model's file holds.
 *
 * @throws {UsageError} If the bytes are not such a file.
 *
 * Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function parseGguf(bytes: Uint8Array): GgufFile {
  try {
    return parse(bytes);
  } catch (error) {
    // a read past the end of the view
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`Cannot parse the model file: it is truncated (${bytes.length} bytes)`);
  }
}

function parse(bytes: Uint8Array): GgufFile {
  const cursor = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 8 };
  const magic = new TextDecoder().decode(bytes.subarray(0, 4));
  const version = bytes.length < 24 ? 0 : cursor.view.getUint32(4, true);
  if (magic !== "GGUF" || version !== 3) {
    throw new UsageError("Cannot parse the model file: it is not a GGUF file of version 3");
  }
  const tensorCount = readUint64(cursor);
  const metadataCount = readUint64(cursor);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < metadataCount; i++) {
    const key = readString(cursor);
    metadata.set(key, readValue(cursor, readUint32(cursor)));
  }
  const entries = Array.from({ length: tensorCount }, () => {
    const name = readString(cursor);
    const shape = Array.from({ length: readUint32(cursor) }, () => readUint64(cursor)).reverse();
    return { name, shape, type: readUint32(cursor), offset: readUint64(cursor) };
  });
  const alignment = Number(metadata.get("general.alignment") ?? 32);
  const dataStart = Math.ceil(cursor.at / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const { name, shape, type, offset } of entries) {
    const quant = QUANT_TYPES[type];
    if (!quant) {
      throw new UsageError(`Cannot dequantize tensor "${name}": its GGUF type is ${type}`);
    }
    const count = shape.reduce((n, d) => n * d, 1);
    const blocks = count / quant.blockValues;
    if (!Number.isInteger(blocks)) {
      throw new UsageError(
        `Cannot dequantize tensor "${name}": ${count} values are not whole blocks of ${quant.blockValues}`,
      );
    }
    if (dataStart + offset + blocks * quant.blockBytes > bytes.length) {
      throw new UsageError(`Cannot read tensor "${name}": the GGUF file is truncated`);
    }
    const values = (): Float32Array => {
      const out = new Float32Array(count);
      for (let b = 0; b < blocks; b++) {
        const at = dataStart + offset + b * quant.blockBytes;
        quant.expand(cursor.view, at, out, b * quant.blockValues);
      }
      return out;
    };
    tensors.set(name, { name, shape, values });
  }
  return { metadata, tensors };
}

function readUint32(cursor: Cursor): number {
  cursor.at += 4;
  return cursor.view.getUint32(cursor.at - 4, true);
}

function readUint64(cursor: Cursor): number {
  cursor.at += 8;
  return Number(cursor.view.getBigUint64(cursor.at - 8, true));
}

function readString(cursor: Cursor): string {
  const length = readUint64(cursor);
  const { buffer, byteOffset } = cursor.view;
  const text = new Uint8Array(buffer, byteOffset + cursor.at, length);
  cursor.at += length;
  return new TextDecoder().decode(text);
}

/** By the type of a value of fixed length: its bytes, and how it is read. */
const SCALARS: Readonly<
  Record<number, readonly [number, (view: DataView, at: number) => GgufValue]>
> = {
  0: [1, (view, at) => view.getUint8(at)],
  1: [1, (view, at) => view.getInt8(at)],
  2: [2, (view, at) => view.getUint16(at, true)],
  3: [2, (view, at) => view.getInt16(at, true)],
  4: [4, (view, at) => view.getUint32(at, true)],
  5: [4, (view, at) => view.getInt32(at, true)],
  6: [4, (view, at) => view.getFloat32(at, true)],
  7: [1, (view, at) => view.getUint8(at) === 1],
  10: [8, (view, at) => view.getBigUint64(at, true)],
  11: [8, (view, at) => view.getBigInt64(at, true)],
  12: [8, (view, at) => view.getFloat64(at, true)],
};

function readValue(cursor: Cursor, type: number): GgufValue {
  if (type === 8) return readString(cursor);
  if (type === 9) {
    const itemType = readUint32(cursor);
    return Array.from({ length: readUint64(cursor) }, () => readValue(cursor, itemType));
  }
  const scalar = SCALARS[type];
  if (!scalar) throw new UsageError(`Cannot parse the GGUF metadata: unknown value type ${type}`);
  const [size, read] = scalar;
  cursor.at += size;
  return read(cursor.view, cursor.at - size);
}
