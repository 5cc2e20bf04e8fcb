import { Tensor } from "onnxruntime-node";

/** Tensors by the names of a graph's inputs. */
export type Feeds = Record<string, Tensor>;

/** A tensor of 64-bit integers; a vector unless `dims` says otherwise. */
export function int64(
  values: readonly number[],
  dims: readonly number[] = [values.length],
): Tensor {
  return new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
}

/** A tensor of 32-bit integers; a vector unless `dims` says otherwise. */
export function int32(
  values: readonly number[],
  dims: readonly number[] = [values.length],
): Tensor {
  return new Tensor("int32", Int32Array.from(values), dims);
}

/** A float32 tensor. */
export function floats(values: readonly number[], dims: readonly number[]): Tensor {
  return new Tensor("float32", Float32Array.from(values), dims);
}

/** A scalar truth value. */
export function flag(value: boolean): Tensor {
  return new Tensor("bool", [value], []);
}
