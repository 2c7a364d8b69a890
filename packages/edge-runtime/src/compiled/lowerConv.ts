// Knows how convolutions and matrix products become steps, with what their stores do.
import { type GraphNode, windowAxis } from '@asfp/core';
import {
  type ConvKernel,
  functionCodes,
  packConvGemm,
  packDepthwise,
  packWinograd,
  scatterTable,
  up4,
  winogradTile,
} from '@asfp/kernels';
import { chooseConv } from './chooseConv.ts';
import { type ConvSize, pointsOf } from './convWork.ts';
import { foldNorm, type LayerNumbers } from './foldNorm.ts';
import type { FusedStore } from './fuseStores.ts';
import { type Layout, rowsOf } from './layout.ts';
import { zeroPreserving } from './lowerElementwise.ts';
import { clearPads, type Lower, type Lowering, newValue, type Value } from './lowering.ts';
import type { Place } from './stepList.ts';

/** A convolution that is ready to be written: sizes, kernel, and where the window stands. */
interface ConvJob {
  readonly x: Value;
  readonly kernel: ConvKernel;
  readonly bias: ArrayLike<number> | undefined;
  readonly size: ConvSize;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** x `[n, h, w, in]`, kernel `[kh, kw, in, out]`. */
export const lowerConv2d: Lower<'conv2d'> = (node, at, store) => {
  const { strides, dilations, pad } = node.attrs;
  const x = at.value(node.inputs[0] as string);
  const { shape } = at.constant(node, node.inputs[1]) as unknown as ConvKernel;
  const { kernel: values, bias } = foldNorm(numbersOf(node, at), store?.norm, at);
  const kernel: ConvKernel = { shape, values };
  const { size, height, width } = sizeOf(node, at);
  const [kh, kw] = size.kernel;
  const down = windowAxis(height, kh, strides[0], dilations[0], pad, 0);
  const along = windowAxis(width, kw, strides[1], dilations[1], pad, 1);
  const job = { x, kernel, bias, size, top: down.before, left: along.before, height, width };
  return writeConv(node.name, job, at, store);
};

/** A convolution in numbers, and its picture's height and width. */
function sizeOf(
  node: GraphNode<'conv2d'>,
  at: Lowering,
): { readonly size: ConvSize; readonly height: number; readonly width: number } {
  const { strides, dilations } = node.attrs;
  const [batch, height, width, channels] = at.layout(node.inputs[0] as string).dims;
  const [kh, kw, , cols] = at.constant(node, node.inputs[1]).shape as ConvKernel['shape'];
  const [, yHeight, yWidth] = at.layout(node.name).dims;
  const size: ConvSize = {
    ...{ batch, channels, cols, kernel: [kh, kw], strides, dilations, yHeight, yWidth },
  };
  return { size, height, width };
}

/** x `[…, in]`, kernel `[in, out]`: a convolution of rows, each a pixel. */
export const lowerMatMul: Lower<'matMul'> = (node, at, store) => {
  const x = at.value(node.inputs[0] as string);
  const [channels, cols] = at.constant(node, node.inputs[1]).shape as readonly [number, number];
  const { kernel, bias } = foldNorm(numbersOf(node, at), store?.norm, at);
  const rows = rowsOf(x.layout);
  const job: ConvJob = {
    ...{ x, bias, top: 0, left: 0, height: 1, width: rows },
    kernel: { shape: [1, 1, channels, cols], values: kernel },
    size: {
      ...{ batch: 1, channels, cols, kernel: [1, 1], strides: [1, 1], dilations: [1, 1] },
      ...{ yHeight: 1, yWidth: rows },
    },
  };
  return writeConv(node.name, job, at, store);
};

/** Kernel and bias of a layer as its constants say. */
function numbersOf(node: GraphNode<'conv2d' | 'depthwiseConv2d' | 'matMul'>, at: Lowering): LayerNumbers {
  const bias = node.inputs[2] === undefined ? undefined : at.constant(node, node.inputs[2]).values;
  return { kernel: at.constant(node, node.inputs[1]).values, bias };
}

function writeConv(name: string, job: ConvJob, at: Lowering, store: FusedStore | undefined): Value {
  const { x, kernel, bias, size, top, left, height, width } = job;
  const { batch, cols, yHeight, yWidth } = size;
  const channels = x.layout.stride;
  const y = newValue(at, at.layout(store?.end ?? name));
  const activation = store?.activation ?? 'none';
  const clamps = activation === 'relu' || activation === 'relu6';
  const scatter = store?.scatter;
  const common = {
    x: x.place,
    bias: at.steps.constant(filled(bias, cols)),
    residual: store?.residual === undefined ? 0 : at.value(store.residual).place,
    table: scatter
      ? at.steps.constant(scatterTable(scatter.size, scatter.positions, scatter.fill))
      : (0 as number | Place),
    ...{ y: y.place, batch, height, width, channels, used: size.channels, yHeight, yWidth },
    ...{ cols: up4(cols), yStride: y.layout.stride, top, left },
    act: clamps ? functionCodes[activation] : 0,
  };
  const way = chooseConv({ ...size, pixel: channels });
  // Winograd reads rows in whole vectors, and begins less than a tile before them.
  if (way === 'gemm' || left > 3 || !inVectors(x.layout)) {
    const [[kh, kw], [strideY, strideX], [dilationY, dilationX]] = [
      size.kernel,
      size.strides,
      size.dilations,
    ];
    at.steps.add('convGemm', {
      ...common,
      panels: at.steps.constant(packConvGemm(kernel, channels, dilationX)),
      scratch: at.steps.scratch(
        at.sizes.convGemmScratch(channels, size.channels, up4(cols), kh, kw, dilationX),
      ),
      ...{ kh, kw, strideY, strideX, dilationY, dilationX },
    });
  } else {
    const points = pointsOf[way];
    const stride = size.strides[0] as 1 | 2;
    const tile = winogradTile(size.kernel[0], points, stride);
    at.steps.add('winograd', {
      ...common,
      kernels: at.steps.constant(packWinograd(kernel, points, stride)),
      scratch: at.steps.scratch(
        at.sizes.winogradScratch(batch, width, channels, yHeight, yWidth, up4(cols), tile, points, stride),
      ),
      ...{ tile, points, stride },
    });
  }
  if (!clamps) activateInPlace(at, y, activation, store?.alpha ?? 0);
  return y;
}

/** x `[n, h, w, c]`, kernel `[kh, kw, c, multiplier]`; with a multiplier, every channel is copied that often first. */
export const lowerDepthwise: Lower<'depthwiseConv2d'> = (node, at, store) => {
  const { strides, dilations, pad } = node.attrs;
  const { shape } = at.constant(node, node.inputs[1]);
  const [kh, kw, channels, multiplier] = shape as readonly [number, number, number, number];
  const { kernel, bias } = foldNorm(numbersOf(node, at), store?.norm, at);
  const all = channels * multiplier;
  const x = repeated(at, at.value(node.inputs[0] as string), multiplier);
  const [batch, height, width] = x.layout.dims;
  const down = windowAxis(height, kh, strides[0], dilations[0], pad, 0);
  const along = windowAxis(width, kw, strides[1], dilations[1], pad, 1);
  const y = newValue(at, at.layout(store?.end ?? node.name));
  const activation = store?.activation ?? 'none';
  const clamps = activation === 'relu' || activation === 'relu6';
  const { stride } = x.layout;
  at.steps.add('depthwise', {
    x: x.place,
    kernel: at.steps.constant(packDepthwise([kh, kw, all], kernel)),
    bias: at.steps.constant(filled(bias, all)),
    y: y.place,
    scratch: at.steps.scratch(
      at.sizes.depthwiseScratch(stride, along.out, kh, kw, strides[1], dilations[0], dilations[1]),
    ),
    ...{ batch, height, width, channels: stride, yHeight: down.out, yWidth: along.out, kh, kw },
    ...{ strideY: strides[0], strideX: strides[1], dilationY: dilations[0], dilationX: dilations[1] },
    ...{ top: down.before, left: along.before, act: clamps ? functionCodes[activation] : 0 },
  });
  if (!clamps) activateInPlace(at, y, activation, store?.alpha ?? 0);
  return y;
};

function repeated(at: Lowering, x: Value, times: number): Value {
  if (times === 1) return x;
  const [n, h, w, channels] = x.layout.dims;
  const layout: Layout = { dims: [n, h, w, channels * times], stride: up4(channels * times) };
  const y = newValue(at, layout);
  const indices = Int32Array.from({ length: channels * times }, (_, i) => Math.floor(i / times));
  at.steps.add('gather', {
    ...{ x: x.place, indices: at.steps.constant(indices), y: y.place, rows: rowsOf(layout) },
    ...{ xStride: x.layout.stride, yStride: layout.stride, count: channels * times },
  });
  clearPads(at, y);
  return y;
}

function activateInPlace(at: Lowering, y: Value, activation: FusedStore['activation'], alpha: number): void {
  if (activation === 'none') return;
  const vectors = (rowsOf(y.layout) * y.layout.stride) / 4;
  at.steps.add('unary', { x: y.place, y: y.place, vectors, fn: functionCodes[activation], alpha });
  if (!zeroPreserving(activation)) clearPads(at, y);
}

/** A bias, filled up to whole vectors. */
function filled(values: ArrayLike<number> | undefined, count: number): Float32Array {
  const out = new Float32Array(up4(count));
  if (values) out.set(Float32Array.from(values));
  return out;
}

/** Zeros between the pixels make a transposed convolution an ordinary one, with its kernel turned. */
export const lowerConvTranspose: Lower<'convTranspose2d'> = (node, at) => {
  const { strides } = node.attrs;
  const x = at.value(node.inputs[0] as string);
  const kernel = at.constant(node, node.inputs[1]);
  const [kh, kw, cols, channels] = kernel.shape as readonly [number, number, number, number];
  const [batch, h, w] = x.layout.dims;
  const layout = at.layout(node.name);
  const [, yHeight, yWidth] = layout.dims;
  const wide: Layout = {
    dims: [batch, (h - 1) * strides[0] + 1, (w - 1) * strides[1] + 1, channels],
    stride: x.layout.stride,
  };
  const spread = newValue(at, wide);
  const [, height, width] = wide.dims;
  const { stride } = wide;
  at.steps.add('fill', { y: spread.place, floats: batch * height * width * stride, value: 0 });
  at.steps.add('copy', {
    ...{ x: x.place, y: spread.place, n0: batch, n1: h, n2: w, floats: stride },
    ...{ x0: h * w * stride, x1: w * stride, x2: stride },
    ...{ y0: height * width * stride, y1: strides[0] * width * stride, y2: strides[1] * stride },
  });
  // The forward convolution's padding, seen from its result.
  const down = windowAxis(yHeight, kh, strides[0], 1, node.attrs.pad, 0);
  const along = windowAxis(yWidth, kw, strides[1], 1, node.attrs.pad, 1);
  const turned = new Float32Array(kh * kw * channels * cols);
  for (let i = 0; i < kh * kw; i++) {
    for (let c = 0; c < channels; c++) {
      for (let k = 0; k < cols; k++) {
        turned[(i * channels + c) * cols + k] = kernel.values[
          ((kh * kw - 1 - i) * cols + k) * channels + c
        ] as number;
      }
    }
  }
  const job: ConvJob = {
    ...{ x: spread, bias: undefined, height, width, top: kh - 1 - down.before, left: kw - 1 - along.before },
    kernel: { shape: [kh, kw, channels, cols], values: turned },
    size: {
      ...{ batch, channels, cols, kernel: [kh, kw], strides: [1, 1], dilations: [1, 1], yHeight, yWidth },
    },
  };
  return writeConv(node.name, job, at, undefined);
};

/** Whether a value may be read with its pixels unfilled: products of patches do, and Winograd, in whole vectors. */
export function readsUnfilled(node: GraphNode, name: string, at: Lowering): boolean {
  if (node.op !== 'conv2d' || node.inputs[0] !== name) return false;
  const { dims } = at.layout(name);
  const pixel = dims[3];
  return chooseConv({ ...sizeOf(node, at).size, pixel }) === 'gemm' || inVectors({ dims, stride: pixel });
}

/** Whether a row of pixels is whole vectors. */
function inVectors({ dims, stride }: Layout): boolean {
  return (dims[2] * stride) % 4 === 0;
}
