// Knows each TensorFlow op that graphs here can hold: the node it becomes.
import { AsfpError } from '../errors.ts';
import type {
  BinaryFn,
  FusedActivation,
  GraphNode,
  OpAttrs,
  OpKind,
  Padding,
  Pair,
  UnaryFn,
} from '../graph/graph.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import { asScatter } from './scatterSpelling.ts';
import { AttrReader, type NodeDef } from './tfNodeDefs.ts';

type Constants = ReadonlyMap<string, HostTensor>;

interface Read {
  readonly def: NodeDef;
  readonly inputs: readonly string[];
  readonly attrs: AttrReader;
  readonly constants: Constants;
}

const unaryOps: Readonly<Record<string, UnaryFn>> = {
  Identity: 'identity',
  Relu: 'relu',
  Relu6: 'relu6',
  Elu: 'elu',
  LeakyRelu: 'leakyRelu',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
};
const binaryOps: Readonly<Record<string, BinaryFn>> = {
  Add: 'add',
  AddV2: 'add',
  BiasAdd: 'add',
  Sub: 'sub',
  Mul: 'mul',
  Maximum: 'maximum',
  Minimum: 'minimum',
};
const fusedNames: Readonly<Record<string, FusedActivation>> = {
  Relu: 'relu',
  Relu6: 'relu6',
  Elu: 'elu',
  LeakyRelu: 'leakyRelu',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
};

/** The nodes of one TensorFlow node; throws, naming it, where it knows no such op. */
export function opNodes(def: NodeDef, inputs: readonly string[], constants: Constants): GraphNode[] {
  const read: Read = { def, inputs, attrs: new AttrReader(def), constants };
  const unary = unaryOps[def.op];
  if (unary !== undefined) {
    const alpha = unary === 'leakyRelu' ? read.attrs.float('alpha', 0.2) : 0;
    return [node(read, 'unary', inputs.slice(0, 1), { fn: unary, alpha })];
  }
  const binary = binaryOps[def.op];
  if (binary !== undefined) return [node(read, 'binary', inputs, { fn: binary })];
  const rule = rules[def.op];
  if (rule === undefined) throw misfit(read, 'an op that can be read', def.op);
  return [rule(read)];
}

const rules: Readonly<Record<string, (read: Read) => GraphNode>> = {
  Const: (read) => node(read, 'const', [], { tensor: constantOf(read, read.def.name) }),
  Conv2D: (read) => convolution(read, 'conv2d'),
  _FusedConv2D: (read) => convolution(read, 'conv2d'),
  DepthwiseConv2dNative: (read) => convolution(read, 'depthwiseConv2d'),
  FusedDepthwiseConv2dNative: (read) => convolution(read, 'depthwiseConv2d'),
  MatMul: (read) => product(read),
  _FusedMatMul: (read) => product(read),
  FusedBatchNormV3: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNorm: batchNorm,
  Softmax: (read) => node(read, 'softmax', read.inputs, {}),
  MaxPool: (read) => pool(read, 'maxPool'),
  AvgPool: (read) => pool(read, 'avgPool'),
  Mean: (read) =>
    node(read, 'mean', read.inputs.slice(0, 1), {
      axes: numbers(read, 1),
      keepDims: read.attrs.bool('keep_dims', false),
    }),
  Pad: (read) => padding(read, 0),
  PadV2: (read) => padding(read, numbers(read, 2)[0] ?? 0),
  Transpose: (read) => node(read, 'transpose', read.inputs.slice(0, 1), { perm: numbers(read, 1) }),
  Reshape: (read) => node(read, 'reshape', read.inputs.slice(0, 1), { shape: numbers(read, 1) }),
  ConcatV2: (read) => {
    const last = read.inputs.length - 1;
    return node(read, 'concat', read.inputs.slice(0, last), { axis: numbers(read, last)[0] ?? -1 });
  },
  GatherV2: (read) => {
    if (read.attrs.int('batch_dims', 0) !== 0) throw misfit(read, 'batch_dims 0');
    return node(read, 'gather', read.inputs.slice(0, 2), { axis: numbers(read, 2)[0] ?? 0 });
  },
};

function convolution(read: Read, op: 'conv2d' | 'depthwiseConv2d'): GraphNode {
  const { attrs } = read;
  checkLayout(read);
  const [, sh = 1, sw = 1] = attrs.ints('strides', [1, 1, 1, 1]);
  const [, dh = 1, dw = 1] = attrs.ints('dilations', [1, 1, 1, 1]);
  const settings = {
    strides: [sh, sw] as Pair,
    dilations: [dh, dw] as Pair,
    pad: paddingOf(read),
    ...fusion(read),
  };
  const inputs = read.inputs.slice(0, 2 + attrs.int('num_args', 0));
  if (op === 'conv2d') {
    const kernel = read.constants.get(read.inputs[1] ?? '');
    const bias = inputs.length > 2 ? read.constants.get(inputs[2] as string) : undefined;
    const scatter = kernel === undefined ? undefined : asScatter(settings, kernel, bias);
    if (scatter !== undefined) return node(read, 'scatter', inputs.slice(0, 1), scatter);
  }
  return node(read, op, inputs, settings);
}

function product(read: Read): GraphNode {
  const { attrs } = read;
  if (attrs.bool('transpose_a', false) || attrs.bool('transpose_b', false))
    throw misfit(read, 'no transposed operand');
  if (!read.constants.has(read.inputs[1] ?? ''))
    throw misfit(read, 'a constant second operand', read.inputs[1]);
  return node(read, 'matMul', read.inputs.slice(0, 2 + attrs.int('num_args', 0)), fusion(read));
}

function batchNorm(read: Read): GraphNode {
  checkLayout(read);
  if (read.attrs.bool('is_training', false))
    throw misfit(read, 'batch norm in inference form', 'is_training');
  return node(read, 'batchNorm', read.inputs.slice(0, 5), { epsilon: read.attrs.float('epsilon', 1e-4) });
}

function pool(read: Read, op: 'maxPool' | 'avgPool'): GraphNode {
  checkLayout(read);
  const [, kh = 1, kw = 1] = read.attrs.ints('ksize', [1, 1, 1, 1]);
  const [, sh = 1, sw = 1] = read.attrs.ints('strides', [1, 1, 1, 1]);
  return node(read, op, read.inputs.slice(0, 1), { size: [kh, kw], strides: [sh, sw], pad: paddingOf(read) });
}

function padding(read: Read, value: number): GraphNode {
  const flat = numbers(read, 1);
  const paddings = Array.from(
    { length: flat.length / 2 },
    (_, i) => [flat[2 * i] as number, flat[2 * i + 1] as number] as const,
  );
  return node(read, 'pad', read.inputs.slice(0, 1), { paddings, value });
}

function fusion(read: Read): { activation: FusedActivation; alpha: number } {
  let activation: FusedActivation = 'none';
  for (const [at, name] of read.attrs.strings('fused_ops').entries()) {
    if (name === 'BiasAdd' && at === 0) continue;
    const found = fusedNames[name];
    if (found === undefined || activation !== 'none')
      throw misfit(read, 'fused ops BiasAdd and one activation', name);
    activation = found;
  }
  return { activation, alpha: activation === 'leakyRelu' ? read.attrs.float('leakyrelu_alpha', 0.2) : 0 };
}

function paddingOf(read: Read): Padding {
  const name = read.attrs.string('padding', 'VALID');
  if (name === 'SAME') return 'same';
  if (name === 'VALID') return 'valid';
  const [, , top = 0, bottom = 0, left = 0, right = 0] = read.attrs.ints('explicit_paddings', []);
  return [
    [top, bottom],
    [left, right],
  ];
}

function checkLayout(read: Read): void {
  const layout = read.attrs.string('data_format', 'NHWC');
  if (layout !== 'NHWC')
    throw misfit(
      read,
      'channels on the last axis (NHWC)',
      layout,
      'Convert the model to channels_last first',
    );
}

function numbers(read: Read, input: number): number[] {
  return [...constantOf(read, read.inputs[input] ?? '').values];
}

function constantOf(read: Read, name: string): HostTensor {
  const tensor = read.constants.get(name);
  if (tensor === undefined) throw misfit(read, 'a constant input', name === '' ? 'none' : name);
  return tensor;
}

function node<K extends OpKind>(read: Read, op: K, inputs: readonly string[], attrs: OpAttrs[K]): GraphNode {
  return { name: read.def.name, op, inputs, attrs } as unknown as GraphNode;
}

function misfit(read: Read, expected: string, found?: string, cure?: string): AsfpError {
  return new AsfpError({
    code: 'op-unsupported',
    where: `node ${read.def.name} (${read.def.op})`,
    expected,
    ...(found === undefined ? {} : { found }),
    ...(cure === undefined ? {} : { cure }),
  });
}
