// Knows the way a LayersModel pads channels: Permute, ZeroPadding2D, Permute back. It is one padding of the channels.
import { type GraphNode, nodesByName, outputNodes, readersOf } from '@asfp/core';
import { replaceNodes } from '../pipeline/editGraph.ts';
import type { Pass } from '../pipeline/pass.ts';

/** Merges a padding between two transposes that undo each other into one padding with its axes renamed. */
export const mergeTransposedPad: Pass = {
  name: 'mergeTransposedPad',
  run: (graph) => {
    const nodes = nodesByName(graph);
    const readers = readersOf(graph);
    const outputs = outputNodes(graph);
    const onlyReader = (name: string): boolean => readers.get(name)?.length === 1 && !outputs.has(name);
    const merged = new Map<string, GraphNode>();
    for (const last of graph.nodes) {
      if (last.op !== 'transpose') continue;
      const pad = nodes.get(last.inputs[0] as string);
      if (pad?.op !== 'pad' || !onlyReader(pad.name)) continue;
      const first = nodes.get(pad.inputs[0] as string);
      if (first?.op !== 'transpose' || !onlyReader(first.name)) continue;
      const undone = last.attrs.perm.every((axis, i) => first.attrs.perm[axis] === i);
      if (!undone) continue;
      const paddings = last.attrs.perm.map((axis) => pad.attrs.paddings[axis] ?? ([0, 0] as const));
      merged.set(last.name, {
        name: last.name,
        op: 'pad',
        inputs: first.inputs,
        attrs: { paddings, value: pad.attrs.value },
      });
    }
    if (merged.size === 0) return { graph, notes: [] };
    return {
      graph: replaceNodes(graph, (node) => [merged.get(node.name) ?? node]),
      notes: [...merged.keys()].map((name) => `${name} pads the channels in one step`),
    };
  },
};
