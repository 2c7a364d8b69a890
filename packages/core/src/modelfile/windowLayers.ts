// Knows the Keras layers that look at an image or a row through a window, or change its size: pools, frames, crops, enlargement.
import type { Dim, GraphNode, Pair } from '../graph/graph.ts';
import { type Shape, showShape } from '../graph/ops.ts';
import { type LayerCall, type LayerRule, layerNode, misfit, paddingOf, pairOf } from './layerCall.ts';

type Frame = readonly [Pair, Pair];

/** The layers of windows and sizes, by class. */
export const windowLayers: Readonly<Record<string, LayerRule>> = {
  MaxPooling1D: (call) => rowPool(call, 'maxPool'),
  AveragePooling1D: (call) => rowPool(call, 'avgPool'),
  MaxPooling2D: (call) => [imagePool(call, 'maxPool')],
  AveragePooling2D: (call) => [imagePool(call, 'avgPool')],
  GlobalAveragePooling1D: (call) => [layerNode(call.name, 'mean', call.inputs, globally(call, [1]))],
  GlobalAveragePooling2D: (call) => [layerNode(call.name, 'mean', call.inputs, globally(call, [1, 2]))],
  GlobalMaxPooling1D: (call) => [
    layerNode(call.name, 'reduce', call.inputs, { fn: 'max', ...globally(call, [1]) }),
  ],
  GlobalMaxPooling2D: (call) => [
    layerNode(call.name, 'reduce', call.inputs, { fn: 'max', ...globally(call, [1, 2]) }),
  ],
  ZeroPadding2D: (call) => {
    const [rows, cols] = frameOf(call, 'padding');
    return [layerNode(call.name, 'pad', call.inputs, { paddings: [[0, 0], rows, cols, [0, 0]], value: 0 })];
  },
  Cropping2D: (call, _, [inputShape = []]) => {
    const [rows, cols] = frameOf(call, 'cropping');
    const [height, width] = imageSize(call, inputShape);
    const size = [-1, height - rows[0] - rows[1], width - cols[0] - cols[1], -1];
    return [layerNode(call.name, 'slice', call.inputs, { begin: [0, rows[0], cols[0], 0], size })];
  },
  CenterCrop: (call, _, [inputShape = []]) => {
    const [height, width] = imageSize(call, inputShape);
    const [rows, cols] = [Number(call.config['height']), Number(call.config['width'])];
    // Of a column to spare tfjs takes the first, Keras the last; a smaller image the two enlarge by different rules.
    if (rows > height || cols > width || width - cols === 1 || Math.min(rows, cols) < 2)
      throw misfit(
        call,
        'a crop that tfjs and Keras do alike',
        `${rows} × ${cols} of ${height} × ${width}`,
        'Put Cropping2D in its place',
      );
    const begin = [0, Math.floor((height - rows) / 2), Math.floor((width - cols) / 2), 0];
    return [layerNode(call.name, 'slice', call.inputs, { begin, size: [-1, rows, cols, -1] })];
  },
  UpSampling2D: (call, _, [inputShape = []]) => {
    const factor = pairOf(call.config['size'] ?? 2);
    const [, height = null, width = null] = inputShape;
    const method = String(call.config['interpolation'] ?? 'nearest');
    if (height === null || width === null) return [resizeNode(call, [null, null], factor, method)];
    return [resizeNode(call, [height * factor[0], width * factor[1]], [1, 1], method)];
  },
};

function resizeNode(call: LayerCall, size: readonly [Dim, Dim], factor: Pair, method: string): GraphNode {
  if (method !== 'nearest' && method !== 'bilinear')
    throw misfit(call, 'interpolation nearest or bilinear', method);
  return layerNode(call.name, 'resize', call.inputs, {
    method,
    size,
    ...(size.includes(null) ? { factor } : {}),
    alignCorners: false,
    halfPixelCenters: false,
  });
}

function globally(call: LayerCall, axes: readonly number[]): { axes: readonly number[]; keepDims: boolean } {
  return { axes, keepDims: call.config['keepdims'] === true };
}

function imagePool(call: LayerCall, op: 'maxPool' | 'avgPool'): GraphNode {
  const size = pairOf(call.config['pool_size'] ?? 2);
  const strides = pairOf(call.config['strides'] ?? size);
  return layerNode(call.name, op, call.inputs, { size, strides, pad: paddingOf(call) });
}

/** A row is pooled as an image of one line. */
function rowPool(call: LayerCall, op: 'maxPool' | 'avgPool'): GraphNode[] {
  const one = (setting: unknown): number => Number([setting].flat()[0]);
  const size = one(call.config['pool_size'] ?? 2);
  const stride = one(call.config['strides'] ?? size);
  const [line, image] = [`${call.name}/line`, `${call.name}/image`];
  const attrs = { size: [1, size] as Pair, strides: [1, stride] as Pair, pad: paddingOf(call) };
  return [
    layerNode(line, 'expandDims', call.inputs, { axis: 1 }),
    layerNode(image, op, [line], attrs),
    layerNode(call.name, 'squeeze', [image], { axes: [1] }),
  ];
}

/** `[[top, bottom], [left, right]]`; one number, or one for each axis, stands for both sides. */
function frameOf(call: LayerCall, setting: string): Frame {
  const given = call.config[setting] ?? 1;
  const [rows, cols] = Array.isArray(given) ? (given as readonly unknown[]) : [given, given];
  return [pairOf(rows), pairOf(cols)];
}

function imageSize(call: LayerCall, shape: Shape): readonly [number, number] {
  const [, height = null, width = null] = shape;
  if (height === null || width === null)
    throw misfit(call, 'an input of known height and width', showShape(shape));
  return [height, width];
}
