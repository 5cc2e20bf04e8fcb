import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { type Compressors, parquetReadObjects } from "hyparquet";
import { printable } from "../../ground/mod.ts";
import { checkItem, type OwnItem, refusal } from "./own_item.ts";
import { notEmpty } from "./parse_items.ts";

/** Snappy, which most files have, is hyparquet's own. */
const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};

/**
 * The questions in a Parquet file with the columns of the `cais/mmlu` data set: `question`,
 * `subject`, `choices` (a list of 2 to 10 texts) and `answer` (an index from 0, or a letter); and,
 * if wanted, `category`, `id` and `split`. A null is a field that is left out.
 *
 * @param bytes The file, uncompressed or compressed by Snappy, gzip, Brotli or Zstandard.
 * @param path How to name the file in messages.
 * @returns The questions, at least one, in the file's order.
 * @throws {UsageError} If it is not Parquet, is compressed otherwise or damaged, or a row is no
 * such question; the message names the row, from 0.
 *
 * Source: https://huggingface.co/datasets/cais/mmlu, the features of its card
 */
export async function parseParquetItems(bytes: Uint8Array, path: string): Promise<OwnItem[]> {
  const file = new Uint8Array(bytes).buffer;
  let rows: readonly Readonly<Record<string, unknown>>[];
  try {
    rows = await parquetReadObjects({ file, compressors: COMPRESSORS });
  } catch (error) {
    const reason = printable((error as Error).message.replaceAll(/\s+/g, " "));
    throw refusal(path, `it cannot be read as Parquet: ${reason}`);
  }
  const items = rows.map((row, i) => {
    // 64-bit integers come as bigint
    const filled = Object.entries(row).filter(([, value]) => value !== null)
      .map(([key, value]) => [key, typeof value === "bigint" ? Number(value) : value] as const);
    return checkItem(Object.fromEntries(filled), `${path}, row ${i}`);
  });
  return notEmpty(items, path);
}
