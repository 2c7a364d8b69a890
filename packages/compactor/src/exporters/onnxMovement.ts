// Knows how pools, reductions and moves of values are said in ONNX.
import { type GraphNode, normalAxis } from '@asfp/core';
import type { OnnxAttribute } from './onnxProto.ts';
import { axisFirst, type Layout, type OnnxSketch, refusal } from './onnxSketch.ts';
import { onnxWindow } from './onnxWindow.ts';

const reductions = { sum: 'ReduceSum', max: 'ReduceMax', min: 'ReduceMin' } as const;

/** The rules of these ops. */
export const onnxMovement = {
  maxPool: (node: GraphNode<'maxPool'>, sketch: OnnxSketch): void => pool(node, sketch, 'MaxPool', {}),
  avgPool: (node: GraphNode<'avgPool'>, sketch: OnnxSketch): void =>
    pool(node, sketch, 'AveragePool', { count_include_pad: 0 }),
  mean: (node: GraphNode<'mean'>, sketch: OnnxSketch): void => reduction(node, sketch, 'ReduceMean'),
  reduce: (node: GraphNode<'reduce'>, sketch: OnnxSketch): void =>
    reduction(node, sketch, reductions[node.attrs.fn]),
  pad: (node: GraphNode<'pad'>, sketch: OnnxSketch): void => {
    const value = sketch.constant(`${node.name}/value`, [], Float32Array.of(node.attrs.value));
    padding(node, sketch, node.attrs.paddings, 'constant', [value]);
  },
  mirrorPad: (node: GraphNode<'mirrorPad'>, sketch: OnnxSketch): void => {
    if (node.attrs.mode === 'reflect') padding(node, sketch, node.attrs.paddings, 'reflect', []);
    else symmetric(node, sketch);
  },
  transpose: (node: GraphNode<'transpose'>, sketch: OnnxSketch): void => {
    const x = sketch.read(node.inputs[0] as string, 'last');
    sketch.set(node, sketch.emit('Transpose', [x], node.name, { perm: [...node.attrs.perm] }), 'last');
  },
  reshape: (node: GraphNode<'reshape'>, sketch: OnnxSketch): void => {
    const { shape } = node.attrs;
    const x = sketch.read(node.inputs[0] as string, 'last');
    const target = sketch.constant(`${node.name}/shape`, [shape.length], [...shape]);
    const attributes = shape.includes(0) ? { allowzero: 1 } : {};
    sketch.set(node, sketch.emit('Reshape', [x, target], node.name, attributes), 'last');
  },
  squeeze: (node: GraphNode<'squeeze'>, sketch: OnnxSketch): void => {
    const axes = sketch.constant(`${node.name}/axes`, [node.attrs.axes.length], [...node.attrs.axes]);
    const x = sketch.read(node.inputs[0] as string, 'last');
    sketch.set(node, sketch.emit('Squeeze', [x, axes], node.name), 'last');
  },
  expandDims: (node: GraphNode<'expandDims'>, sketch: OnnxSketch): void => {
    const axes = sketch.constant(`${node.name}/axes`, [1], [node.attrs.axis]);
    const x = sketch.read(node.inputs[0] as string, 'last');
    sketch.set(node, sketch.emit('Unsqueeze', [x, axes], node.name), 'last');
  },
  concat: (node: GraphNode<'concat'>, sketch: OnnxSketch): void => {
    const layout = node.inputs.some((name) => sketch.layoutOf(name) === 'first') ? 'first' : 'last';
    const axis = placed(node.attrs.axis, node, sketch, layout);
    const parts = node.inputs.map((name) => sketch.read(name, layout));
    sketch.set(node, sketch.emit('Concat', parts, node.name, { axis }), layout);
  },
  gather: (node: GraphNode<'gather'>, sketch: OnnxSketch): void => {
    const [from, indices] = node.inputs as [string, string];
    const layout = sketch.layoutOf(from);
    const axis = placed(node.attrs.axis, node, sketch, layout);
    const inputs = [sketch.read(from, layout), sketch.read(indices, 'last')];
    sketch.set(node, sketch.emit('Gather', inputs, node.name, { axis }), layout);
  },
  slice: (node: GraphNode<'slice'>, sketch: OnnxSketch): void => {
    const from = node.inputs[0] as string;
    const layout = sketch.layoutOf(from);
    const { begin, size } = node.attrs;
    const ends = begin.map((start, axis) =>
      size[axis] === -1 ? 2 ** 31 - 1 : start + (size[axis] as number),
    );
    const axes = begin.map((_, axis) => placed(axis, node, sketch, layout));
    const lists = { starts: [...begin], ends, axes };
    const inputs = Object.entries(lists).map(([part, values]) =>
      sketch.constant(`${node.name}/${part}`, [values.length], values),
    );
    sketch.set(node, sketch.emit('Slice', [sketch.read(from, layout), ...inputs], node.name), layout);
  },
  depthToSpace: (node: GraphNode<'depthToSpace'>, sketch: OnnxSketch): void => {
    const x = sketch.read(node.inputs[0] as string, 'first');
    const attributes = { blocksize: node.attrs.blockSize, mode: 'DCR' };
    sketch.set(node, sketch.emit('DepthToSpace', [x], node.name, attributes), 'first');
  },
  resize: (node: GraphNode<'resize'>, sketch: OnnxSketch): void => {
    const { method, alignCorners, halfPixelCenters } = node.attrs;
    const [height, width] = node.attrs.size;
    const x = sketch.read(node.inputs[0] as string, 'first');
    const target =
      height === null || width === null
        ? [scalesOf(node, sketch)]
        : ['', sizesOf(node, sketch, x, [height, width])];
    const near = alignCorners || halfPixelCenters ? 'round_prefer_ceil' : 'floor';
    const attributes = {
      mode: method === 'bilinear' ? 'linear' : 'nearest',
      coordinate_transformation_mode: alignCorners
        ? 'align_corners'
        : halfPixelCenters
          ? 'half_pixel'
          : 'asymmetric',
      ...(method === 'nearest' ? { nearest_mode: near } : {}),
    };
    sketch.set(node, sketch.emit('Resize', [x, '', ...target], node.name, attributes), 'first');
  },
} as const;

/** Where height and width are open, the result is the input times a factor. */
function scalesOf(node: GraphNode<'resize'>, sketch: OnnxSketch): string {
  return sketch.constant(`${node.name}/scales`, [4], Float32Array.of(1, 1, ...(node.attrs.factor ?? [1, 1])));
}

/** The whole size of the result `[n, c, h, w]`; the batch is only known at run time. */
function sizesOf(
  node: GraphNode<'resize'>,
  sketch: OnnxSketch,
  x: string,
  size: readonly [number, number],
): string {
  const front = sketch.emit('Shape', [x], `${node.name}/front`, { start: 0, end: 2 });
  const back = sketch.constant(`${node.name}/size`, [2], [...size]);
  return sketch.emit('Concat', [front, back], `${node.name}/sizes`, { axis: 0 });
}

function pool(
  node: GraphNode<'maxPool' | 'avgPool'>,
  sketch: OnnxSketch,
  op: string,
  more: Readonly<Record<string, OnnxAttribute>>,
): void {
  const from = node.inputs[0] as string;
  const [kh, kw] = node.attrs.size;
  const window = onnxWindow([kh, kw], sketch.shapes.get(from) ?? [], node.attrs);
  const x = sketch.read(from, 'first');
  sketch.set(node, sketch.emit(op, [x], node.name, { ...window, ...more }), 'first');
}

function reduction(node: GraphNode<'mean' | 'reduce'>, sketch: OnnxSketch, op: string): void {
  const from = node.inputs[0] as string;
  const { keepDims } = node.attrs;
  const axes = node.attrs.axes.map((axis) => normalAxis(axis, sketch.rank(from), node.name));
  // Without its axes the rest must stand in the old order: so it does where height and width go.
  const both = axes.length === 2 && axes.includes(1) && axes.includes(2);
  const layout = keepDims || both ? sketch.layoutOf(from) : 'last';
  const placedAxes = axes.map((axis) => placed(axis, node, sketch, layout)).sort((a, b) => a - b);
  const x = sketch.read(from, layout);
  const kept = { keepdims: keepDims ? 1 : 0 };
  // The sum is the one that takes its axes as an input in opset 17.
  const result =
    op === 'ReduceSum'
      ? sketch.emit(op, [x, sketch.constant(`${node.name}/axes`, [axes.length], placedAxes)], node.name, kept)
      : sketch.emit(op, [x], node.name, { axes: placedAxes, ...kept });
  sketch.set(node, result, layout);
}

function padding(
  node: GraphNode<'pad' | 'mirrorPad'>,
  sketch: OnnxSketch,
  paddings: readonly (readonly [number, number])[],
  mode: string,
  more: readonly string[],
): void {
  const from = node.inputs[0] as string;
  const layout = sketch.layoutOf(from);
  const pads = new Array<number>(2 * paddings.length).fill(0);
  for (const [axis, [before, after]] of paddings.entries()) {
    const at = placed(axis, node, sketch, layout);
    pads[at] = before;
    pads[at + paddings.length] = after;
  }
  const list = sketch.constant(`${node.name}/pads`, [pads.length], pads);
  const x = sketch.read(from, layout);
  sketch.set(node, sketch.emit('Pad', [x, list, ...more], node.name, { mode }), layout);
}

/** A frame that repeats the edge itself, which ONNX does not have: the mirrored positions are gathered, axis by axis. */
function symmetric(node: GraphNode<'mirrorPad'>, sketch: OnnxSketch): void {
  const from = node.inputs[0] as string;
  const layout = sketch.layoutOf(from);
  let name = sketch.read(from, layout);
  for (const [axis, [before, after]] of node.attrs.paddings.entries()) {
    if (before === 0 && after === 0) continue;
    const size = sketch.shapes.get(from)?.[axis] ?? null;
    if (size === null) throw refusal(node, 'a mirrored axis of a known size');
    const positions = Array.from({ length: before + size + after }, (_, to) => {
      const at = to - before;
      if (at < 0) return -at - 1;
      return at < size ? at : 2 * size - 1 - at;
    });
    const list = sketch.constant(`${node.name}/positions`, [positions.length], positions);
    name = sketch.emit('Gather', [name, list], node.name, { axis: placed(axis, node, sketch, layout) });
  }
  sketch.set(node, name, layout);
}

/** Where an axis of a node's first input stands in a layout. */
function placed(axis: number, node: GraphNode, sketch: OnnxSketch, layout: Layout): number {
  const normal = normalAxis(axis, sketch.rank(node.inputs[0] as string), node.name);
  return layout === 'first' ? (axisFirst[normal] as number) : normal;
}
