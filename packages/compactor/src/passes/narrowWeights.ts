// Knows which weights may be stored in fewer bytes, and stores them so; what the graph computes moves by their rounding.
import {
  type Graph,
  type GraphNode,
  type HostTensor,
  narrow,
  outputNodes,
  type StoredType,
} from '@asfp/core';
import type { Pass } from '../pipeline/pass.ts';

const bits: Readonly<Record<StoredType, number>> = { float16: 16, uint16: 16, uint8: 8 };

type Layer = 'conv2d' | 'depthwiseConv2d' | 'convTranspose2d' | 'matMul';

/** Ops whose second input is a kernel. */
const layers: ReadonlySet<string> = new Set<Layer>([
  'conv2d',
  'depthwiseConv2d',
  'convTranspose2d',
  'matMul',
]);

/** The most that a filter may be off after integers took the place of its weights, as a share of its own L2 norm. */
const filterErrorLimit = 0.05;

/**
 * A pass that stores kernels in a narrower form, with the values that this form stands for. A kernel whose integers
 * would move some filter by more than the limit becomes float16 instead: one step for all filters of a kernel is
 * too coarse for its smallest. Biases, batch norms and everything else stay as they are: they are few, and their
 * errors are not averaged out.
 */
export function narrowWeights(to: StoredType): Pass {
  return {
    name: 'narrowWeights',
    run: (graph) => {
      const kernels = kernelLayers(graph);
      const notes: string[] = [];
      const coarse: string[] = [];
      let [narrowed, worst] = [0, 0];
      const nodes = graph.nodes.map((node): GraphNode => {
        const layer = node.op === 'const' ? kernels.get(node.name) : undefined;
        if (node.op !== 'const' || layer === undefined) return node;
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
        const error = to === 'float16' ? 0 : largestFilterError(tensor, smaller, layer);
        if (error > filterErrorLimit) {
          coarse.push(`${node.name} (${inPercent(error)})`);
          const half = tensor.stored?.dtype === 'float16' ? tensor : narrow(tensor, 'float16');
          return half === undefined ? node : { ...node, attrs: { tensor: half } };
        }
        narrowed++;
        worst = Math.max(worst, error);
        return { ...node, attrs: { tensor: smaller } };
      });
      if (narrowed + coarse.length === 0) return { graph, notes };
      const told = [
        `${narrowed} kernels as ${to}${to === 'float16' ? '' : `, filters off by ${inPercent(worst)} of their norm at most`}`,
      ];
      if (coarse.length > 0) {
        told.push(
          `${coarse.length} kernels as float16, where ${to} moves a filter by more than ${inPercent(filterErrorLimit)} of its norm: ${coarse.join(', ')}`,
        );
      }
      return { graph: { ...graph, nodes }, notes: [...told, ...notes] };
    },
  };
}

function inPercent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** The largest L2 distance of one filter's weights, over its own norm. A filter of zeros stays zero and does not count. */
function largestFilterError(before: HostTensor, after: HostTensor, layer: Layer): number {
  const { shape, values } = before;
  // The filters of a transposed convolution's kernel `[kh, kw, out, in]` are along its third axis.
  const inner = layer === 'convTranspose2d' ? (shape[3] as number) : 1;
  const [last = 1, third = 1] = shape.toReversed();
  const filters = layer === 'convTranspose2d' ? third : layer === 'depthwiseConv2d' ? third * last : last;
  const [moved, size] = [new Float64Array(filters), new Float64Array(filters)];
  for (let i = 0; i < values.length; i++) {
    const filter = Math.floor(i / inner) % filters;
    const value = values[i] as number;
    moved[filter] = (moved[filter] as number) + ((after.values[i] as number) - value) ** 2;
    size[filter] = (size[filter] as number) + value ** 2;
  }
  return moved.reduce(
    (most, each, i) => (each === 0 ? most : Math.max(most, Math.sqrt(each / (size[i] as number)))),
    0,
  );
}

/** Constants that are read as kernels and in no other way, each with the layer that reads it. */
function kernelLayers(graph: Graph): Map<string, Layer> {
  const otherwise = outputNodes(graph);
  const kernels = new Map<string, Layer>();
  for (const node of graph.nodes) {
    for (const [at, from] of node.inputs.entries()) {
      if (at === 1 && layers.has(node.op)) kernels.set(from, node.op as Layer);
      else otherwise.add(from);
    }
  }
  return new Map([...kernels].filter(([name]) => !otherwise.has(name)));
}
