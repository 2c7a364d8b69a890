// Knows one call of a Keras layer, and what every layer's rule needs of it: its weights, its settings, its nodes.
import { AsfpError } from '../errors.ts';
import type { GraphNode, OpAttrs, OpKind, Pair } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { float32Tensor, type HostTensor } from '../tensor/hostTensor.ts';

/** One call of a layer: the layer's name, with the models around it (`inner/conv`), finds its weights; the call's name is its node. */
export interface LayerCall {
  readonly kind: string;
  readonly layer: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
}

/** What a layer's class says: the nodes of one call from its settings, its weights, and the shapes of its inputs. */
export type LayerRule = (
  call: LayerCall,
  weights: LayerWeights,
  inputShapes: readonly Shape[],
) => GraphNode[];

/** The weights of all layers, by `layer/part`. */
export type LayerWeights = ReadonlyMap<string, HostTensor>;

/** A weight of the layer. */
export function weightOf(call: LayerCall, weights: LayerWeights, part: string): HostTensor {
  const found = weights.get(`${call.layer}/${part}`);
  if (found === undefined) throw misfit(call, `its weight ${call.layer}/${part} in the manifest`, 'none');
  return found;
}

/** The constant node of a weight, named after its layer. */
export function weightNode(call: LayerCall, weights: LayerWeights, part: string): GraphNode {
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

/** The padding of a window layer; throws for a name that images do not have. */
export function paddingOf(call: LayerCall): 'same' | 'valid' {
  const padding = call.config['padding'] ?? 'valid';
  if (padding !== 'same' && padding !== 'valid') throw misfit(call, 'padding same or valid', String(padding));
  return padding;
}

/** Throws where a setting that Keras obeys and tfjs-layers leaves out says something: the two would answer differently. */
export function checkLeftOut(call: LayerCall, setting: string, neutral: number): void {
  const value = call.config[setting] ?? null;
  if (value === null || [value].flat(2).every((each) => each === neutral)) return;
  throw misfit(
    call,
    `${setting} ${neutral}, since tfjs-layers leaves it out`,
    JSON.stringify(value),
    `Set it to ${neutral} if what tfjs answers is right, else convert the model to a GraphModel`,
  );
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
