// Knows how layers with kernels are said in ONNX: convolutions, dense layers, scatters.
import { type FusedActivation, float32Tensor, type GraphNode, type HostTensor } from '@asfp/core';
import { onnxUnary } from './onnxElementwise.ts';
import { type OnnxSketch, refusal } from './onnxSketch.ts';
import { onnxTransposedWindow, onnxWindow } from './onnxWindow.ts';
import { permuted } from './permuted.ts';

/** The rules of these ops. */
export const onnxWeighted = {
  conv2d: (node: GraphNode<'conv2d'>, sketch: OnnxSketch): void => {
    const kernel = sketch.tensor(node, 1);
    convolution(node, sketch, permuted(kernel, [3, 2, 0, 1]), 1);
  },
  depthwiseConv2d: (node: GraphNode<'depthwiseConv2d'>, sketch: OnnxSketch): void => {
    const kernel = sketch.tensor(node, 1);
    const [kh, kw, channels, multiplier] = kernel.shape as [number, number, number, number];
    const flat = permuted({ ...kernel, shape: [kh, kw, channels * multiplier] }, [2, 0, 1]);
    convolution(node, sketch, { ...flat, shape: [channels * multiplier, 1, kh, kw] }, channels);
  },
  convTranspose2d: (node: GraphNode<'convTranspose2d'>, sketch: OnnxSketch): void => {
    const kernel = permuted(sketch.tensor(node, 1), [3, 2, 0, 1]);
    const [, , kh, kw] = kernel.shape as [number, number, number, number];
    const from = node.inputs[0] as string;
    const inputs = [sketch.read(from, 'first'), weight(sketch, `${node.name}/kernel`, kernel)];
    const window = onnxTransposedWindow(node, [kh, kw], sketch.shapes.get(from) ?? []);
    sketch.set(node, sketch.emit('ConvTranspose', inputs, node.name, window), 'first');
  },
  matMul: (node: GraphNode<'matMul'>, sketch: OnnxSketch): void => {
    const [x, kernel, bias] = node.inputs as [string, string, string | undefined];
    if (!sketch.isConstant(kernel)) throw refusal(node, 'a kernel that is a constant');
    const last = bias === undefined && node.attrs.activation === 'none';
    const product = sketch.emit(
      'MatMul',
      [sketch.read(x, 'last'), sketch.read(kernel, 'last')],
      last ? node.name : `${node.name}/product`,
    );
    const summed =
      bias === undefined
        ? product
        : sketch.emit(
            'Add',
            [product, sketch.read(bias, 'last')],
            node.attrs.activation === 'none' ? node.name : `${node.name}/sum`,
          );
    sketch.set(node, activated(node, sketch, summed), 'last');
  },
  scatter: (node: GraphNode<'scatter'>, sketch: OnnxSketch): void => {
    const from = node.inputs[0] as string;
    const { positions, size, fill } = node.attrs;
    const isImage = sketch.rank(from) === 4;
    const narrow = positions.length;
    const values = new Float32Array(narrow * size);
    for (const [i, position] of positions.entries())
      values[isImage ? position * narrow + i : i * size + position] = 1;
    const filled = fill.some((value) => value !== 0);
    const numbers = float32Tensor([size], [...fill]);
    if (isImage) {
      const kernel = float32Tensor([size, narrow, 1, 1], values);
      const inputs = [sketch.read(from, 'first'), weight(sketch, `${node.name}/kernel`, kernel)];
      if (filled) inputs.push(weight(sketch, `${node.name}/fill`, numbers));
      sketch.set(node, sketch.emit('Conv', inputs, node.name, { kernel_shape: [1, 1] }), 'first');
      return;
    }
    const kernel = weight(sketch, `${node.name}/kernel`, float32Tensor([narrow, size], values));
    const moved = sketch.emit(
      'MatMul',
      [sketch.read(from, 'last'), kernel],
      filled ? `${node.name}/moved` : node.name,
    );
    const whole = filled
      ? sketch.emit('Add', [moved, weight(sketch, `${node.name}/fill`, numbers)], node.name)
      : moved;
    sketch.set(node, whole, 'last');
  },
} as const;

/** kernel `[out, in / groups, kh, kw]` */
function convolution(
  node: GraphNode<'conv2d' | 'depthwiseConv2d'>,
  sketch: OnnxSketch,
  kernel: HostTensor,
  groups: number,
): void {
  const from = node.inputs[0] as string;
  const bias = node.inputs[2];
  const [, , kh, kw] = kernel.shape as [number, number, number, number];
  const inputs = [sketch.read(from, 'first'), weight(sketch, `${node.name}/kernel`, kernel)];
  if (bias !== undefined) inputs.push(sketch.read(bias, 'last'));
  const attributes = {
    ...onnxWindow([kh, kw], sketch.shapes.get(from) ?? [], node.attrs),
    ...(groups === 1 ? {} : { group: groups }),
  };
  const linear = node.attrs.activation === 'none' ? node.name : `${node.name}/linear`;
  const result = sketch.emit('Conv', inputs, linear, attributes);
  sketch.set(node, activated(node, sketch, result), 'first');
}

function activated(
  node: GraphNode<'conv2d' | 'depthwiseConv2d' | 'matMul'>,
  sketch: OnnxSketch,
  x: string,
): string {
  const activation: FusedActivation = node.attrs.activation;
  return activation === 'none' ? x : onnxUnary(sketch, node, activation, node.attrs.alpha, x);
}

function weight(sketch: OnnxSketch, base: string, tensor: HostTensor): string {
  return sketch.constant(base, tensor.shape, tensor.values);
}
