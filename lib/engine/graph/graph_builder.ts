import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import type { SafetensorsDtype, TensorEntry } from "../checkpoint/mod.ts";

export { DataType };

/** An attribute of a node: its kind in ONNX's terms, and its value. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly tensor: TensorProto }
  | { readonly graph: GraphProto };

/** A dimension: fixed, or the name of a symbol. */
export type Dimension = number | string;

/** A node to add: everything that {@linkcode GraphScope.op} does not take as an argument. */
export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Operator set; ONNX's own when left out, "com.microsoft" for ONNX Runtime's. */
  readonly domain?: string;
}

const CONTRIB = "com.microsoft";
const OPSET = 21;
const IR_VERSION = 10;
const STORED_TYPES: Readonly<Record<SafetensorsDtype, DataType>> = {
  F32: DataType.FLOAT,
  F16: DataType.FLOAT16,
  BF16: DataType.BFLOAT16,
};

/**
 * One graph while it is written: nodes in the order of execution, and fresh
 * names for their outputs. The names are unique over the whole model, because
 * a loop's body sees the names of the graph round it.
 */
export class GraphScope {
  readonly #model: ModelBuilder;
  readonly #nodes: NodeProto[] = [];
  readonly #once = new Map<string, string>();

  constructor(model: ModelBuilder) {
    this.#model = model;
  }

  /** Adds a node with one output and returns that output's name. An input of "" is left out. */
  op(opType: string, inputs: readonly string[], options: NodeOptions = {}): string {
    return this.outputs(opType, inputs, [""], options)[0]!;
  }

  /** Adds a node of ONNX Runtime's own operators; see {@linkcode GraphScope.op}. */
  contrib(
    opType: string,
    inputs: readonly string[],
    attributes: NodeOptions["attributes"] = {},
  ): string {
    return this.op(opType, inputs, { attributes, domain: CONTRIB });
  }

  /** Adds a node with several outputs: a name each, or "" for a fresh name. */
  outputs(
    opType: string,
    inputs: readonly string[],
    names: readonly string[],
    { attributes = {}, domain = "" }: NodeOptions = {},
  ): string[] {
    const output = names.map((name) => name || this.#model.freshName(opType));
    const attribute = Object.entries(attributes).map(([name, value]) => toAttribute(name, value));
    this.#nodes.push(
      create(NodeProtoSchema, { opType, domain, input: [...inputs], output, attribute }),
    );
    return output;
  }

  /** A value that several parts of the scope share: what `make` adds the first time that `key` is asked for. */
  once(key: string, make: () => string): string {
    const existing = this.#once.get(key);
    if (existing) return existing;
    const made = make();
    this.#once.set(key, made);
    return made;
  }

  /** Closes the scope as a subgraph, such as the body of a loop or a branch. */
  toSubgraph(inputs: readonly ValueInfoProto[], outputs: readonly ValueInfoProto[]): GraphProto {
    return create(GraphProtoSchema, {
      name: this.#model.freshName("graph"),
      node: this.#nodes,
      input: [...inputs],
      output: [...outputs],
    });
  }
}

/** A model while it is written: its main graph, its inputs and its constants. */
export class ModelBuilder {
  readonly main: GraphScope = new GraphScope(this);
  readonly #initializers: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #known = new Map<string, string>();
  #names = 0;

  /** A name that no other value of the model has. */
  freshName(hint: string): string {
    return `${hint}_${this.#names++}`;
  }

  /** Declares a graph input and returns its name. */
  input(name: string, type: DataType, shape: readonly Dimension[]): string {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  /** A vector of 32-bit integers. Equal ones are shared. */
  int32(values: readonly number[]): string {
    const bytes = new Uint8Array(Int32Array.from(values).buffer);
    return this.#constant(`int32 ${values.join()}`, DataType.INT32, [values.length], bytes);
  }

  /** A constant of 64-bit integers: a scalar for a number, a vector for a list. Equal ones are shared. */
  int64(values: number | readonly number[]): string {
    const list = typeof values === "number" ? [values] : values;
    const dims = typeof values === "number" ? [] : [list.length];
    const bytes = new Uint8Array(BigInt64Array.from(list, BigInt).buffer);
    return this.#constant(`int64 ${JSON.stringify(values)}`, DataType.INT64, dims, bytes);
  }

  /** A float32 constant: a scalar for a number, a vector for an array. */
  float32(values: number | Float32Array): string {
    const list = typeof values === "number" ? Float32Array.of(values) : values;
    const dims = typeof values === "number" ? [] : [list.length];
    const bytes = new Uint8Array(Float32Array.from(list).buffer);
    return this.#constant(`float32 ${list.join()} ${dims}`, DataType.FLOAT, dims, bytes);
  }

  /** The boolean constant `true`. */
  true(): string {
    return this.#constant("true", DataType.BOOL, [], Uint8Array.of(1));
  }

  /** A weight as external data: the tensor's bytes stay where they lie in the checkpoint. */
  weight(name: string, entry: TensorEntry, location: string): string {
    const existing = this.#known.get(name);
    if (existing) return existing;
    this.#known.set(name, name);
    this.#initializers.push(create(TensorProtoSchema, {
      name,
      dataType: STORED_TYPES[entry.dtype],
      dims: entry.shape.map(BigInt),
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: [
        { key: "location", value: location },
        { key: "offset", value: String(entry.offset) },
        { key: "length", value: String(entry.length) },
      ],
    }));
    return name;
  }

  /** Serializes the model with the named values of the main graph as its outputs. */
  toBytes(outputs: readonly ValueInfoProto[]): Uint8Array {
    const graph = this.main.toSubgraph(this.#inputs, outputs);
    graph.initializer = this.#initializers;
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: BigInt(IR_VERSION),
        opsetImport: [{ domain: "", version: BigInt(OPSET) }, { domain: CONTRIB, version: 1n }],
        graph,
      }),
    );
  }

  #constant(key: string, dataType: DataType, dims: readonly number[], rawData: Uint8Array): string {
    const existing = this.#known.get(key);
    if (existing) return existing;
    const name = this.freshName("constant");
    this.#known.set(key, name);
    this.#initializers.push(tensor(dataType, dims, rawData, name));
    return name;
  }
}

/** The declaration of a value: its name, element type and shape. */
export function valueInfo(
  name: string,
  type: DataType,
  shape: readonly Dimension[],
): ValueInfoProto {
  const dim = shape.map((d) =>
    typeof d === "number"
      ? { value: { case: "dimValue" as const, value: BigInt(d) } }
      : { value: { case: "dimParam" as const, value: d } }
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: "tensorType", value: { elemType: type, shape: { dim } } } },
  });
}

/** A tensor of raw little-endian bytes. */
export function tensor(
  dataType: DataType,
  dims: readonly number[],
  rawData: Uint8Array,
  name = "",
): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType,
    dims: dims.map(BigInt),
    rawData: Uint8Array.from(rawData),
  });
}

function toAttribute(name: string, value: Attribute): AttributeProto {
  if ("int" in value) {
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value.int) });
  }
  if ("float" in value) {
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  }
  if ("ints" in value) {
    const ints = value.ints.map(BigInt);
    return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints });
  }
  if ("tensor" in value) {
    return create(AttributeProtoSchema, { name, type: AttributeType.TENSOR, t: value.tensor });
  }
  return create(AttributeProtoSchema, { name, type: AttributeType.GRAPH, g: value.graph });
}
