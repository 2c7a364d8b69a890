// Knows how to make up inputs for a graph.
import { type Graph, type HostTensor, rngFromSeed, sizeOf } from '@asfp/core';

/** Inputs between −1 and 1, with this batch and this size where the graph leaves it open. */
export function feedsOf(graph: Graph, batch: number, seed: number): Map<string, HostTensor> {
  const rng = rngFromSeed(seed);
  const feeds = new Map<string, HostTensor>();
  for (const node of graph.nodes) {
    if (node.op !== 'input') continue;
    const shape = node.attrs.shape.map((dim, axis) => dim ?? (axis === 0 ? batch : 5 + (seed % 4)));
    const values = Float32Array.from({ length: sizeOf(shape) }, () => 2 * rng.next() - 1);
    feeds.set(node.name, { dtype: 'float32', shape, values });
  }
  return feeds;
}
