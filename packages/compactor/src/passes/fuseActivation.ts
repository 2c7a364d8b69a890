// Knows which activations become part of the layer before them, and which must stand alone.
import {
  type FusedActivation,
  type Graph,
  type GraphNode,
  nodesByName,
  outputNodes,
  readersOf,
} from '@asfp/core';
import { freshNames, redirect, replaceNodes } from '../pipeline/editGraph.ts';
import type { Pass } from '../pipeline/pass.ts';

/** Activations that a convolution or matmul of plain tfjs can apply itself, on every backend. */
const fusable: readonly FusedActivation[] = ['relu', 'relu6', 'elu', 'leakyRelu', 'sigmoid'];

/** tfjs's cpu backend forgets the slope of a leakyRelu fused into a depthwise convolution, and gives NaN. */
function canFuse(op: GraphNode['op'], fn: FusedActivation): boolean {
  return fusable.includes(fn) && !(op === 'depthwiseConv2d' && fn === 'leakyRelu');
}

/** Fuses an activation into the convolution or dense layer that it alone reads; takes one apart that tfjs cannot run fused. */
export const fuseActivation: Pass = {
  name: 'fuseActivation',
  run: (graph) => {
    const nodes = nodesByName(graph);
    const readers = readersOf(graph);
    const outputs = outputNodes(graph);
    const fused = new Map<string, GraphNode>();
    const renames = new Map<string, string>();
    for (const node of graph.nodes) {
      if (node.op !== 'unary') continue;
      const activation = fusable.find((fn) => fn === node.attrs.fn);
      if (activation === undefined) continue;
      const layer = nodes.get(node.inputs[0] as string);
      if (layer?.op !== 'conv2d' && layer?.op !== 'depthwiseConv2d' && layer?.op !== 'matMul') continue;
      if (layer.attrs.activation !== 'none' || fused.has(layer.name)) continue;
      if (!canFuse(layer.op, activation)) continue;
      if (readers.get(layer.name)?.length !== 1 || outputs.has(layer.name)) continue;
      fused.set(layer.name, {
        ...layer,
        attrs: { ...layer.attrs, activation, alpha: node.attrs.alpha },
      } as GraphNode);
      renames.set(node.name, layer.name);
    }
    const apart = takenApart(graph);
    if (fused.size === 0 && apart.size === 0) return { graph, notes: [] };
    const without = replaceNodes(graph, (node) =>
      renames.has(node.name) ? [] : (apart.get(node.name) ?? [fused.get(node.name) ?? node]),
    );
    return { graph: redirect(without, renames), notes: [] };
  },
};

/** Layers with an activation that cannot be fused, each as the layer and the activation after it, which keeps the name. */
function takenApart(graph: Graph): ReadonlyMap<string, readonly GraphNode[]> {
  const fresh = freshNames(graph);
  const apart = new Map<string, readonly GraphNode[]>();
  for (const node of graph.nodes) {
    if (node.op !== 'conv2d' && node.op !== 'depthwiseConv2d' && node.op !== 'matMul') continue;
    const { activation: fn, alpha } = node.attrs;
    if (fn === 'none' || canFuse(node.op, fn)) continue;
    const name = fresh(`${node.name}/linear`);
    apart.set(node.name, [
      { ...node, name, attrs: { ...node.attrs, activation: 'none', alpha: 0 } } as GraphNode,
      { name: node.name, op: 'unary', inputs: [name], attrs: { fn, alpha } },
    ]);
  }
  return apart;
}
