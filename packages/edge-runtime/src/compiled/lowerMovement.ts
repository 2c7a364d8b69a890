// Knows how ops that move values become copies.
import type { GraphNode } from '@asfp/core';
import { scatterTable, up4 } from '@asfp/kernels';
import { floatsOf, isDense, type Layout, rowsOf } from './layout.ts';
import { clearPads, type Lower, type Lowering, newValue, type Value } from './lowering.ts';

type Four = readonly [number, number, number, number];

/** Floats from one index to the next on each axis. */
export function stepsOf({ dims, stride }: Layout): Four {
  return [dims[1] * dims[2] * stride, dims[2] * stride, stride, 1];
}

/** Copies a block of x to a block of y; begins and sizes by axis. */
function copyBlock(
  at: Lowering,
  x: Value,
  xBegin: Four,
  y: Value,
  yBegin: Four,
  size: Four,
  ySteps: Four = stepsOf(y.layout),
): void {
  const xs = stepsOf(x.layout);
  const offset = (steps: Four, begin: Four): number =>
    steps.reduce((sum, step, axis) => sum + step * (begin[axis] as number), 0) * 4;
  at.steps.add('copy', {
    x: { buffer: x.place.buffer, bytes: x.place.bytes + offset(xs, xBegin) },
    y: { buffer: y.place.buffer, bytes: y.place.bytes + offset(ySteps, yBegin) },
    ...{ n0: size[0], n1: size[1], n2: size[2], floats: size[3] },
    ...{ x0: xs[0], x1: xs[1], x2: xs[2], y0: ySteps[0], y1: ySteps[1], y2: ySteps[2] },
  });
}

/** Axes of a value's shape, counted in its layout of four. */
function inFour<T>(values: readonly T[], missing: T): [T, T, T, T] {
  return [...new Array<T>(4 - values.length).fill(missing), ...values] as [T, T, T, T];
}

const NOWHERE: Four = [0, 0, 0, 0];

/** Tensors one after another along an axis. */
export const lowerConcat: Lower<'concat'> = (node, at) => {
  const y = newValue(at, at.layout(node.name));
  const rank = at.shape(node.name).length;
  const { axis } = node.attrs;
  const along = (axis < 0 ? axis + rank : axis) + 4 - rank;
  let begin = 0;
  for (const name of node.inputs) {
    const x = at.value(name);
    const to = NOWHERE.map((zero, i) => (i === along ? begin : zero)) as unknown as Four;
    copyBlock(at, x, NOWHERE, y, to, x.layout.dims);
    begin += x.layout.dims[along] as number;
  }
  clearPads(at, y);
  return y;
};

/** A block of a tensor. */
export const lowerSlice: Lower<'slice'> = (node, at) => {
  const x = at.value(node.inputs[0] as string);
  const y = newValue(at, at.layout(node.name));
  copyBlock(at, x, inFour(node.attrs.begin, 0), y, NOWHERE, y.layout.dims);
  clearPads(at, y);
  return y;
};

/** A frame of one value. */
export const lowerPad: Lower<'pad'> = (node, at) => {
  const x = at.value(node.inputs[0] as string);
  const y = newValue(at, at.layout(node.name));
  const begin = inFour(
    node.attrs.paddings.map(([before]) => before),
    0,
  );
  at.steps.add('fill', { y: y.place, floats: floatsOf(y.layout), value: node.attrs.value });
  copyBlock(at, x, NOWHERE, y, begin, x.layout.dims);
  if (node.attrs.value !== 0) clearPads(at, y);
  return y;
};

/** Another order of the axes; the first axis step by step. */
export const lowerTranspose: Lower<'transpose'> = (node, at) => {
  const x = at.value(node.inputs[0] as string);
  const y = newValue(at, at.layout(node.name));
  const rank = node.attrs.perm.length;
  const perm = [...new Array(4 - rank).keys(), ...node.attrs.perm.map((axis) => axis + 4 - rank)];
  const ys = stepsOf(y.layout);
  const { dims } = x.layout;
  // The steps in y that follow x's axes.
  const follow = [0, 1, 2, 3].map((axis) => ys[perm.indexOf(axis)] as number);
  const rows = perm[3] === 3;
  for (let i = 0; i < dims[0]; i++) {
    const from: Four = [i, 0, 0, 0];
    const xs = stepsOf(x.layout);
    at.steps.add('copy', {
      x: { buffer: x.place.buffer, bytes: x.place.bytes + from[0] * xs[0] * 4 },
      y: { buffer: y.place.buffer, bytes: y.place.bytes + i * (follow[0] as number) * 4 },
      ...(rows
        ? { n0: 1, n1: dims[1], n2: dims[2], floats: dims[3] }
        : { n0: dims[1], n1: dims[2], n2: dims[3], floats: 1 }),
      ...(rows
        ? { x0: 0, x1: xs[1], x2: xs[2], y0: 0, y1: follow[1] as number, y2: follow[2] as number }
        : { x0: xs[1], x1: xs[2], x2: 1 }),
      ...(rows ? {} : { y0: follow[1] as number, y1: follow[2] as number, y2: follow[3] as number }),
    } as never);
  }
  clearPads(at, y);
  return y;
};

/** The same values in another shape: where the channels stay, in the same place. */
export const lowerReshape: Lower<'reshape' | 'squeeze' | 'expandDims'> = (node, at) => {
  const x = at.value(node.inputs[0] as string);
  return reshaped(at, x, at.layout(node.name));
};

/** The value with another layout of as many elements. */
function reshaped(at: Lowering, x: Value, layout: Layout): Value {
  const channels = layout.dims[3];
  if (channels === x.layout.dims[3] && layout.stride === x.layout.stride) return { layout, place: x.place };
  if (isDense(x.layout) && isDense(layout) && floatsOf(layout) === floatsOf(x.layout))
    return { layout, place: x.place };
  const flat = dense(at, x);
  if (layout.stride === channels) return { layout, place: flat.place };
  const y = newValue(at, layout);
  at.steps.add('copy', {
    ...{ x: flat.place, y: y.place, n0: 1, n1: 1, n2: rowsOf(layout), floats: channels },
    ...{ x0: 0, x1: 0, x2: channels, y0: 0, y1: 0, y2: layout.stride },
  });
  clearPads(at, y);
  return y;
}

/** The value without anything between its rows. */
export function dense(at: Lowering, x: Value): Value {
  const { dims, stride } = x.layout;
  const layout: Layout = { dims, stride: dims[3] };
  if (isDense(x.layout)) return { layout, place: x.place };
  const y = { layout, place: at.steps.value(up4(floatsOf(layout))) };
  at.steps.add('copy', {
    ...{ x: x.place, y: y.place, n0: 1, n1: 1, n2: rowsOf(layout), floats: dims[3] },
    ...{ x0: 0, x1: 0, x2: stride, y0: 0, y1: 0, y2: dims[3] },
  });
  return y;
}

/** Blocks of channels laid out over the image, one copy for each place in a block. */
export const lowerDepthToSpace: Lower<'depthToSpace'> = (node, at) => {
  const block = node.attrs.blockSize;
  const x = at.value(node.inputs[0] as string);
  const y = newValue(at, at.layout(node.name));
  const [n, h, w] = x.layout.dims;
  const channels = y.layout.dims[3];
  const ys = stepsOf(y.layout);
  const steps: Four = [ys[0], ys[1] * block, ys[2] * block, 1];
  for (let i = 0; i < block * block; i++) {
    const [down, along] = [Math.floor(i / block), i % block];
    const to: Value = {
      layout: y.layout,
      place: { buffer: y.place.buffer, bytes: y.place.bytes + (down * ys[1] + along * ys[2]) * 4 },
    };
    copyBlock(at, x, [0, 0, 0, i * channels], to, NOWHERE, [n, h, w, channels], steps);
  }
  clearPads(at, y);
  return y;
};

/** Listed channels, or listed places of another axis, each a copy. */
export const lowerGather: Lower<'gather'> = (node, at) => {
  const rank = at.shape(node.inputs[0] as string).length;
  const axis = (node.attrs.axis < 0 ? node.attrs.axis + rank : node.attrs.axis) + 4 - rank;
  const x = at.value(node.inputs[0] as string);
  const indices = at.constant(node, node.inputs[1]);
  const size = x.layout.dims[axis] as number;
  if (indices.values.some((i) => i < 0 || i >= size)) return undefined;
  if (axis !== 3) return taken(at, x, axis, indices.values, at.layout(node.name));
  const y = newValue(at, at.layout(node.name));
  at.steps.add('gather', {
    ...{ x: x.place, indices: at.steps.constant(Int32Array.from(indices.values)), y: y.place },
    ...{ rows: rowsOf(y.layout), xStride: x.layout.stride, yStride: y.layout.stride },
    count: indices.values.length,
  });
  clearPads(at, y);
  return y;
};

/** The listed places of an axis that is not the channels. */
function taken(at: Lowering, x: Value, axis: number, places: ArrayLike<number>, layout: Layout): Value {
  const y = newValue(at, layout);
  const along = (place: number): Four => NOWHERE.map((zero, i) => (i === axis ? place : zero)) as never;
  const size = x.layout.dims.map((dim, i) => (i === axis ? 1 : dim)) as unknown as Four;
  for (let i = 0; i < places.length; i++) copyBlock(at, x, along(places[i] as number), y, along(i), size);
  clearPads(at, y);
  return y;
}

/** A frame of mirrored values, axis by axis. */
export const lowerMirrorPad: Lower<'mirrorPad'> = (node, at) => {
  const { paddings, mode } = node.attrs;
  const edge = mode === 'reflect' ? 0 : 1;
  let x = at.value(node.inputs[0] as string);
  for (const [axis, [before, after]] of inFour(paddings, [0, 0] as const).entries()) {
    if (before + after === 0) continue;
    const size = x.layout.dims[axis] as number;
    const places = Array.from({ length: before + size + after }, (_, position) => {
      const place = position - before;
      if (place < 0) return -place - edge;
      return place < size ? place : 2 * size - 2 - place + edge;
    });
    if (axis === 3) return undefined;
    const dims = x.layout.dims.map((dim, i) => (i === axis ? places.length : dim)) as unknown as Four;
    x = taken(at, x, axis, places, { dims, stride: x.layout.stride });
  }
  return x;
};

/** Channels at their places in a wider stream. */
export const lowerScatter: Lower<'scatter'> = (node, at) => {
  const { size, positions, fill } = node.attrs;
  const x = at.value(node.inputs[0] as string);
  const y = newValue(at, at.layout(node.name));
  at.steps.add('scatterRows', {
    ...{ src: x.place, srcRow: x.layout.stride * 4, residual: 0, y: y.place, yRow: y.layout.stride * 4 },
    ...{ table: at.steps.constant(scatterTable(size, positions, fill)), rows: rowsOf(y.layout) },
    ...{ width: y.layout.stride, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
  });
  return y;
};

/** Larger or smaller images, between whose pixels lines or steps are drawn. */
export const lowerResize: Lower<'resize'> = (node, at) => {
  const x = at.value(node.inputs[0] as string);
  const y = newValue(at, at.layout(node.name));
  const [batch, height, width] = x.layout.dims;
  const [, yHeight, yWidth] = y.layout.dims;
  at.steps.add('resize', {
    ...{ x: x.place, y: y.place, batch, height, width, channels: x.layout.stride, yHeight, yWidth },
    rows: at.steps.constant(resizeTable(node, height, yHeight)),
    columns: at.steps.constant(resizeTable(node, width, yWidth)),
  });
  return y;
};

/** For each place of the result, the two places it lies between and the share of the second. */
function resizeTable(node: GraphNode<'resize'>, from: number, count: number): Uint8Array {
  const { method, alignCorners, halfPixelCenters } = node.attrs;
  const bilinear = method === 'bilinear';
  const view = new DataView(new ArrayBuffer(count * 12));
  const scale = alignCorners && count > 1 ? (from - 1) / (count - 1) : from / count;
  const inside = (place: number): number => Math.min(Math.max(place, 0), from - 1);
  for (let i = 0; i < count; i++) {
    const place = halfPixelCenters ? (i + 0.5) * scale - (bilinear ? 0.5 : 0) : i * scale;
    const first = bilinear || !alignCorners ? Math.floor(place) : Math.round(place);
    view.setInt32(i * 12, inside(first), true);
    view.setInt32(i * 12 + 4, inside(bilinear ? first + 1 : first), true);
    view.setFloat32(i * 12 + 8, bilinear ? place - first : 0, true);
  }
  return new Uint8Array(view.buffer);
}
