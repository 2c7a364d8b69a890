// Knows which weights may be stored in fewer bytes, and stores them so; what the graph computes moves by their rounding.
import { type Graph, type GraphNode, narrow, outputNodes, type StoredType } from '@asfp/core';
import type { Pass } from '../pipeline/pass.ts';

const bits: Readonly<Record<StoredType, number>> = { float16: 16, uint16: 16, uint8: 8 };

/** Ops whose second input is a kernel. */
const layers: ReadonlySet<string> = new Set(['conv2d', 'depthwiseConv2d', 'convTranspose2d', 'matMul']);

/**
 * A pass that stores kernels in a narrower form, with the values that this form stands for. Biases, batch norms and
 * everything else stay as they are: they are few, and their errors are not averaged out.
 */
export function narrowWeights(to: StoredType): Pass {
  return {
    name: 'narrowWeights',
    run: (graph) => {
      const kernels = kernelNames(graph);
      const notes: string[] = [];
      let narrowed = 0;
      const nodes = graph.nodes.map((node): GraphNode => {
        if (node.op !== 'const' || !kernels.has(node.name)) return node;
        const { tensor } = node.attrs;
        if (tensor.dtype !== 'float32') return node;
        if (tensor.stored !== undefined && bits[tensor.stored.dtype] <= bits[to]) {
          notes.push(`${node.name} stays ${tensor.stored.dtype}, as it was`);
          return node;
        }
        const smaller = narrow(tensor, to);
        if (smaller === undefined) {
          notes.push(`${node.name} stays float32: it has numbers that ${to} cannot hold`);
          return node;
        }
        narrowed++;
        return { ...node, attrs: { tensor: smaller } };
      });
      if (narrowed === 0) return { graph, notes };
      return { graph: { ...graph, nodes }, notes: [`${narrowed} kernels as ${to}`, ...notes] };
    },
  };
}

/** Constants that are read as kernels and in no other way. */
function kernelNames(graph: Graph): Set<string> {
  const otherwise = outputNodes(graph);
  const kernels = new Set<string>();
  for (const node of graph.nodes) {
    for (const [at, from] of node.inputs.entries()) {
      if (at === 1 && layers.has(node.op)) kernels.add(from);
      else otherwise.add(from);
    }
  }
  return new Set([...kernels].filter((name) => !otherwise.has(name)));
}
