// Knows what the lowering of one node may ask and say.
import type { GraphNode, HostTensor, OpKind } from '@asfp/core';
import type { Kernels } from '@asfp/kernels';
import type { FusedStore } from './fuseStores.ts';
import type { Layout } from './layout.ts';
import type { Place, StepList } from './stepList.ts';

/** A value in memory. */
export interface Value {
  readonly layout: Layout;
  readonly place: Place;
}

/** The scratch sizes that only the kernels know. */
export type ScratchSizes = Pick<Kernels, 'convGemmScratch' | 'winogradScratch' | 'depthwiseScratch'>;

/** The surroundings of a node that is lowered. */
export interface Lowering {
  readonly steps: StepList;
  readonly sizes: ScratchSizes;
  /** The value of that name; a constant is put into memory when it is first asked for. */
  value(name: string): Value;
  /** The constant of that name; refuses the node where it is none. */
  constant(node: GraphNode, name: string | undefined): HostTensor;
  /** The layout of a node's result. */
  layout(name: string): Layout;
  /** The shape of a node's result. */
  shape(name: string): readonly number[];
}

/** Writes the steps of a node and says where its result lies; undefined where the engine has no way. */
export type Lower<K extends OpKind> = (
  node: GraphNode<K>,
  at: Lowering,
  store: FusedStore | undefined,
) => Value | undefined;

/** Memory for a result of that layout. */
export function newValue(at: Lowering, layout: Layout): Value {
  const { dims, stride } = layout;
  return { layout, place: at.steps.value(dims[0] * dims[1] * dims[2] * stride) };
}

/** Sets the floats beside the channels to 0, as every value has them. */
export function clearPads(at: Lowering, { layout, place }: Value): void {
  const { dims, stride } = layout;
  if (dims[3] === stride) return;
  at.steps.add('clearPads', { y: place, rows: dims[0] * dims[1] * dims[2], channels: dims[3], stride });
}
