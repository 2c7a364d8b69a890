// Knows the messages of an ONNX file: model, graph, node, attribute, tensor, and the numbers of their fields.
import type { HostTensor, Shape } from '@asfp/core';
import { bytesField, floatField, intField, joinBytes, type ProtoBytes } from './protoMessage.ts';

/** A value of a node's attribute; whole numbers in lists are int64, `{ float }` is a float. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

/** One ONNX node. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A constant: an initializer of the graph. Values that are a plain list are int64. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: HostTensor['values'] | readonly number[];
}

/** An input or output; null sizes are written as names. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: HostTensor['dtype'];
}

/** All that makes a model. */
export interface OnnxModel {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** The version of the operators, and of the file format that came with it. */
const opset = 17;
const irVersion = 8;

const elementTypes = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;

/** The bytes of a ModelProto. */
export function onnxProto(model: OnnxModel): Uint8Array {
  const graph = [
    ...model.nodes.map((node) => bytesField(1, nodeProto(node))),
    bytesField(2, model.name),
    ...model.constants.map((tensor) => bytesField(5, tensorProto(tensor))),
    ...model.inputs.map((value) => bytesField(11, valueProto(value))),
    ...model.outputs.map((value) => bytesField(12, valueProto(value))),
  ];
  return joinBytes([
    intField(1, irVersion),
    bytesField(2, 'asfp'),
    bytesField(7, graph),
    bytesField(8, [bytesField(1, ''), intField(2, opset)]),
  ]);
}

function nodeProto({ op, inputs, output, attributes }: OnnxNode): ProtoBytes[] {
  return [
    ...inputs.map((name) => bytesField(1, name)),
    bytesField(2, output),
    bytesField(3, output),
    bytesField(4, op),
    ...Object.entries(attributes).map(([name, value]) => bytesField(5, attributeProto(name, value))),
  ];
}

function attributeProto(name: string, value: OnnxAttribute): ProtoBytes[] {
  const typed = (type: number, ...fields: ProtoBytes[]): ProtoBytes[] => [
    bytesField(1, name),
    ...fields,
    intField(20, type),
  ];
  if (typeof value === 'number') return typed(2, intField(3, value));
  if (typeof value === 'string') return typed(3, bytesField(4, value));
  if ('float' in value) return typed(1, floatField(2, value.float));
  return typed(7, ...value.map((each) => intField(8, each)));
}

function tensorProto({ name, shape, values }: OnnxTensor): ProtoBytes[] {
  const type = Array.isArray(values)
    ? 'int64'
    : values instanceof Float32Array
      ? 'float32'
      : values instanceof Int32Array
        ? 'int32'
        : 'bool';
  const data = Array.isArray(values)
    ? new BigInt64Array(values.map((value) => BigInt(value)))
    : (values as HostTensor['values']);
  return [
    ...shape.map((dim) => intField(1, dim)),
    intField(2, elementTypes[type]),
    bytesField(8, name),
    bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

function valueProto({ name, shape, dtype }: OnnxValue): ProtoBytes[] {
  const dims = shape.map((dim, axis) =>
    bytesField(1, dim === null ? bytesField(2, axis === 0 ? 'batch' : `${name}_${axis}`) : intField(1, dim)),
  );
  const tensor = [intField(1, elementTypes[dtype]), bytesField(2, dims)];
  return [bytesField(1, name), bytesField(2, bytesField(1, tensor))];
}
