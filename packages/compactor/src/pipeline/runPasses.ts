// Knows how passes follow each other: each result is validated, and a failure names the passes before it.
import { type Graph, InternalError, type PassRecord, validate } from '@asfp/core';
import type { Pass } from './pass.ts';

/** Runs the passes in order; throws an internal error when one of them breaks the graph. */
export function runPasses(
  graph: Graph,
  passes: readonly Pass[],
): { readonly graph: Graph; readonly records: readonly PassRecord[] } {
  const records: PassRecord[] = [];
  let current = graph;
  for (const pass of passes) {
    const result = pass.run(current);
    try {
      validate(result.graph);
    } catch (cause) {
      const before = records.map(({ name }) => name).join(', ') || 'none';
      throw new InternalError(`pass ${pass.name} broke the graph (passes before it: ${before})`, { cause });
    }
    records.push({ name: pass.name, changed: result.graph !== current, notes: result.notes });
    current = result.graph;
  }
  return { graph: current, records };
}
