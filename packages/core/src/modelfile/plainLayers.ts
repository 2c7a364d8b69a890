// Knows the Keras layers without a kernel of one input: inputs, activations, factors, and changes of shape.
import type { Dim } from '../graph/graph.ts';
import { type Shape, showShape } from '../graph/ops.ts';
import { activationName, activationNodes } from './layerActivation.ts';
import {
  checkLeftOut,
  type LayerCall,
  type LayerRule,
  layerNode,
  misfit,
  scalarNode,
  weightNode,
} from './layerCall.ts';

/** Each repetition is an input of a node. */
const mostRepeats = 1024;

/** The layers that are neither weighted nor windows nor merges, by class. */
export const plainLayers: Readonly<Record<string, LayerRule>> = {
  InputLayer: (call) => {
    const shape = call.config['batch_input_shape'] ?? call.config['batch_shape'];
    if (!Array.isArray(shape)) throw misfit(call, 'a batch_input_shape');
    return [{ name: call.name, op: 'input', inputs: [], attrs: { shape: shape as Dim[], dtype: 'float32' } }];
  },
  Activation: (call) =>
    activationNodes(call, activationName(call.config['activation']), call.inputs, call.name),
  ReLU: (call) => {
    checkLeftOut(call, 'negative_slope', 0);
    checkLeftOut(call, 'threshold', 0);
    const most = call.config['max_value'] ?? null;
    if (most === null) return activationNodes(call, 'relu', call.inputs, call.name);
    if (most === 6) return activationNodes(call, 'relu6', call.inputs, call.name);
    const limit = scalarNode(`${call.name}/max_value`, Number(most));
    const relu = `${call.name}/relu`;
    return [
      ...activationNodes(call, 'relu', call.inputs, relu),
      limit,
      layerNode(call.name, 'binary', [relu, limit.name], { fn: 'minimum' }),
    ];
  },
  LeakyReLU: (call) => {
    const alpha = Number(call.config['alpha'] ?? 0.3);
    if ((call.config['alpha'] ?? null) === null) checkLeftOut(call, 'negative_slope', alpha);
    return [layerNode(call.name, 'unary', call.inputs, { fn: 'leakyRelu', alpha })];
  },
  ELU: (call) => {
    const alpha = Number(call.config['alpha'] ?? 1);
    if (alpha !== 1) throw misfit(call, 'alpha 1', String(alpha));
    return activationNodes(call, 'elu', call.inputs, call.name);
  },
  PReLU: (call, weights) => {
    const alpha = weightNode(call, weights, 'alpha');
    return [alpha, layerNode(call.name, 'binary', [...call.inputs, alpha.name], { fn: 'prelu' })];
  },
  Softmax: (call, _, [inputShape = []]) => {
    // tfjs-layers' default is the first axis behind the batch, and it can only do the last.
    const axis = [call.config['axis'] ?? 1].flat();
    const isLast = axis.length === 1 && (axis[0] === -1 || axis[0] === inputShape.length - 1);
    if (!isLast) throw misfit(call, 'softmax over the last axis', `axis ${axis.join(', ')}`);
    return activationNodes(call, 'softmax', call.inputs, call.name);
  },
  Rescaling: (call) => {
    const [scale, offset] = [call.config['scale'], call.config['offset'] ?? 0];
    if (typeof scale !== 'number' || typeof offset !== 'number')
      throw misfit(call, 'a scale and an offset that are numbers', JSON.stringify([scale, offset]));
    const factor = scalarNode(`${call.name}/scale`, scale);
    const term = scalarNode(`${call.name}/offset`, offset);
    const product = `${call.name}/scaled`;
    return [
      factor,
      term,
      layerNode(product, 'binary', [...call.inputs, factor.name], { fn: 'mul' }),
      layerNode(call.name, 'binary', [product, term.name], { fn: 'add' }),
    ];
  },
  Permute: (call) => [
    layerNode(call.name, 'transpose', call.inputs, { perm: [0, ...(call.config['dims'] as number[])] }),
  ],
  Flatten: (call, _, [inputShape = []]) => [
    layerNode(call.name, 'reshape', call.inputs, { shape: [-1, featuresOf(call, inputShape)] }),
  ],
  Reshape: (call, _, [inputShape = []]) => {
    const target = (call.config['target_shape'] as (number | null)[]).map((dim) => dim ?? -1);
    const open = target.filter((dim) => dim < 0).length;
    const given = target.reduce((product, dim) => (dim < 0 ? product : product * dim), 1);
    // The batch is the one size that a reshape here may leave open.
    const rest = open === 0 ? 0 : featuresOf(call, inputShape) / given;
    if (open > 1 || !Number.isInteger(rest))
      throw misfit(call, 'one open size at most, that the values fill', showShape(target));
    const shape = [-1, ...target.map((dim) => (dim < 0 ? rest : dim))];
    return [layerNode(call.name, 'reshape', call.inputs, { shape })];
  },
  RepeatVector: (call) => {
    const row = `${call.name}/row`;
    const count = Number(call.config['n']);
    if (!(count >= 1 && count <= mostRepeats))
      throw misfit(call, `1 to ${mostRepeats} repetitions`, String(call.config['n']));
    return [
      layerNode(row, 'expandDims', call.inputs, { axis: 1 }),
      layerNode(call.name, 'concat', new Array<string>(count).fill(row), { axis: 1 }),
    ];
  },
};

/** How many values one item of the batch has. */
function featuresOf(call: LayerCall, shape: Shape): number {
  const [, ...dims] = shape;
  const features = dims.reduce<number>((product, dim) => product * (dim ?? Number.NaN), 1);
  if (Number.isNaN(features))
    throw misfit(call, 'an input of known height, width and channels', showShape([null, ...dims]));
  return features;
}
