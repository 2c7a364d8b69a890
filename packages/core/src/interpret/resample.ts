// Knows the ops that take each value of their result from some place of the input: slices, mirrors, resizing, transposed convolution.
import type { GraphNode } from '../graph/graph.ts';
import { shapeOf } from '../graph/ops.ts';
import { windowAxis } from '../graph/window.ts';
import { stridesOf } from '../tensor/hostTensor.ts';
import { imageDims, type RealTensor, realTensor } from './realTensor.ts';

/** A block of the tensor. */
export function slice(node: GraphNode<'slice'>, x: RealTensor): RealTensor {
  const shape = shapeOf(node, [x.shape]) as number[];
  return pick(x, shape, (position, axis) => position + (node.attrs.begin[axis] as number));
}

/** A frame of mirrored values around the tensor. */
export function mirrorPad(node: GraphNode<'mirrorPad'>, x: RealTensor): RealTensor {
  const shape = shapeOf(node, [x.shape]) as number[];
  const edge = node.attrs.mode === 'reflect' ? 0 : 1;
  return pick(x, shape, (position, axis) => {
    const size = x.shape[axis] as number;
    const at = position - (node.attrs.paddings[axis]?.[0] ?? 0);
    if (at < 0) return -at - edge;
    return at < size ? at : 2 * size - 2 - at + edge;
  });
}

/** Blocks of channels laid out over the image. */
export function depthToSpace(node: GraphNode<'depthToSpace'>, x: RealTensor): RealTensor {
  const block = node.attrs.blockSize;
  const [n, h, w, c] = shapeOf(node, [x.shape]) as [number, number, number, number];
  const strides = stridesOf(x.shape);
  return realTensor([n, h, w, c], (i) => {
    const channel = i % c;
    const ox = Math.floor(i / c) % w;
    const oy = Math.floor(i / (c * w)) % h;
    const b = Math.floor(i / (c * w * h));
    const from = ((oy % block) * block + (ox % block)) * c + channel;
    const at = [b, Math.floor(oy / block), Math.floor(ox / block), from];
    return x.values[at.reduce((sum, p, axis) => sum + p * (strides[axis] as number), 0)] as number;
  });
}

/** TensorFlow's ResizeBilinear and ResizeNearestNeighbor. */
export function resize(node: GraphNode<'resize'>, x: RealTensor): RealTensor {
  const { method, alignCorners, halfPixelCenters } = node.attrs;
  const size = shapeOf(node, [x.shape]).slice(1, 3) as [number, number];
  const [n, h, w, c] = imageDims(x);
  const source = (to: number, from: number, count: number): number => {
    const scale = alignCorners && count > 1 ? (from - 1) / (count - 1) : from / count;
    if (!halfPixelCenters) return to * scale;
    return (to + 0.5) * scale - (method === 'bilinear' ? 0.5 : 0);
  };
  return realTensor([n, size[0], size[1], c], (i) => {
    const channel = i % c;
    const ox = Math.floor(i / c) % size[1];
    const oy = Math.floor(i / (c * size[1])) % size[0];
    const b = Math.floor(i / (c * size[1] * size[0]));
    const [fy, fx] = [source(oy, h, size[0]), source(ox, w, size[1])];
    const value = (y: number, px: number): number =>
      x.values[
        ((b * h + Math.min(Math.max(y, 0), h - 1)) * w + Math.min(Math.max(px, 0), w - 1)) * c + channel
      ] as number;
    if (method === 'nearest') {
      const near = alignCorners ? Math.round : Math.floor;
      return value(near(fy), near(fx));
    }
    const [y, px] = [Math.floor(fy), Math.floor(fx)];
    const across = (row: number): number =>
      value(row, px) + (value(row, px + 1) - value(row, px)) * (fx - px);
    return across(y) + (across(y + 1) - across(y)) * (fy - y);
  });
}

/** The gradient of a convolution: each value spreads over a window of the result. */
export function convTranspose2d(
  node: GraphNode<'convTranspose2d'>,
  x: RealTensor,
  kernel: RealTensor,
): RealTensor {
  const { strides, pad } = node.attrs;
  const [n, h, w, ic] = imageDims(x);
  const [kh, kw, oc] = imageDims(kernel);
  const shape = shapeOf(node, [x.shape, kernel.shape]) as [number, number, number, number];
  const [, oh, ow] = shape;
  const top = windowAxis(oh, kh, strides[0], 1, pad, 0).before;
  const left = windowAxis(ow, kw, strides[1], 1, pad, 1).before;
  const out = realTensor(shape);
  for (let b = 0; b < n; b++) {
    for (let iy = 0; iy < h; iy++) {
      for (let ix = 0; ix < w; ix++) {
        for (let ky = 0; ky < kh; ky++) {
          const oy = iy * strides[0] + ky - top;
          if (oy < 0 || oy >= oh) continue;
          for (let kx = 0; kx < kw; kx++) {
            const ox = ix * strides[1] + kx - left;
            if (ox < 0 || ox >= ow) continue;
            const to = ((b * oh + oy) * ow + ox) * oc;
            const from = ((b * h + iy) * w + ix) * ic;
            for (let o = 0; o < oc; o++) {
              let sum = 0;
              for (let i = 0; i < ic; i++) {
                sum +=
                  (x.values[from + i] as number) *
                  (kernel.values[((ky * kw + kx) * oc + o) * ic + i] as number);
              }
              out.values[to + o] = (out.values[to + o] as number) + sum;
            }
          }
        }
      }
    }
  }
  return out;
}

/** A tensor whose values come from the positions that `from` gives, axis by axis. */
function pick(
  x: RealTensor,
  shape: readonly number[],
  from: (position: number, axis: number) => number,
): RealTensor {
  const [source, target] = [stridesOf(x.shape), stridesOf(shape)];
  return realTensor(shape, (i) => {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      const position = Math.floor(i / (target[axis] as number)) % (shape[axis] as number);
      at += from(position, axis) * (source[axis] as number);
    }
    return x.values[at] as number;
  });
}
