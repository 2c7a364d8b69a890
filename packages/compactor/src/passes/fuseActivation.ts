// Knows how an activation becomes part of the layer before it.
import { type FusedActivation, type GraphNode, nodesByName, outputNodes, readersOf } from '@asfp/core';
import { redirect, replaceNodes } from '../pipeline/editGraph.ts';
import type { Pass } from '../pipeline/pass.ts';

/** Fuses an activation into the convolution or dense layer that it alone reads. */
export const fuseActivation: Pass = {
  name: 'fuseActivation',
  run: (graph) => {
    const nodes = nodesByName(graph);
    const readers = readersOf(graph);
    const outputs = outputNodes(graph);
    const fused = new Map<string, GraphNode>();
    const renames = new Map<string, string>();
    for (const node of graph.nodes) {
      if (node.op !== 'unary' || node.attrs.fn === 'identity') continue;
      const layer = nodes.get(node.inputs[0] as string);
      if (layer?.op !== 'conv2d' && layer?.op !== 'depthwiseConv2d' && layer?.op !== 'matMul') continue;
      if (layer.attrs.activation !== 'none' || fused.has(layer.name)) continue;
      if (readers.get(layer.name)?.length !== 1 || outputs.has(layer.name)) continue;
      const activation: FusedActivation = node.attrs.fn;
      fused.set(layer.name, {
        ...layer,
        attrs: { ...layer.attrs, activation, alpha: node.attrs.alpha },
      } as GraphNode);
      renames.set(node.name, layer.name);
    }
    if (fused.size === 0) return { graph, notes: [] };
    const without = replaceNodes(graph, (node) =>
      renames.has(node.name) ? [] : [fused.get(node.name) ?? node],
    );
    return { graph: redirect(without, renames), notes: [] };
  },
};
