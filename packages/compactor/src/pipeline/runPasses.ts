// Knows how passes follow each other: each result is validated, a failure names the passes before it, and cuts add up.
import { type Graph, InternalError, type KeepSet, type PassRecord, validate } from '@asfp/core';
import type { Pass } from './pass.ts';

/** A graph after its passes, what each did, and what is left of the layers that were cut, as positions before the first pass. */
export interface PassesDone {
  readonly graph: Graph;
  readonly records: readonly PassRecord[];
  readonly kept: ReadonlyMap<string, KeepSet>;
}

/** Runs the passes in order, after cuts that left `before`; throws an internal error when one of them breaks the graph. */
export function runPasses(
  graph: Graph,
  passes: readonly Pass[],
  before: ReadonlyMap<string, KeepSet> = new Map(),
): PassesDone {
  const records: PassRecord[] = [];
  const kept = new Map(before);
  let current = graph;
  for (const pass of passes) {
    const result = pass.run(current);
    try {
      validate(result.graph);
    } catch (cause) {
      const earlier = records.map(({ name }) => name).join(', ') || 'none';
      throw new InternalError(`pass ${pass.name} broke the graph (passes before it: ${earlier})`, { cause });
    }
    records.push({ name: pass.name, changed: result.graph !== current, notes: result.notes });
    for (const [name, keep] of result.kept ?? []) kept.set(name, within(kept.get(name), keep));
    current = result.graph;
  }
  return { graph: current, records, kept };
}

/** A cut of what a cut has left, as positions in the whole. */
function within(whole: KeepSet | undefined, { inputs, filters }: KeepSet): KeepSet {
  if (whole === undefined) return { inputs, filters };
  return {
    inputs: inputs.map((i) => whole.inputs[i] as number),
    filters: filters.map((i) => whole.filters[i] as number),
  };
}
