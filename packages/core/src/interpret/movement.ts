// Knows the ops that move values and those that average or pick among them.
import { assertInternal } from '../errors.ts';
import type { GraphNode } from '../graph/graph.ts';
import { shapeOf } from '../graph/ops.ts';
import { windowAxis } from '../graph/window.ts';
import { normalAxis, sizeOf, stridesOf } from '../tensor/hostTensor.ts';
import { imageDims, type RealTensor, realTensor } from './realTensor.ts';

/** Largest or average value of each window; positions outside the image take no part. */
export function pool(node: GraphNode<'maxPool' | 'avgPool'>, x: RealTensor): RealTensor {
  const { size, strides, pad } = node.attrs;
  const [n, h, w, c] = imageDims(x);
  const rows = windowAxis(h, size[0], strides[0], 1, pad, 0);
  const cols = windowAxis(w, size[1], strides[1], 1, pad, 1);
  return realTensor([n, rows.out, cols.out, c], (i) => {
    const channel = i % c;
    const ox = Math.floor(i / c) % cols.out;
    const oy = Math.floor(i / (c * cols.out)) % rows.out;
    const b = Math.floor(i / (c * cols.out * rows.out));
    let most = Number.NEGATIVE_INFINITY;
    let sum = 0;
    let count = 0;
    for (let ky = 0; ky < size[0]; ky++) {
      const iy = oy * strides[0] + ky - rows.before;
      if (iy < 0 || iy >= h) continue;
      for (let kx = 0; kx < size[1]; kx++) {
        const ix = ox * strides[1] + kx - cols.before;
        if (ix < 0 || ix >= w) continue;
        const value = x.values[((b * h + iy) * w + ix) * c + channel] as number;
        most = Math.max(most, value);
        sum += value;
        count++;
      }
    }
    return node.op === 'maxPool' ? most : sum / count;
  });
}

/** Mean, sum, largest or smallest value over some axes. */
export function reduceOver(node: GraphNode<'mean' | 'reduce'>, x: RealTensor): RealTensor {
  const fn = node.op === 'mean' ? 'sum' : node.attrs.fn;
  const start = { sum: 0, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY }[fn];
  const axes = node.attrs.axes.map((axis) => normalAxis(axis, x.shape.length, node.name));
  const kept = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const out = realTensor(shapeOf(node, [x.shape]) as number[], () => start);
  const from = stridesOf(x.shape);
  const to = stridesOf(kept).map((step, axis) => (axes.includes(axis) ? 0 : step));
  for (let i = 0; i < x.values.length; i++) {
    let at = 0;
    for (let axis = 0; axis < kept.length; axis++) {
      at += (Math.floor(i / (from[axis] as number)) % (x.shape[axis] as number)) * (to[axis] as number);
    }
    const [held, value] = [out.values[at] as number, x.values[i] as number];
    out.values[at] =
      fn === 'sum' ? held + value : fn === 'max' ? Math.max(held, value) : Math.min(held, value);
  }
  if (node.op === 'mean') {
    const count = x.values.length / out.values.length;
    for (let i = 0; i < out.values.length; i++) out.values[i] = (out.values[i] as number) / count;
  }
  return out;
}

/** A frame of a constant around the tensor. */
export function pad(node: GraphNode<'pad'>, x: RealTensor): RealTensor {
  const shape = shapeOf(node, [x.shape]) as number[];
  const out = realTensor(shape, () => node.attrs.value);
  const from = stridesOf(x.shape);
  const to = stridesOf(shape);
  for (let i = 0; i < x.values.length; i++) {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      const position = Math.floor(i / (from[axis] as number)) % (x.shape[axis] as number);
      at += (position + (node.attrs.paddings[axis]?.[0] ?? 0)) * (to[axis] as number);
    }
    out.values[at] = x.values[i] as number;
  }
  return out;
}

/** Axes in another order. */
export function transpose(node: GraphNode<'transpose'>, x: RealTensor): RealTensor {
  const { perm } = node.attrs;
  const shape = perm.map((axis) => x.shape[axis] as number);
  const from = stridesOf(x.shape);
  const to = stridesOf(shape);
  return realTensor(shape, (i) => {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      at +=
        (Math.floor(i / (to[axis] as number)) % (shape[axis] as number)) *
        (from[perm[axis] as number] as number);
    }
    return x.values[at] as number;
  });
}

/** The same values under another shape. */
export function reshape(node: GraphNode<'reshape'>, x: RealTensor): RealTensor {
  const fixed = node.attrs.shape.filter((dim) => dim !== -1).reduce((a, b) => a * b, 1);
  const shape = node.attrs.shape.map((dim) => (dim === -1 ? x.values.length / fixed : dim));
  assertInternal(
    sizeOf(shape) === x.values.length,
    `${node.name} reshapes ${x.values.length} values to [${shape}]`,
  );
  return { shape, values: x.values };
}

/** Tensors side by side along one axis. */
export function concat(node: GraphNode<'concat'>, inputs: readonly RealTensor[]): RealTensor {
  const shape = shapeOf(
    node,
    inputs.map((input) => input.shape),
  ) as number[];
  const axis = normalAxis(node.attrs.axis, shape.length, node.name);
  const out = realTensor(shape);
  const outer = sizeOf(shape.slice(0, axis));
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (const input of inputs) {
      const run = sizeOf(input.shape.slice(axis));
      out.values.set(input.values.subarray(o * run, (o + 1) * run), to);
      to += run;
    }
  }
  return out;
}

/** Channels put into their places in a wider tensor. */
export function scatter(node: GraphNode<'scatter'>, x: RealTensor): RealTensor {
  const { size, positions, fill } = node.attrs;
  const out = realTensor([...x.shape.slice(0, -1), size], (i) => fill[i % size] as number);
  const narrow = positions.length;
  for (let i = 0; i < x.values.length; i++) {
    out.values[Math.floor(i / narrow) * size + (positions[i % narrow] as number)] = x.values[i] as number;
  }
  return out;
}

/** Some positions of one axis. */
export function gather(node: GraphNode<'gather'>, x: RealTensor, indices: RealTensor): RealTensor {
  const axis = normalAxis(node.attrs.axis, x.shape.length, node.name);
  const shape = x.shape.map((dim, i) => (i === axis ? indices.values.length : dim));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const extent = x.shape[axis] as number;
  const count = indices.values.length;
  return realTensor(shape, (i) => {
    const position = indices.values[Math.floor(i / inner) % count] as number;
    return x.values[(Math.floor(i / (inner * count)) * extent + position) * inner + (i % inner)] as number;
  });
}
