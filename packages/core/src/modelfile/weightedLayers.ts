// Knows the Keras layers with a kernel: convolutions, transposed and separable ones, Dense.
import type { GraphNode, OpAttrs, Pair } from '../graph/graph.ts';
import { type Shape, showShape } from '../graph/ops.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import { activationName, activationNodes, fusedActivation } from './layerActivation.ts';
import {
  checkLeftOut,
  type LayerCall,
  type LayerRule,
  type LayerWeights,
  layerNode,
  misfit,
  paddingOf,
  pairOf,
  weightNode,
  weightOf,
} from './layerCall.ts';

/** The layers with a kernel, by class. */
export const weightedLayers: Readonly<Record<string, LayerRule>> = {
  Conv1D: (call, weights) => {
    checkGroups(call);
    const kernel = weightOf(call, weights, 'kernel');
    const [width, from, to] = kernel.shape as [number, number, number];
    const flat = new Map([
      [`${call.layer}/kernel`, { ...kernel, shape: [1, width, from, to] }],
      ...biasOf(call, weights),
    ]);
    const row = [call.config['strides'] ?? 1].flat()[0];
    const apart = [call.config['dilation_rate'] ?? 1].flat()[0];
    return asImage(call, (image) =>
      weighted(image, flat, 'conv2d', 'kernel', {
        strides: [1, Number(row)],
        pad: paddingOf(call),
        dilations: [1, Number(apart)],
      }),
    );
  },
  Conv2D: (call, weights) => {
    checkGroups(call);
    return weighted(call, weights, 'conv2d', 'kernel', {
      ...windowOf(call),
      dilations: pairOf(call.config['dilation_rate'] ?? 1),
    });
  },
  DepthwiseConv2D: (call, weights) => {
    checkLeftOut(call, 'dilation_rate', 1);
    return weighted(call, weights, 'depthwiseConv2d', 'depthwise_kernel', {
      ...windowOf(call),
      dilations: [1, 1],
    });
  },
  Dense: (call, weights, [inputShape = []]) => {
    if (inputShape.length <= 2) return weighted(call, weights, 'matMul', 'kernel', {});
    return onRows(call, weights, inputShape);
  },
  SeparableConv2D: (call, weights) => {
    const first = `${call.name}/depthwise`;
    const depthwise = {
      ...windowOf(call),
      dilations: pairOf(call.config['dilation_rate'] ?? 1),
      activation: 'none' as const,
      alpha: 0,
    };
    const kernel = weightNode(call, weights, 'depthwise_kernel');
    const pointwise = { strides: [1, 1], pad: 'valid', dilations: [1, 1] };
    return [
      kernel,
      layerNode(first, 'depthwiseConv2d', [...call.inputs, kernel.name], depthwise),
      ...weighted({ ...call, inputs: [first] }, weights, 'conv2d', 'pointwise_kernel', pointwise),
    ];
  },
  Conv2DTranspose: (call, weights) => {
    checkLeftOut(call, 'output_padding', 0);
    checkLeftOut(call, 'dilation_rate', 1);
    const { strides, pad } = windowOf(call);
    const kernel = weightNode(call, weights, 'kernel');
    const fn = activationName(call.config['activation']);
    const bias = call.config['use_bias'] === false ? [] : [weightNode(call, weights, 'bias')];
    const names = ['product', ...bias.map(() => 'sum'), ...(fn === 'linear' ? [] : ['activation'])];
    const nameOf = (part: number): string =>
      part === names.length - 1 ? call.name : `${call.name}/${names[part]}`;
    const attrs = { strides, pad: pad as 'same' | 'valid', size: [null, null] as const };
    const nodes = [
      kernel,
      ...bias,
      layerNode(nameOf(0), 'convTranspose2d', [...call.inputs, kernel.name], attrs),
    ];
    for (const { name } of bias) nodes.push(layerNode(nameOf(1), 'binary', [nameOf(0), name], { fn: 'add' }));
    if (fn !== 'linear') nodes.push(...activationNodes(call, fn, [nameOf(names.length - 2)], call.name));
    return nodes;
  },
};

/** A row of values as an image of one line: the nodes of `make`, between those that make the row an image and a row again. */
function asImage(call: LayerCall, make: (image: LayerCall) => GraphNode[]): GraphNode[] {
  const line = `${call.name}/line`;
  const image = { ...call, name: `${call.name}/image`, inputs: [line] };
  return [
    layerNode(line, 'expandDims', call.inputs, { axis: 1 }),
    ...make(image),
    layerNode(call.name, 'squeeze', [image.name], { axes: [1] }),
  ];
}

/** A product of rows: positions become rows before it, and positions again behind it. */
function onRows(call: LayerCall, weights: LayerWeights, inputShape: Shape): GraphNode[] {
  const features = inputShape.at(-1) ?? null;
  const positions = inputShape.slice(1, -1);
  if (features === null || positions.includes(null))
    throw misfit(call, 'an input of known size', showShape(inputShape));
  const rows = `${call.name}/rows`;
  const product = { ...call, name: `${call.name}/product`, inputs: [rows] };
  const nodes = weighted(product, weights, 'matMul', 'kernel', {});
  const units = weightOf(call, weights, 'kernel').shape[1] as number;
  const shape = [-1, ...(positions as number[]), units];
  return [
    layerNode(rows, 'reshape', call.inputs, { shape: [-1, features] }),
    ...nodes,
    layerNode(call.name, 'reshape', [product.name], { shape }),
  ];
}

/** A layer with a kernel: its constants, its node with the activation fused where that can be, else a node after it. */
function weighted(
  call: LayerCall,
  weights: LayerWeights,
  op: 'conv2d' | 'depthwiseConv2d' | 'matMul',
  kernelName: string,
  attrs: Readonly<Record<string, unknown>>,
): GraphNode[] {
  const fn = activationName(call.config['activation']);
  const fused = fusedActivation(fn);
  const apart = fn !== 'linear' && fused === 'none';
  const parts = [kernelName, ...(call.config['use_bias'] === false ? [] : ['bias'])];
  const name = apart ? `${call.name}/linear` : call.name;
  return [
    ...parts.map((part) => weightNode(call, weights, part)),
    layerNode(name, op, [...call.inputs, ...parts.map((part) => `${call.layer}/${part}`)], {
      ...attrs,
      activation: fused,
      alpha: 0,
    } as unknown as OpAttrs[typeof op]),
    ...(apart ? activationNodes(call, fn, [name], call.name) : []),
  ];
}

function biasOf(call: LayerCall, weights: LayerWeights): [string, HostTensor][] {
  return call.config['use_bias'] === false ? [] : [[`${call.layer}/bias`, weightOf(call, weights, 'bias')]];
}

function checkGroups(call: LayerCall): void {
  const groups = call.config['groups'] ?? 1;
  if (Number(groups) !== 1) throw misfit(call, 'groups 1', String(groups));
}

function windowOf(call: LayerCall): { strides: Pair; pad: 'same' | 'valid' } {
  return { strides: pairOf(call.config['strides'] ?? 1), pad: paddingOf(call) };
}
