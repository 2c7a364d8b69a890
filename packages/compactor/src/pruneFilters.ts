// Knows how a network loses filters that are not zero: they become zero, in the graph as it was read.
import type { FilterPlan, Graph } from '@asfp/core';
import type { Compacted } from './compact.ts';
import { zeroFilters } from './passes/zeroFilters.ts';
import { runPasses } from './pipeline/runPasses.ts';

/** The graph with the plan's filters zeroed: what a compaction is then proven against. It answers differently; by how much is for the caller to measure. */
export function pruneFilters(graph: Graph, plan: FilterPlan): Compacted {
  const { graph: pruned, records, kept } = runPasses(graph, [zeroFilters(plan)]);
  return { graph: pruned, passes: records, kept };
}
