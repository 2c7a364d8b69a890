// Knows how a value lies in memory: rows of channels, each filled up to whole vectors of four floats.
import type { Shape } from '@asfp/core';
import { up4 } from '@asfp/kernels';

/** A value of rank 4 or less, its missing leading axes taken as 1. */
export interface Layout {
  readonly dims: readonly [number, number, number, number];
  /** Floats from one row of channels to the next: the channels, filled up with zeros. */
  readonly stride: number;
}

/** The layout of a shape whose sizes are all known; undefined for ranks above 4. */
export function layoutOf(shape: Shape): Layout | undefined {
  if (shape.length > 4 || shape.includes(null)) return undefined;
  const known = shape as readonly number[];
  const dims = [...new Array<number>(4 - known.length).fill(1), ...known] as unknown as Layout['dims'];
  return { dims, stride: up4(dims[3]) };
}

/** Rows of channels: the pixels of all images. */
export function rowsOf({ dims }: Layout): number {
  return dims[0] * dims[1] * dims[2];
}

/** Floats that a value takes. */
export function floatsOf(layout: Layout): number {
  return rowsOf(layout) * layout.stride;
}

/** Whether rows follow each other without anything between. */
export function isDense(layout: Layout): boolean {
  return layout.stride === layout.dims[3] || rowsOf(layout) === 1;
}
