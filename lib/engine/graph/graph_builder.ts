import { create, toBinary } from "@bufbuild/protobuf";
import {
  ModelProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
  type ValueInfoProto,
} from "onnx-buf";
import type { StoredTensor } from "../checkpoint/mod.ts";
import { CONTRIB, GraphScope } from "./graph_scope.ts";
import { bytesOf, type ConstantType, DataType, type Dimension, tensor, valueInfo } from "./onnx.ts";

const OPSET = 21;
const IR_VERSION = 10;

/** The tensor type of a weight as a checkpoint stores it. */
export const STORED_TYPES: Readonly<Record<StoredTensor["dtype"], DataType>> = {
  F32: DataType.FLOAT,
  F16: DataType.FLOAT16,
  BF16: DataType.BFLOAT16,
  U8: DataType.UINT8,
};

/** A model while it is written: its main graph, its inputs and its constants. */
export class ModelBuilder {
  /** The main graph. */
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

  /** A constant: a scalar for a number, a vector for a list. Equal ones are shared. */
  constant(type: ConstantType, values: number | readonly number[]): string {
    const [list, dims] = typeof values === "number" ? [[values], []] : [values, [values.length]];
    const key = `${type} [${dims}] ${list.join()}`;
    return this.#known.getOrInsertComputed(key, () => {
      const name = this.freshName("constant");
      this.#initializers.push(tensor(type, dims, bytesOf(type, list), name));
      return name;
    });
  }

  /** A weight as external data: the tensor's bytes stay where they lie in the checkpoint. */
  weight(name: string, entry: StoredTensor, location: string): string {
    return this.#known.getOrInsertComputed(name, () => {
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
    });
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
}
