// Knows what the rules of a cut, one an op, work with.
import type { ChannelConstants, GraphNode, HostTensor, Shape } from '@asfp/core';

/** A value after the cut: the node that holds it, and which of its old channels are left (all where undefined). */
export interface Cut {
  readonly name: string;
  readonly keep: readonly number[] | undefined;
}

/** The walk through a graph, as a rule sees it. */
export interface CutTools {
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly constants: ChannelConstants;
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly notes: string[];
  /** A value that has been cut. */
  readonly value: (name: string | undefined) => Cut;
  /** The value with at least its own channels, put into the wanted ones. */
  readonly widen: (name: string, wanted: readonly number[]) => Cut;
  /** The channels that some result needs. */
  readonly neededOf: (name: string) => number[];
  /** Writes a constant and gives its name. */
  readonly constant: (base: string, tensor: HostTensor) => string;
  /** Writes a node whose result has these channels left. */
  readonly write: (node: GraphNode, keep: readonly number[] | undefined) => Cut;
  /** Writes a node that must see all channels of all its inputs. */
  readonly wall: (node: GraphNode) => Cut;
}
