// Knows how pooling, means and other reductions become steps.
import { type GraphNode, windowAxis } from '@asfp/core';
import { type KernelArguments, reduceCodes } from '@asfp/kernels';
import { floatsOf } from './layout.ts';
import { clearPads, type Lower, type Lowering, newValue, type Value } from './lowering.ts';
import { stepsOf } from './lowerMovement.ts';

/** The largest value or the mean of windows. */
export const lowerPool: Lower<'maxPool' | 'avgPool'> = (node, at) => {
  const { size, strides, pad } = node.attrs;
  const x = at.value(node.inputs[0] as string);
  const [, height, width] = x.layout.dims;
  const down = windowAxis(height, size[0], strides[0], 1, pad, 0);
  const along = windowAxis(width, size[1], strides[1], 1, pad, 1);
  // A window that lies in the padding alone has no values.
  const inside = (out: number, stride: number, window: number, before: number, from: number): boolean =>
    before < window && (out - 1) * stride - before < from;
  if (!inside(down.out, strides[0], size[0], down.before, height)) return undefined;
  if (!inside(along.out, strides[1], size[1], along.before, width)) return undefined;
  const y = newValue(at, at.layout(node.name));
  return pool(at, x, y, node.op === 'avgPool' ? 'mean' : 'max', {
    ...{ yHeight: down.out, yWidth: along.out, kh: size[0], kw: size[1] },
    ...{ strideY: strides[0], strideX: strides[1], top: down.before, left: along.before },
  });
};

function pool(
  at: Lowering,
  x: Value,
  y: Value,
  what: keyof typeof reduceCodes,
  window: Omit<KernelArguments<'pool'>, 'x' | 'y' | 'batch' | 'height' | 'width' | 'channels' | 'what'>,
): Value {
  const [batch, height, width] = x.layout.dims;
  const size = { batch, height, width, channels: x.layout.stride };
  at.steps.add('pool', { x: x.place, y: y.place, ...size, ...window, what: reduceCodes[what] });
  return y;
}

/** The mean over some axes. */
export const lowerMean: Lower<'mean'> = (node, at) => reduced(node, 'mean', at);

/** A sum, largest or smallest value over some axes. */
export const lowerReduce: Lower<'reduce'> = (node, at) => reduced(node, node.attrs.fn, at);

function reduced(node: GraphNode<'mean' | 'reduce'>, what: keyof typeof reduceCodes, at: Lowering): Value {
  const from = node.inputs[0] as string;
  const rank = at.shape(from).length;
  const gone = new Set(node.attrs.axes.map((axis) => (axis < 0 ? axis + rank : axis) + 4 - rank));
  const x = at.value(from);
  const { dims } = x.layout;
  const y = newValue(at, at.layout(node.name));
  if (gone.size === 2 && gone.has(1) && gone.has(2)) {
    const whole = {
      yHeight: 1,
      yWidth: 1,
      kh: dims[1],
      kw: dims[2],
      strideY: 1,
      strideX: 1,
      top: 0,
      left: 0,
    };
    return pool(at, x, y, what, whole);
  }
  // The steps in y that follow x's axes: those of its kept axes, in order; the last kept one holds the channels.
  const kept = [0, 1, 2, 3].filter((axis) => !gone.has(axis));
  const follow = [0, 0, 0, 0];
  const ys = stepsOf(y.layout);
  const places = node.attrs.keepDims ? kept : kept.map((_, i) => 4 - kept.length + i);
  for (const [i, axis] of kept.entries()) follow[axis] = ys[places[i] as number] as number;
  const xs = stepsOf(x.layout);
  const count = [...gone].reduce((product, axis) => product * (dims[axis] as number), 1);
  at.steps.add('reduceAxes', {
    scratch: at.steps.scratch(floatsOf(y.layout) * 8),
    ...{ x: x.place, y: y.place, n: dims[0], rows: dims[1], columns: dims[2], channels: dims[3] },
    ...{ xN: xs[0], xRow: xs[1], xColumn: xs[2] },
    ...{ yN: follow[0] as number, yRow: follow[1] as number },
    ...{ yColumn: follow[2] as number, yChannel: follow[3] as number },
    ...{ yFloats: floatsOf(y.layout), what: reduceCodes[what], share: what === 'mean' ? 1 / count : 1 },
  });
  clearPads(at, y);
  return y;
}
