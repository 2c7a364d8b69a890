// Knows what is said of a layer that is to be written, and how a node is refused for which there is none.
import { AsfpError } from '../errors.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';

/** A layer to be written; the last one of a node has the node's name. */
export interface LayerDraft {
  readonly kind: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
  /** By the names that the layer has for them, in its order. */
  readonly weights: Readonly<Record<string, HostTensor>>;
}

/** What is looked up: the shape of every value, and the nodes by name. */
export interface LayerContext {
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly nodes: ReadonlyMap<string, GraphNode>;
}

/** The failure of a node that no standard layer says. */
export function refusal(node: GraphNode, expected: string): AsfpError {
  return new AsfpError({
    code: 'layers-unsupported',
    where: `node ${node.name} (${node.op === 'opaque' ? node.attrs.kind : node.op})`,
    expected: `${expected}, to be written as a LayersModel`,
    cure: 'Write a GraphModel instead',
  });
}
