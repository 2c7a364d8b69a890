// Knows what each layer of a graph costs: filters, multiply-adds and parameters.
import { AsfpError } from '../errors.ts';
import type { Dim, Graph, GraphNode } from '../graph/graph.ts';
import { inferShapes } from '../graph/inferShapes.ts';
import { type Shape, showShape } from '../graph/ops.ts';
import { constantTensor, nodesByName } from '../graph/walk.ts';
import { asPadding, gatheredChannels } from '../modelfile/scatterSpelling.ts';
import { sizeOf } from '../tensor/hostTensor.ts';

/** One convolution or dense layer. */
export interface LayerCost {
  readonly name: string;
  readonly op: 'conv2d' | 'depthwiseConv2d' | 'matMul';
  /** `[n, h, w, c]` of its result. */
  readonly shape: Shape;
  readonly filters: number;
  /** Filters whose weights are all exactly zero. */
  readonly zeroFilters: number;
  /** Multiply-adds for one image. */
  readonly macs: number;
  /** Kernel and bias. */
  readonly params: number;
}

/** The layers in order, and the totals of the whole graph. */
export interface CostTable {
  readonly layers: readonly LayerCost[];
  /** Multiply-adds of convolutions and dense layers for one image; one multiply-add counts as one. */
  readonly macs: number;
  /**
   * Multiply-adds that scatters and gathers would take where a runtime runs them as the 1 × 1 convolutions that a
   * GraphModel spells them as. They move values and are not part of `macs`.
   */
  readonly scatterMacs: number;
  /** Kernels, biases, gamma and beta; not the moving statistics. */
  readonly params: number;
}

/** What the graph costs for one image; `inputs` gives the sizes of inputs whose height or width is open. Throws where a size stays unknown. */
export function costTable(graph: Graph, inputs: Readonly<Record<string, readonly Dim[]>> = {}): CostTable {
  const shapes = inferShapes(graph, inputs);
  const nodes = nodesByName(graph);
  const layers: LayerCost[] = [];
  const counted = new Map<string, number>();
  let scatterMacs = 0;
  for (const node of graph.nodes) {
    const shape = shapes.get(node.name) ?? [];
    if (node.op === 'scatter' && (shape.length !== 4 || asPadding(node.attrs) === undefined))
      scatterMacs += positionsOf(node, shape) * node.attrs.positions.length * node.attrs.size;
    const gathered = node.op === 'gather' ? gatheredChannels(node, nodes, shapes) : undefined;
    if (gathered !== undefined) {
      const channels = shapes.get(node.inputs[0] as string)?.at(-1) as number;
      scatterMacs += positionsOf(node, shape) * channels * gathered.length;
    }
    // Moving mean and variance are statistics, not parameters.
    const parameters = node.op === 'batchNorm' ? node.inputs.slice(1, 3) : node.inputs;
    for (const from of parameters) {
      const tensor = constantTensor(nodes, from);
      if (tensor?.dtype === 'float32') counted.set(from, tensor.values.length);
    }
    if (node.op !== 'conv2d' && node.op !== 'depthwiseConv2d' && node.op !== 'matMul') continue;
    const [, kernelName = '', biasName = ''] = node.inputs;
    const kernel = constantTensor(nodes, kernelName);
    if (kernel === undefined) continue;
    const bias = constantTensor(nodes, biasName);
    const filters = shape.at(-1) as number;
    const perPosition = kernel.values.length;
    layers.push({
      name: node.name,
      op: node.op,
      shape,
      filters,
      zeroFilters: zeroFiltersOf(kernel.values, filters).length,
      macs: positionsOf(node, shape) * perPosition,
      params: sizeOf(kernel.shape) + (bias === undefined ? 0 : bias.values.length),
    });
  }
  return {
    layers,
    macs: layers.reduce((sum, layer) => sum + layer.macs, 0),
    scatterMacs,
    params: [...counted.values()].reduce((sum, count) => sum + count, 0),
  };
}

/** The positions on the last axis at which every weight of a kernel `[…, out]` is exactly zero. */
export function zeroFiltersOf(values: ArrayLike<number>, filters: number): number[] {
  const alive = new Uint8Array(filters);
  for (let at = 0; at < values.length; at++) if (values[at] !== 0) alive[at % filters] = 1;
  return Array.from({ length: filters }, (_, f) => f).filter((f) => alive[f] === 0);
}

/** Positions of one image at which a layer's kernel is applied. */
function positionsOf(node: GraphNode, shape: Shape): number {
  const positions = shape.slice(1, -1).reduce<number>((product, dim) => product * (dim ?? Number.NaN), 1);
  if (Number.isNaN(positions)) {
    throw new AsfpError({
      code: 'cost-size',
      where: `node ${node.name}`,
      expected: 'a known height and width',
      found: showShape(shape),
      cure: 'Give the input size',
    });
  }
  return positions;
}
