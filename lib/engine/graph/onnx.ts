import { create } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  type TensorProto,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";

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

/** Element type and shape of a value. */
export interface ValueType {
  /** Its element type. */
  readonly type: DataType;
  /** Its dimensions; `[]` for a scalar. */
  readonly shape: readonly Dimension[];
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

/** Element types of constants. */
export type ConstantType = DataType.BOOL | DataType.FLOAT | DataType.INT32 | DataType.INT64;

/** Numbers as the little-endian bytes of a type. */
export function bytesOf(type: ConstantType, numbers: readonly number[]): Uint8Array {
  switch (type) {
    case DataType.BOOL:
      return Uint8Array.from(numbers);
    case DataType.FLOAT:
      return new Uint8Array(Float32Array.from(numbers).buffer);
    case DataType.INT32:
      return new Uint8Array(Int32Array.from(numbers).buffer);
    case DataType.INT64:
      return new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer);
  }
}

/** One number as a tensor `[1]`. */
export function oneNumber(type: ConstantType, value: number): TensorProto {
  return tensor(type, [1], bytesOf(type, [value]));
}

/** An attribute as it stands in a node. */
export function toAttribute(name: string, value: Attribute): AttributeProto {
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
