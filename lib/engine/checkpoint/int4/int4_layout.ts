import { type Checkpoint, isRead, layerTensor } from "../checkpoint.ts";
import type { DecoderConfig } from "../decoder_config.ts";
import { LINEAR_MODULES } from "../linear_modules.ts";
import { DTYPE_BYTES, safetensorsHeader, type TensorEntry } from "../safetensors.ts";
import type { Int4Weight, StoredTensor } from "./int4_weight.ts";
import { BLOCK_BYTES, blocksOf } from "./quantize_rows.ts";

/**
 * What is in 4 bits, and how: another way of rounding, or another choice of
 * layers, is another name, and its answers are another model's.
 */
export const INT4_SCHEME = "linear layers, 4 bits in blocks of 32 with zero points, version 1";

/** The file of a checkpoint's weights in 4 bits, before it is there. */
export interface Int4Layout {
  /** The tensors in 4 bits, by name. */
  readonly weights: ReadonlyMap<string, Int4Weight>;
  /** The other tensors, copied as they are, by name. */
  readonly copied: ReadonlyMap<string, TensorEntry>;
  /** The file's first bytes, of the same length for each SHA-256 of what follows them. */
  header(sha256: string): Uint8Array<ArrayBuffer>;
  /** First byte after the header. */
  readonly dataStart: number;
  /** Bytes of the file. */
  readonly size: number;
}

/** Bytes of an element. */
const BYTES: Readonly<Record<StoredTensor["dtype"], number>> = { ...DTYPE_BYTES, U8: 1 };

/**
 * Lays out the file of a checkpoint's weights in 4 bits: the linear layers of
 * its decoder layers packed, everything else (embedding, output layer, norms,
 * biases) as it is. It is laid out as safetensors are, so that other programs
 * can look into it.
 *
 * @param file Its path.
 * @param source SHA-256 of the checkpoint's weight files, by name.
 */
export function int4Layout(
  { config, tensors }: Checkpoint,
  { file, source }: { readonly file: string; readonly source: Readonly<Record<string, string>> },
): Int4Layout {
  const packed = packedNames(config);
  const read = [...tensors].filter(([name]) => isRead(name, config));
  // longest element types first, so that each tensor begins at a multiple of its element's size
  const parts = read.flatMap(([name, { dtype, shape }]): Part[] =>
    packed.has(name) ? packedParts(name, shape) : [{ name, dtype, shape }]
  ).sort((x, y) => BYTES[y.dtype] - BYTES[x.dtype]);
  let end = 0;
  const spans = parts.map((part) => {
    const start = end;
    end += part.shape.reduce((n, d) => n * d, BYTES[part.dtype]);
    return { ...part, start, length: end - start };
  });
  const header = (sha256: string): Uint8Array<ArrayBuffer> =>
    safetensorsHeader({
      __metadata__: { format: "int4", scheme: INT4_SCHEME, source: sorted(source), sha256 },
      ...Object.fromEntries(spans.map(({ name, dtype, shape, start, length }) => [
        name,
        { dtype, shape, data_offsets: [start, start + length] },
      ])),
    });
  const dataStart = header("0".repeat(64)).length;
  const places = new Map(spans.map(({ name, dtype, shape, start, length }) => [
    name,
    { dtype, shape, file, offset: dataStart + start, length },
  ]));
  const weights = [...packed].map((name): [string, Int4Weight] => [name, {
    codes: places.get(`${name}.codes`)!,
    scales: places.get(`${name}.scales`)!,
    zeroPoints: places.get(`${name}.zero_points`)!,
  }]);
  const copied = read.filter(([name]) => !packed.has(name))
    .map(([name]): [string, TensorEntry] => [name, places.get(name) as TensorEntry]);
  return {
    weights: new Map(weights),
    copied: new Map(copied),
    header,
    dataStart,
    size: dataStart + end,
  };
}

/** The weights that are packed: those of the linear layers of every decoder layer. */
export function packedNames({ layers }: Pick<DecoderConfig, "layers">): ReadonlySet<string> {
  const names = new Set<string>();
  for (let layer = 0; layer < layers; layer++) {
    for (const module of LINEAR_MODULES) names.add(layerTensor(layer, module));
  }
  return names;
}

type Part = Pick<StoredTensor, "dtype" | "shape"> & { readonly name: string };

function packedParts(name: string, shape: readonly number[]): Part[] {
  const [out, columns] = shape as [number, number];
  const blocks = blocksOf(columns);
  return [
    { name: `${name}.codes`, dtype: "U8", shape: [out, blocks, BLOCK_BYTES] },
    { name: `${name}.scales`, dtype: "BF16", shape: [out, blocks] },
    { name: `${name}.zero_points`, dtype: "U8", shape: [out, Math.ceil(blocks / 2)] },
  ];
}

/** Metadata of safetensors are texts: names and hashes in one line. */
function sorted(source: Readonly<Record<string, string>>): string {
  return Object.entries(source).map(([name, hash]) => `${name} ${hash}`).sort().join(", ");
}
