/**
 * Writes the few parts of an ONNX file that a BERT graph needs.
 * Format: onnx.proto3 of ONNX (field numbers beside each message), encoded as Protocol Buffers.
 */

type Bytes = Uint8Array;

function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

const text = (value: string): Bytes => new TextEncoder().encode(value);
/** Wire type 0. */
const number = (field: number, value: number): Bytes[] => [varint(field * 8), varint(value)];
/** Wire type 2. */
const bytes = (field: number, parts: readonly Bytes[]): Bytes[] => {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [varint(field * 8 + 2), varint(length), ...parts];
};
const string = (field: number, value: string): Bytes[] => bytes(field, [text(value)]);

const FLOAT = 1;
const INT64 = 7;

/** TensorProto: dims 1, data_type 2, name 8, raw_data 9 (little endian). */
export function tensor(name: string, dims: readonly number[], data: Float32Array | BigInt64Array): Bytes[] {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [
    ...dims.flatMap((dim) => number(1, dim)),
    ...number(2, data instanceof Float32Array ? FLOAT : INT64),
    ...string(8, name),
    ...bytes(9, [raw]),
  ];
}

export type Attribute = number | readonly number[] | { readonly float: number };

/** AttributeProto: name 1, f 2 (type 1), i 3 (type 2), ints 8 (type 7), type 20. Integers below zero take ten bytes. */
function attribute(name: string, value: Attribute): Bytes[] {
  if (typeof value === 'number') return [...string(1, name), ...integer(3, value), ...number(20, 2)];
  if ('float' in value) {
    const float = new Uint8Array(Float32Array.of(value.float).buffer);
    return [...string(1, name), varint(2 * 8 + 5), float, ...number(20, 1)];
  }
  return [...string(1, name), ...value.flatMap((item) => integer(8, item)), ...number(20, 7)];
}

function integer(field: number, value: number): Bytes[] {
  if (value >= 0) return number(field, value);
  let rest = BigInt.asUintN(64, BigInt(value));
  const encoded: number[] = [];
  while (rest > 127n) {
    encoded.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  encoded.push(Number(rest));
  return [varint(field * 8), Uint8Array.from(encoded)];
}

/** NodeProto: input 1, output 2, name 3, op_type 4, attribute 5. */
export function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): Bytes[] {
  return [
    ...inputs.flatMap((input) => string(1, input)),
    ...string(2, output),
    ...string(3, output),
    ...string(4, operator),
    ...Object.entries(attributes).flatMap(([name, value]) => bytes(5, attribute(name, value))),
  ];
}

/** ValueInfoProto: name 1, type 2; its tensor_type 1: elem_type 1, shape 2, dim 1 with dim_value 1 or dim_param 2. */
export function value(name: string, type: 'float' | 'int64', shape: readonly (number | string)[]): Bytes[] {
  const dims = shape.flatMap((dim) => bytes(1, typeof dim === 'string' ? string(2, dim) : number(1, dim)));
  const tensorType = [...number(1, type === 'float' ? FLOAT : INT64), ...bytes(2, dims)];
  return [...string(1, name), ...bytes(2, bytes(1, tensorType))];
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Bytes[][];
  readonly weights: readonly Bytes[][];
  readonly inputs: readonly Bytes[][];
  readonly outputs: readonly Bytes[][];
}

/** ModelProto: ir_version 1, producer_name 2, graph 7, opset_import 8. GraphProto: node 1, name 2, initializer 5, input 11, output 12. */
export function model(graph: Graph, opset: number): Bytes[] {
  const body = [
    ...graph.nodes.flatMap((item) => bytes(1, item)),
    ...string(2, graph.name),
    ...graph.weights.flatMap((item) => bytes(5, item)),
    ...graph.inputs.flatMap((item) => bytes(11, item)),
    ...graph.outputs.flatMap((item) => bytes(12, item)),
  ];
  return [
    ...number(1, 8),
    ...string(2, 'intelligent-office'),
    ...bytes(7, body),
    ...bytes(8, number(2, opset)),
  ];
}
