// Knows how a network gives up the exact border, so that no constant has to be carried.
import type { Graph } from '@asfp/core';
import type { Compacted } from './compact.ts';
import { foldBorders } from './passes/foldBorders.ts';
import { runPasses } from './pipeline/runPasses.ts';

/** The graph with constants in biases even where the padding shows: what a compaction is then proven against. It answers differently near borders; by how much is for the caller to measure. */
export function evenBorders(graph: Graph): Compacted {
  const { graph: even, records, kept } = runPasses(graph, [foldBorders]);
  return { graph: even, passes: records, kept };
}
