// Knows the contract of a rewriting pass.
import type { Graph, KeepSet } from '@asfp/core';

/** A rewriting that leaves what the graph computes as it is. */
export interface Pass {
  readonly name: string;
  /** The rewritten graph (the same object where nothing applied), and what a reader of the report should know. */
  readonly run: (graph: Graph) => PassResult;
}

/** What a pass gives back. */
export interface PassResult {
  readonly graph: Graph;
  readonly notes: readonly string[];
  /** What is left of the layers that it cut, by name. */
  readonly kept?: ReadonlyMap<string, KeepSet>;
}
