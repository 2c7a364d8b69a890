// Knows one call of a Keras layer, and what every layer's rule needs of it: its weights, its settings, its nodes.
import { AsfpError } from '../errors.ts';
import type { GraphNode, OpAttrs, OpKind, Pair } from '../graph/graph.ts';
import { float32Tensor, type HostTensor } from '../tensor/hostTensor.ts';

/** One call of a layer: the layer's name, with the models around it (`inner/conv`), finds its weights; the call's name is its node. */
export interface LayerCall {
  readonly kind: string;
  readonly layer: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
}

/** A weight of the layer; found by its path, by the layer's own name, or by a name with Keras's counter (`conv2d_1/kernel`). Throws where it is missing. */
export function weightOf(
  call: LayerCall,
  weights: ReadonlyMap<string, HostTensor>,
  part: string,
): HostTensor {
  const own = call.layer.slice(call.layer.lastIndexOf('/') + 1);
  const exact = weights.get(`${call.layer}/${part}`) ?? weights.get(`${own}/${part}`);
  if (exact !== undefined) return exact;
  const found =
    only(weights, (name) => name.endsWith(`/${own}/${part}`)) ??
    only(weights, (name) => new RegExp(`(^|/)${escaped(own)}(_\\d+)?/(.*/)?${part}(:0)?$`).test(name));
  if (found === undefined) throw misfit(call, `its weight ${call.layer}/${part} in the manifest`, 'none');
  return found;
}

/** The constant node of a weight, named after its layer. */
export function weightNode(
  call: LayerCall,
  weights: ReadonlyMap<string, HostTensor>,
  part: string,
): GraphNode {
  return constantNode(`${call.layer}/${part}`, weightOf(call, weights, part));
}

/** A constant. */
export function constantNode(name: string, tensor: HostTensor): GraphNode {
  return { name, op: 'const', inputs: [], attrs: { tensor } };
}

/** A constant of one number. */
export function scalarNode(name: string, value: number): GraphNode {
  return constantNode(name, float32Tensor([], [value]));
}

/** A node, its attributes checked against its op. */
export function layerNode<K extends OpKind>(
  name: string,
  op: K,
  inputs: readonly string[],
  attrs: OpAttrs[K],
): GraphNode {
  return { name, op, inputs, attrs } as unknown as GraphNode;
}

/** A setting that is one number or two. */
export function pairOf(value: unknown): Pair {
  return Array.isArray(value) ? (value as unknown as Pair) : [Number(value), Number(value)];
}

/** The error of a layer that cannot be read. */
export function misfit(call: LayerCall, expected: string, found?: string, cure?: string): AsfpError {
  return new AsfpError({
    code: 'layer-unsupported',
    where: `layer ${call.layer} (${call.kind})`,
    expected,
    ...(found === undefined ? {} : { found }),
    ...(cure === undefined ? {} : { cure }),
  });
}

/** The weight whose name alone fits; undefined where none does, or several do. */
function only(
  weights: ReadonlyMap<string, HostTensor>,
  fits: (name: string) => boolean,
): HostTensor | undefined {
  const names = [...weights.keys()].filter(fits);
  return names.length === 1 ? weights.get(names[0] as string) : undefined;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
