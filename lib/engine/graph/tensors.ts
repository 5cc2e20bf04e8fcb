import { Tensor } from "onnxruntime-node";

/** Tensors by the names of a graph's inputs. */
export type Feeds = Record<string, Tensor>;

const WORD = 2 ** 32;

/**
 * A tensor of 64-bit integers; a vector unless `dims` says otherwise. A run has millions of them, and
 * a `BigInt` for each would cost more than all else that is done for a run before it.
 *
 * @throws {RangeError} If a value is no integer that a number can hold exactly.
 */
export function int64(
  values: readonly number[],
  dims: readonly number[] = [values.length],
): Tensor {
  const data = new BigInt64Array(values.length);
  // low word first, as on every machine that ONNX Runtime runs on
  const words = new Int32Array(data.buffer);
  for (const [i, value] of values.entries()) {
    if (!Number.isSafeInteger(value)) throw new RangeError(`Cannot feed ${value}: no integer`);
    words[2 * i] = value;
    words[2 * i + 1] = Math.floor(value / WORD);
  }
  return new Tensor("int64", data, dims);
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
