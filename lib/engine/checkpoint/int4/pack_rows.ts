import { isFinite } from "../adapter_weights.ts";
import { readTensor, type TensorEntry } from "../safetensors.ts";
import { type Int4Rows, quantizeRows } from "./quantize_rows.ts";

/** Some rows of a weight `[rows, columns]`, as they lie in a file. */
export interface StoredRows {
  /** Their bytes. */
  readonly entry: TensorEntry;
  /** Values of a row. */
  readonly columns: number;
}

/** The rows in 4 bits; undefined if one of their values is not finite. */
export async function packRows({ entry, columns }: StoredRows): Promise<Int4Rows | undefined> {
  const values = await readTensor(entry);
  return isFinite(values) ? quantizeRows(values, columns) : undefined;
}
