// Knows the TensorFlow ops with weights: convolutions, transposed ones, products, batch norm, and what is fused into them.
import type { FusedActivation, GraphNode, Pair } from '../graph/graph.ts';
import {
  checkLayout,
  misfit,
  NotUnderstood,
  node,
  type OpRead,
  type OpRule,
  own,
  paddingOf,
} from './opRead.ts';
import { plainOps } from './plainOps.ts';
import { selecting } from './scatterSpelling.ts';
import { isKnown, type StaticSize } from './staticInts.ts';

/** The ops with weights, by name. */
export const weightedOps: Readonly<Record<string, OpRule>> = {
  Conv2D: (read) => convolution(read, 'conv2d'),
  _FusedConv2D: (read) => convolution(read, 'conv2d'),
  DepthwiseConv2d: (read) => convolution(read, 'depthwiseConv2d'),
  DepthwiseConv2dNative: (read) => convolution(read, 'depthwiseConv2d'),
  FusedDepthwiseConv2dNative: (read) => convolution(read, 'depthwiseConv2d'),
  Conv2DBackpropInput: transposed,
  MatMul: (read) => product(read),
  _FusedMatMul: (read) => product(read),
  FusedBatchNormV3: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNorm: batchNorm,
};

function transposed(read: OpRead): GraphNode {
  checkLayout(read);
  const pad = read.attrs.string('padding', 'VALID');
  const [, height, width] = read.known.ints.get(read.inputs[0] ?? '') ?? [];
  const dilated = read.attrs.ints('dilations', [1]).some((dilation) => dilation !== 1);
  if ((pad !== 'SAME' && pad !== 'VALID') || dilated) throw new NotUnderstood();
  const kernel = read.known.constants.get(read.inputs[1] ?? '');
  if (kernel === undefined) throw new NotUnderstood();
  const [, sh = 1, sw = 1] = read.attrs.ints('strides', [1, 1, 1, 1]);
  const along = (size: StaticSize | undefined, axis: 1 | 2, stride: number): number | null => {
    if (isKnown(size)) return size;
    const beyond = pad === 'SAME' ? 0 : Math.max((kernel.shape[axis - 1] as number) - stride, 0);
    const least = typeof size === 'object' && size.of === read.inputs[2] && size.axis === axis;
    if (!least || size.factor !== stride || size.plus !== beyond) throw new NotUnderstood();
    return null;
  };
  return node(read, 'convTranspose2d', [read.inputs[2] ?? '', read.inputs[1] ?? ''], {
    strides: [sh, sw],
    pad: pad === 'SAME' ? 'same' : 'valid',
    size: [along(height, 1, sh), along(width, 2, sw)],
  });
}

function convolution(read: OpRead, op: 'conv2d' | 'depthwiseConv2d'): GraphNode[] {
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
  const inputs = read.inputs.slice(0, 2 + Math.min(attrs.int('num_args', 0), 1));
  if (op === 'conv2d') {
    const kernel = read.known.constants.get(read.inputs[1] ?? '');
    const bias = inputs.length > 2 ? read.known.constants.get(inputs[2] as string) : undefined;
    // Of a value of unknown shape nobody could say later whether it is an image.
    const image = read.known.shapes.has(inputs[0] as string) ? (inputs[0] as string) : undefined;
    const moved = kernel && image && selecting(read.def.name, image, settings, kernel, bias);
    if (moved) return moved;
  }
  return withSlope(read, node(read, op, inputs, settings));
}

/** A fused PReLU stands behind its layer, as a node of its own. */
function withSlope(read: OpRead, layer: GraphNode): GraphNode[] {
  const fused = read.attrs.strings('fused_ops');
  if (!fused.includes('Prelu')) return [layer];
  // Without a bias the slopes stand elsewhere, and tfjs leaves them out.
  if (fused[0] !== 'BiasAdd' || fused[1] !== 'Prelu') throw new NotUnderstood();
  const name = `${read.def.name}/linear`;
  return [
    { ...layer, name } as GraphNode,
    node(read, 'binary', [name, read.inputs[3] ?? ''], { fn: 'prelu' }),
  ];
}

function product(read: OpRead): GraphNode[] {
  const { attrs } = read;
  if (attrs.bool('transpose_a', false) || attrs.bool('transpose_b', false)) throw new NotUnderstood();
  if (read.known.constants.get(read.inputs[1] ?? '')?.shape.length !== 2) throw new NotUnderstood();
  const inputs = read.inputs.slice(0, 2 + Math.min(attrs.int('num_args', 0), 1));
  return withSlope(read, node(read, 'matMul', inputs, fusion(read)));
}

function batchNorm(read: OpRead): GraphNode {
  checkLayout(read);
  if (read.attrs.bool('is_training', false))
    throw misfit(read, 'batch norm in inference form', 'is_training');
  return node(read, 'batchNorm', read.inputs.slice(0, 5), { epsilon: read.attrs.float('epsilon', 1e-3) });
}

function fusion(read: OpRead): { activation: FusedActivation; alpha: number } {
  let activation: FusedActivation = 'none';
  for (const [at, name] of read.attrs.strings('fused_ops').entries()) {
    // Whatever tfjs does with others, it takes the second one for the activation.
    if (at === 0 && name !== 'BiasAdd') throw misfit(read, 'fused ops that begin with BiasAdd', name);
    if (at === 0 || name === 'Prelu') continue;
    const found = own(plainOps.fused, name);
    if (found === undefined || activation !== 'none')
      throw misfit(read, 'fused ops BiasAdd and one activation', name);
    activation = found;
  }
  return { activation, alpha: activation === 'leakyRelu' ? read.attrs.float('leakyrelu_alpha', 0.2) : 0 };
}
