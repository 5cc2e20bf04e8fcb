import type { SafetensorsDtype, TensorEntry } from "../safetensors.ts";

/** Bytes in a file that a graph takes as a tensor. */
export interface StoredTensor extends Omit<TensorEntry, "dtype"> {
  /** Its element type; "U8" for packed codes. */
  readonly dtype: SafetensorsDtype | "U8";
}

/** Where a linear layer's weight lies in 4 bits; see {@linkcode quantizeRows} for the layout. */
export interface Int4Weight {
  /** `[out, blocks, 16]` */
  readonly codes: StoredTensor;
  /** `[out, blocks]`, bfloat16. */
  readonly scales: StoredTensor;
  /** `[out, ceil(blocks / 2)]` */
  readonly zeroPoints: StoredTensor;
}
