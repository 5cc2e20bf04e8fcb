import { create } from "@bufbuild/protobuf";
import {
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  type ValueInfoProto,
} from "onnx-buf";
import {
  type Attribute,
  type ConstantType,
  DataType,
  type Dimension,
  toAttribute,
  valueInfo,
  type ValueType,
} from "./onnx.ts";

/** ONNX Runtime's own operators. */
export const CONTRIB = "com.microsoft";

/** A node's attributes by name. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** What all graphs of a model share. */
interface ScopeModel {
  readonly main: GraphScope;
  freshName(hint: string): string;
  input(name: string, type: DataType, shape: readonly Dimension[]): string;
  constant(type: ConstantType, values: number | readonly number[]): string;
}

/**
 * One graph while it is written, in the terms that formulas are written in. A
 * value is the name of a node's output, of a constant or of an input; nodes run
 * in the order in which they are added. Names are unique over the whole model,
 * because a loop's body sees the values of the graph round it.
 *
 * @example `y = x * 2`, as a matrix of two columns
 * ```ts
 * import assert from "node:assert/strict";
 * import { InferenceSession, Tensor } from "onnxruntime-node";
 * import { ModelBuilder } from "./graph_builder.ts";
 * import { DataType, valueInfo } from "./onnx.ts";
 *
 * const model = new ModelBuilder();
 * const { main } = model;
 * const x = main.input("x", DataType.FLOAT, ["n"]);
 * const y = main.reshape(main.mul(x, main.float32(2)), [-1, 2]);
 * const graph = model.toBytes([valueInfo(y, DataType.FLOAT, ["n / 2", 2])]);
 *
 * const session = await InferenceSession.create(graph);
 * const out = await session.run({ x: new Tensor("float32", [1, 2, 3, 4], [4]) });
 * assert.deepEqual(out[y]!.data, Float32Array.of(2, 4, 6, 8));
 * assert.deepEqual(out[y]!.dims, [2, 2]);
 * await session.release();
 * ```
 */
export class GraphScope {
  readonly #model: ScopeModel;
  readonly #nodes: NodeProto[] = [];
  readonly #once = new Map<string, string>();

  /** An empty graph of a model. */
  constructor(model: ScopeModel) {
    this.#model = model;
  }

  /** The model's main graph: what is computed there is computed once a run. */
  get main(): GraphScope {
    return this.#model.main;
  }

  /** An empty graph of the same model, to become a loop's body or a branch. */
  inner(): GraphScope {
    return new GraphScope(this.#model);
  }

  /** A name that no other value of the model has. */
  freshName(hint: string): string {
    return this.#model.freshName(hint);
  }

  /** Declares an input of the model, which every scope sees, and returns its name. */
  input(name: string, type: DataType, shape: readonly Dimension[]): string {
    return this.#model.input(name, type, shape);
  }

  /** A constant vector of 32-bit integers. Equal constants are shared. */
  int32(values: readonly number[]): string {
    return this.#model.constant(DataType.INT32, values);
  }

  /** A constant of 64-bit integers: a scalar for a number, a vector for a list. */
  int64(values: number | readonly number[]): string {
    return this.#model.constant(DataType.INT64, values);
  }

  /** A float32 constant: a scalar for a number, a vector for a list. */
  float32(values: number | readonly number[]): string {
    return this.#model.constant(DataType.FLOAT, values);
  }

  /** The truth value `true`. */
  true(): string {
    return this.#model.constant(DataType.BOOL, 1);
  }

  /** Adds a node with one output and returns that output's name. An input of "" is left out. */
  op(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.outputs(opType, inputs, [""], { attributes })[0]!;
  }

  /** Adds a node of ONNX Runtime's own operators; see {@linkcode GraphScope.op}. */
  contrib(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.outputs(opType, inputs, [""], { attributes, domain: CONTRIB })[0]!;
  }

  /**
   * Adds a node with several outputs: a name each, or "" for a fresh name. Its operator set is ONNX's
   * own without a domain.
   */
  outputs(
    opType: string,
    inputs: readonly string[],
    names: readonly string[],
    { attributes = {}, domain = "" }: { attributes?: Attributes; domain?: string } = {},
  ): string[] {
    const output = names.map((name) => name || this.freshName(opType));
    const attribute = Object.entries(attributes).map(([name, value]) => toAttribute(name, value));
    this.#nodes.push(
      create(NodeProtoSchema, { opType, domain, input: [...inputs], output, attribute }),
    );
    return output;
  }

  /** A value that several parts of the scope share: what `make` adds the first time that `key` is asked for. */
  once(key: string, make: () => string): string {
    return this.#once.getOrInsertComputed(key, make);
  }

  /** `x + y`, element by element; a shape that is smaller is repeated. */
  add(x: string, y: string): string {
    return this.op("Add", [x, y]);
  }

  /** `x - y`; see {@linkcode GraphScope.add}. */
  sub(x: string, y: string): string {
    return this.op("Sub", [x, y]);
  }

  /** `x * y`; see {@linkcode GraphScope.add}. */
  mul(x: string, y: string): string {
    return this.op("Mul", [x, y]);
  }

  /** `x W^T (+ sum)` of matrices `[T, in]` and `[out, in]`: a linear layer as checkpoints store it. */
  linear(x: string, weight: string, ...sum: readonly string[]): string {
    return this.op("Gemm", [x, weight, ...sum], { transB: { int: 1 } });
  }

  /**
   * RMS norm of the last dimension: `x / sqrt(mean(x^2) + epsilon) * weight`.
   *
   * Source: Zhang and Sennrich 2019, arXiv:1910.07467.
   */
  rmsNorm(x: string, weight: string, epsilon: number): string {
    return this.op("SimplifiedLayerNormalization", [x, weight], {
      epsilon: { float: epsilon },
      axis: { int: -1 },
    });
  }

  /** The value in another element type. */
  cast(x: string, to: DataType): string {
    return this.op("Cast", [x], { to: { int: to } });
  }

  /** `[rank]` sizes of a value's axes, or of those from `start` to before `end`. */
  shape(
    x: string,
    { start, end }: { readonly start?: number; readonly end?: number } = {},
  ): string {
    return this.op("Shape", [x], {
      ...(start === undefined ? {} : { start: { int: start } }),
      ...(end === undefined ? {} : { end: { int: end } }),
    });
  }

  /** `[1]` size of an axis. */
  size(x: string, axis: number): string {
    return this.shape(x, { ...(axis > 0 ? { start: axis } : {}), end: axis + 1 });
  }

  /** The value in another shape: sizes, -1 for what is left, and names of sizes `[1]` that a run knows. */
  reshape(x: string, shape: readonly Dimension[]): string {
    const sizes = shape.filter((size) => typeof size === "number");
    if (sizes.length === shape.length) return this.op("Reshape", [x, this.int64(sizes)]);
    const parts = shape.map((size) => typeof size === "number" ? this.int64([size]) : size);
    return this.op("Reshape", [x, this.concat(parts)]);
  }

  /** The value with its axes in another order. */
  transpose(x: string, perm: readonly number[]): string {
    return this.op("Transpose", [x], { perm: { ints: perm } });
  }

  /** The value with axes of size 1 more, at these places. */
  unsqueeze(x: string, ...axes: readonly number[]): string {
    return this.op("Unsqueeze", [x, this.int64(axes)]);
  }

  /** The value without its first axis, whose size is 1. */
  squeeze(x: string): string {
    return this.op("Squeeze", [x, this.int64([0])]);
  }

  /** The values one after another along an axis. */
  concat(parts: readonly string[], axis = 0): string {
    return this.op("Concat", parts, { axis: { int: axis } });
  }

  /** The rows `[n]` of a value. */
  gather(x: string, rows: string): string {
    return this.op("Gather", [x, rows]);
  }

  /** One entry of each row of `[n, m]` by its place `[n]` (or several, `[n, k]`): `[n, 1]`. */
  gatherElements(x: string, places: string): string {
    return this.op("GatherElements", [x, places], { axis: { int: 1 } });
  }

  /** The part of an axis from `start` to before `end`, each `[1]`. */
  slice(x: string, start: string, end: string, axis = 0): string {
    return this.op("Slice", [x, start, end, this.int64([axis])]);
  }

  /** The first rows of a value, as many as `length` `[1]` says. */
  head(x: string, length: string): string {
    return this.slice(x, this.int64([0]), length);
  }

  /** `[count]` 0, 1, 2, ... of a count `[1]`. */
  range(count: string): string {
    const end = this.squeeze(count);
    return this.op("Range", [this.int64(0), end, this.int64(1)]);
  }

  /** Sum, largest or smallest along an axis, which goes away. */
  reduce(kind: "Sum" | "Max" | "Min" | "SumSquare", x: string, axis: number): string {
    return this.op(`Reduce${kind}`, [x, this.int64([axis])], { keepdims: { int: 0 } });
  }

  /** `[n]` place of the largest of each row of `[n, m]`, the first among equals. */
  argMax(x: string): string {
    return this.op("ArgMax", [x], { axis: { int: 1 }, keepdims: { int: 0 } });
  }

  /** A value of a shape that a run knows, all entries the same: the one of a tensor, or float32's 0. */
  filled(shape: string, value?: TensorProto): string {
    return this.op("ConstantOfShape", [shape], value ? { value: { tensor: value } } : {});
  }

  /** Closes the scope as a branch of {@linkcode GraphScope.choose} that gives one of its values. */
  branch(value: string, { type, shape }: ValueType): Attribute {
    return { graph: this.toSubgraph([], [valueInfo(value, type, shape)]) };
  }

  /** The value of one of two branches, by a truth value. */
  choose(condition: string, then_branch: Attribute, else_branch: Attribute, name = ""): string {
    const attributes = { then_branch, else_branch };
    return this.outputs("If", [condition], [name], { attributes })[0]!;
  }

  /** Closes the scope as a subgraph, such as the body of a loop. */
  toSubgraph(inputs: readonly ValueInfoProto[], outputs: readonly ValueInfoProto[]): GraphProto {
    return create(GraphProtoSchema, {
      name: this.freshName("graph"),
      node: this.#nodes,
      input: [...inputs],
      output: [...outputs],
    });
  }
}
