// Knows how the filters of a plan become exactly zero; the one pass that changes what a graph computes.
import { type FilterPlan, type Graph, type GraphNode, type HostTensor, storedZero } from '@asfp/core';
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
  const { dtype, shape, stored } = tensor;
  const values = withZeros(tensor.values, 0, of, filters);
  // A quantized kernel stays quantized where its form has a number for zero.
  const zero = stored && storedZero(stored);
  if (stored === undefined || zero === undefined) return { dtype, shape, values };
  return { dtype, shape, values, stored: { ...stored, values: withZeros(stored.values, zero, of, filters) } };
}

function withZeros<T extends HostTensor['values'] | Uint16Array>(
  from: T,
  zero: number,
  of: number,
  filters: readonly number[],
): T {
  const values = from.slice() as T;
  for (let at = 0; at < values.length; at += of) for (const f of filters) values[at + f] = zero;
  return values;
}
