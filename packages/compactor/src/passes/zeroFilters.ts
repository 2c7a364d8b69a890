// Knows how the filters of a plan become exactly zero; the one pass that changes what a graph computes.
import type { FilterPlan, Graph, GraphNode, HostTensor } from '@asfp/core';
import type { Pass } from '../pipeline/pass.ts';

/** A pass that zeroes the kernels of the plan's filters; biases and batch norm stay, so that each leaves its constant behind. */
export function zeroFilters(plan: FilterPlan): Pass {
  return {
    name: 'zeroFilters',
    run: (graph) => {
      const notes: string[] = [];
      const nodes = graph.nodes.map((node): GraphNode => {
        const chosen = plan.get(node.name);
        if (chosen === undefined || node.op !== 'const' || chosen.filters.length === 0) return node;
        notes.push(`${node.name}: ${chosen.filters.length} of ${chosen.of} filters`);
        return { ...node, attrs: { ...node.attrs, tensor: zeroed(node.attrs.tensor, chosen) } };
      });
      return { graph: notes.length === 0 ? graph : ({ ...graph, nodes } satisfies Graph), notes };
    },
  };
}

function zeroed(tensor: HostTensor, { of, filters }: { of: number; filters: readonly number[] }): HostTensor {
  const values = tensor.values.slice();
  for (let from = 0; from < values.length; from += of) for (const f of filters) values[from + f] = 0;
  return { ...tensor, values };
}
