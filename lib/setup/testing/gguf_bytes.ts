/** A metadata value to write: a number becomes a uint32 unless marked. */
export type MetadataInput =
  | number
  | string
  | boolean
  | { readonly float32: number }
  | readonly (number | string)[];

/** A tensor to write: row-major shape, GGUF type number and the stored bytes. */
export interface TensorInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: number;
  readonly data: Uint8Array;
}

/** What {@linkcode ggufBytes} writes. */
export interface GgufInput {
  readonly version?: number;
  readonly metadata?: Readonly<Record<string, MetadataInput>>;
  readonly tensors?: readonly TensorInput[];
}

const ALIGNMENT = 32;

/** Writes a GGUF file for tests. */
export function ggufBytes({ version = 3, metadata = {}, tensors = [] }: GgufInput): Uint8Array {
  const bytes: number[] = [...new TextEncoder().encode("GGUF"), ...uint32(version)];
  bytes.push(...uint64(tensors.length), ...uint64(Object.keys(metadata).length));
  for (const [key, value] of Object.entries(metadata)) {
    bytes.push(...string(key), ...typed(value));
  }
  let offset = 0;
  for (const { name, shape, type, data } of tensors) {
    bytes.push(...string(name), ...uint32(shape.length));
    for (const dim of [...shape].reverse()) bytes.push(...uint64(dim));
    bytes.push(...uint32(type), ...uint64(offset));
    offset += align(data.length);
  }
  const start = align(bytes.length);
  const out = new Uint8Array(start + offset);
  out.set(bytes);
  let at = start;
  for (const { data } of tensors) {
    out.set(data, at);
    at += align(data.length);
  }
  return out;
}

function align(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

function typed(value: MetadataInput): number[] {
  if (typeof value === "string") return [...uint32(8), ...string(value)];
  if (typeof value === "boolean") return [...uint32(7), value ? 1 : 0];
  if (typeof value === "number") return [...uint32(4), ...uint32(value)];
  if ("float32" in value) {
    return [...uint32(6), ...new Uint8Array(Float32Array.of(value.float32).buffer)];
  }
  const items = value.map((item) => typeof item === "string" ? string(item) : [...uint32(item)]);
  const itemType = typeof value[0] === "string" ? 8 : 4;
  return [...uint32(9), ...uint32(itemType), ...uint64(value.length), ...items.flat()];
}

function string(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...uint64(bytes.length), ...bytes];
}

function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function uint64(value: number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}
