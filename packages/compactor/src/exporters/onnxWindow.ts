// Knows how windows over an image and their padding are said in ONNX.
import { type Dim, type GraphNode, type Padding, type Pair, type Shape, windowAxis } from '@asfp/core';
import type { OnnxAttribute } from './onnxProto.ts';

/** Strides, dilations and pads of a window of `size` (`[kh, kw]`) over an image `[n, h, w, c]`; SAME over an unknown size stays a rule. */
export function onnxWindow(
  size: readonly [number, number],
  shape: Shape,
  attrs: { readonly strides: Pair; readonly dilations?: Pair; readonly pad: Padding },
): Readonly<Record<string, OnnxAttribute>> {
  const { strides, dilations = [1, 1], pad } = attrs;
  const window = { kernel_shape: [...size], strides: [...strides] };
  const dilated = dilations.some((step) => step !== 1) ? { dilations: [...dilations] } : {};
  const sizes: readonly [Dim, Dim] = [shape[1] ?? null, shape[2] ?? null];
  if (pad === 'same' && sizes.includes(null)) return { ...window, ...dilated, auto_pad: 'SAME_UPPER' };
  const [rows, cols] = ([0, 1] as const).map((axis) =>
    // Only SAME looks at the image's size.
    windowAxis(sizes[axis] ?? size[axis], size[axis], strides[axis], dilations[axis], pad, axis),
  );
  const pads = [rows?.before, cols?.before, rows?.after, cols?.after].map((each) => each ?? 0);
  return { ...window, ...dilated, pads };
}

/** The pads and output padding of a transposed convolution. */
export function onnxTransposedWindow(
  node: GraphNode<'convTranspose2d'>,
  size: readonly [number, number],
  shape: Shape,
): Readonly<Record<string, OnnxAttribute>> {
  const { strides, pad } = node.attrs;
  const [rows, cols] = ([0, 1] as const).map((axis) => {
    const from = shape[axis + 1] ?? null;
    const full = from === null ? null : (from - 1) * strides[axis] + size[axis];
    const to = node.attrs.size[axis];
    if (full === null || to === null) {
      const lost = pad === 'same' ? Math.max(0, size[axis] - strides[axis]) : 0;
      const before = Math.floor(lost / 2);
      return { before, after: lost - before, more: Math.max(0, strides[axis] - size[axis]) };
    }
    const { before } = windowAxis(to, size[axis], strides[axis], 1, pad, axis);
    const over = full - before - to;
    return { before, after: Math.max(0, over), more: Math.max(0, -over) };
  });
  const each = (key: 'before' | 'after' | 'more'): number[] => [rows?.[key] ?? 0, cols?.[key] ?? 0];
  return {
    kernel_shape: [...size],
    strides: [...strides],
    pads: [...each('before'), ...each('after')],
    output_padding: each('more'),
  };
}
