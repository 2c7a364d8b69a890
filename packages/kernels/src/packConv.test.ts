import { expect, test } from 'vitest';
import { functionCodes } from './functionCodes.ts';
import { type ConvKernel, packConvGemm, packDepthwise } from './packConv.ts';
import { up4 } from './packPanels.ts';
import { packWinograd, winogradTile } from './packWinograd.ts';
import { scatterTable } from './scatterTable.ts';
import { testBuilds, testKernels, testNumbers } from './testing/testKernels.ts';

/** A convolution in numbers: sizes, window, and what its store does. */
interface Case {
  readonly name: string;
  readonly x: readonly [number, number, number, number];
  readonly kernel: readonly [number, number, number];
  readonly stride?: readonly [number, number];
  readonly dilation?: readonly [number, number];
  /** Rows above and below, columns left and right. */
  readonly pad: readonly [number, number, number, number];
  readonly act?: 'identity' | 'relu' | 'relu6';
  readonly residual?: boolean;
  /** Channels of the stream that the results are scattered into; every other one of its channels takes a result. */
  readonly stream?: number;
  /** The image's pixels stand close together, not filled up to whole vectors. */
  readonly unfilled?: boolean;
}

const same3: Case['pad'] = [1, 1, 1, 1];
const convolutions: readonly Case[] = [
  { name: 'one pixel', x: [1, 1, 1, 3], kernel: [1, 1, 5], pad: [0, 0, 0, 0] },
  { name: '3 x 3', x: [1, 8, 8, 16], kernel: [3, 3, 16], pad: same3, act: 'relu' },
  { name: '3 x 3, odd widths, batch', x: [3, 7, 5, 9], kernel: [3, 3, 11], pad: same3, residual: true },
  { name: 'a map of one pixel', x: [9, 1, 1, 7], kernel: [3, 3, 6], pad: same3, act: 'relu6' },
  { name: 'twelve results', x: [1, 6, 7, 12], kernel: [3, 3, 12], pad: same3, residual: true, act: 'relu' },
  { name: 'twenty results', x: [2, 5, 6, 4], kernel: [3, 3, 20], pad: same3, act: 'relu' },
  { name: 'uneven padding', x: [2, 6, 9, 5], kernel: [3, 3, 8], pad: [0, 2, 2, 1] },
  { name: 'no padding', x: [1, 9, 6, 8], kernel: [3, 3, 4], pad: [0, 0, 0, 0] },
  {
    name: 'into a stream',
    x: [2, 5, 7, 6],
    kernel: [3, 3, 9],
    pad: same3,
    stream: 21,
    residual: true,
    act: 'relu',
  },
  {
    name: 'into a stream, nothing added',
    x: [1, 4, 4, 8],
    kernel: [3, 3, 5],
    pad: same3,
    stream: 12,
    act: 'relu6',
  },
  {
    name: 'a stem of three channels',
    x: [1, 15, 14, 3],
    kernel: [7, 7, 10],
    stride: [2, 2],
    pad: [3, 3, 2, 3],
    unfilled: true,
  },
  {
    name: 'a stem of three channels, rows in whole vectors',
    x: [2, 14, 16, 3],
    kernel: [7, 7, 12],
    stride: [2, 2],
    pad: [3, 2, 3, 2],
    unfilled: true,
    act: 'relu',
  },
  { name: '3 x 3 on three channels', x: [1, 9, 12, 3], kernel: [3, 3, 16], pad: same3, unfilled: true },
  { name: 'unfilled, four results', x: [1, 6, 4, 5], kernel: [3, 3, 4], pad: same3, unfilled: true },
  { name: '2 x 2', x: [1, 9, 8, 7], kernel: [2, 2, 9], pad: [0, 1, 1, 0], residual: true },
  { name: '4 x 4', x: [2, 8, 7, 5], kernel: [4, 4, 16], pad: [1, 2, 2, 1], act: 'relu6' },
  { name: '5 x 5', x: [1, 9, 11, 6], kernel: [5, 5, 13], pad: [2, 2, 2, 2], residual: true, act: 'relu' },
  { name: '5 x 5, stride 2', x: [1, 12, 9, 9], kernel: [5, 5, 11], stride: [2, 2], pad: [2, 1, 1, 2] },
  {
    name: '7 x 7, stride 2, wide',
    x: [1, 11, 20, 17],
    kernel: [7, 7, 20],
    stride: [2, 2],
    pad: [3, 3, 3, 3],
  },
  { name: '9 x 9, stride 2', x: [1, 15, 13, 2], kernel: [9, 9, 8], stride: [2, 2], pad: [3, 4, 3, 4] },
  {
    name: 'stride 2, into a stream',
    x: [2, 13, 22, 6],
    kernel: [3, 3, 9],
    stride: [2, 2],
    pad: [1, 0, 0, 1],
    stream: 21,
    residual: true,
    act: 'relu',
  },
  {
    name: 'stride 2, three slices of depth',
    x: [1, 9, 10, 133],
    kernel: [3, 3, 28],
    stride: [2, 2],
    pad: [1, 1, 1, 1],
    residual: true,
  },
  {
    name: '5 x 5, into a stream',
    x: [1, 7, 6, 8],
    kernel: [5, 5, 14],
    pad: [2, 2, 2, 2],
    stream: 32,
    act: 'relu6',
  },
  { name: 'stride 2, one pixel', x: [3, 1, 1, 7], kernel: [3, 3, 4], stride: [2, 2], pad: same3 },
  { name: 'stride 2', x: [2, 9, 8, 6], kernel: [3, 3, 7], stride: [2, 2], pad: [0, 1, 1, 1], act: 'relu' },
  { name: 'stride over the kernel', x: [1, 9, 9, 4], kernel: [1, 1, 6], stride: [2, 3], pad: [0, 0, 0, 0] },
  { name: 'dilated', x: [1, 11, 10, 5], kernel: [3, 2, 6], dilation: [2, 3], pad: [2, 2, 1, 2], act: 'relu' },
  { name: 'a kernel wider than the image', x: [1, 3, 2, 4], kernel: [5, 5, 4], pad: [2, 2, 2, 2] },
  { name: '1 x 7', x: [1, 4, 9, 8], kernel: [1, 7, 8], pad: [0, 0, 3, 3], residual: true },
  {
    name: 'three slices of depth',
    x: [1, 5, 4, 67],
    kernel: [3, 3, 13],
    pad: same3,
    residual: true,
    act: 'relu',
  },
  { name: 'two slices of depth, four results', x: [2, 4, 3, 301], kernel: [3, 3, 4], pad: same3 },
  {
    name: 'two slices of depth, into a stream',
    x: [1, 3, 5, 263],
    kernel: [3, 3, 21],
    pad: same3,
    stream: 44,
    residual: true,
    act: 'relu6',
  },
  { name: 'a kernel from afar', x: [1, 2, 3, 256], kernel: [1, 1, 4110], pad: [0, 0, 0, 0], residual: true },
  { name: 'more rows than a block', x: [1, 40, 33, 8], kernel: [1, 1, 16], pad: [0, 0, 0, 0], act: 'relu' },
];

/** Size and window of a case's result. */
function sizes(one: Case): { yHeight: number; yWidth: number } {
  const { x, kernel, stride = [1, 1], dilation = [1, 1], pad } = one;
  const along = (size: number, window: number, axis: 0 | 1, padding: number): number =>
    Math.floor((size + padding - (window - 1) * dilation[axis] - 1) / stride[axis]) + 1;
  return {
    yHeight: along(x[1], kernel[0], 0, pad[0] + pad[1]),
    yWidth: along(x[2], kernel[1], 1, pad[2] + pad[3]),
  };
}

/** The same convolution by plain loops in float64, dense, and the sum of the absolute products of each result. */
function plainConv(
  one: Case,
  x: Float32Array,
  kernel: ConvKernel,
  bias: Float32Array,
): { values: Float64Array; sizes: Float64Array } {
  const { stride = [1, 1], dilation = [1, 1], pad } = one;
  const [n, h, w, c] = one.x;
  const [kh, kw, cols] = one.kernel;
  const { yHeight, yWidth } = sizes(one);
  const values = new Float64Array(n * yHeight * yWidth * cols);
  const magnitudes = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const k = i % cols;
    const ox = Math.floor(i / cols) % yWidth;
    const oy = Math.floor(i / (cols * yWidth)) % yHeight;
    const image = Math.floor(i / (cols * yWidth * yHeight));
    let sum = bias[k] as number;
    let size = Math.abs(sum);
    for (let dy = 0; dy < kh; dy++) {
      for (let dx = 0; dx < kw; dx++) {
        const [py, px] = [
          oy * stride[0] + dy * dilation[0] - pad[0],
          ox * stride[1] + dx * dilation[1] - pad[2],
        ];
        if (py < 0 || py >= h || px < 0 || px >= w) continue;
        for (let channel = 0; channel < c; channel++) {
          const product =
            (x[((image * h + py) * w + px) * c + channel] as number) *
            (kernel.values[((dy * kw + dx) * c + channel) * cols + k] as number);
          sum += product;
          size += Math.abs(product);
        }
      }
    }
    values[i] = sum;
    magnitudes[i] = size;
  }
  return { values, sizes: magnitudes };
}

/** Rows of `channels` numbers, each filled up with zeros to `stride`. */
function rows(values: ArrayLike<number>, channels: number, stride: number): Float32Array {
  const out = new Float32Array((values.length / channels) * stride);
  for (let i = 0; i < values.length; i++)
    out[Math.floor(i / channels) * stride + (i % channels)] = values[i] as number;
  return out;
}

/** float32 rounds by half of this, relatively. */
const EPSILON = 2 ** -23;

/** How far a sum of so many terms may be off, as a multiple of the sum of their sizes: each addition and product rounds once. */
const plainBound = (terms: number): number => (terms + 3) * EPSILON;

/** Winograd sums `depth` products at each point; its transforms amplify: by at most 10² (six points, rows of Bᵀ) and 10² again (Aᵀ), and round a dozen times more. */
const winogradBound = (depth: number, points: 4 | 6): number =>
  (depth + 24) * EPSILON * (points === 6 ? 100 : 16);

/** Whether Winograd on so many points can do a case. */
function onPoints(one: Case, points: 4 | 6): boolean {
  const [size, width] = one.kernel;
  const stride = one.stride?.[0] ?? 1;
  const taps = Math.ceil(size / stride);
  const square = size === width && (one.stride?.[1] ?? 1) === stride && !one.dilation;
  const inVectors = (one.x[2] * (one.unfilled ? one.x[3] : 4)) % 4 === 0;
  if (!square || !inVectors) return false;
  if (points === 4) return size === 3 && stride === 1;
  return taps > 1 && taps < 6 && (stride === 1 || (stride === 2 && size % 2 === 1));
}

for (const build of testBuilds) {
  for (const way of ['convGemm', 'sixPoints', 'fourPoints'] as const) {
    const points = way === 'sixPoints' ? 6 : 4;
    const able = (one: Case): boolean => way === 'convGemm' || onPoints(one, points);
    test.each(convolutions.filter(able))(`${build} ${way}: $name`, (one) => {
      const [n, h, w, c] = one.x;
      const [kh, kw, cols] = one.kernel;
      const { stride = [1, 1], dilation = [1, 1], pad, act = 'identity' } = one;
      const { yHeight, yWidth } = sizes(one);
      const x = testNumbers(n * h * w * c, 1);
      const kernel: ConvKernel = { shape: [kh, kw, c, cols], values: testNumbers(kh * kw * c * cols, 2) };
      const bias = testNumbers(cols, 3);
      const plain = plainConv(one, x, kernel, bias);
      const width = one.stream ?? cols;
      const positions = Array.from({ length: cols }, (_, i) => (one.stream ? 2 * i : i));
      const fill = Array.from({ length: width }, (_, i) =>
        positions.includes(i) ? 0 : 0.25 * (i % 5) - 0.5,
      );
      const residual = testNumbers(n * yHeight * yWidth * width, 4);

      const { kernels, put, room, read, putRaw } = testKernels(build);
      const [channels, yStride] = [one.unfilled ? c : up4(c), up4(width)];
      const pixels = n * yHeight * yWidth;
      // What a run of an unfilled image reads behind it meets weights that are 0, but must be a number.
      const at = put(rows(x, c, channels), 0);
      if (one.unfilled) put(new Float32Array(16));
      const y = room(pixels * yStride);
      const common = [
        put(rows(bias, cols, up4(cols))),
        one.residual ? put(rows(residual, width, yStride)) : 0,
        one.stream ? putRaw(scatterTable(width, positions, fill)) : 0,
        y,
      ];
      if (way === 'convGemm') {
        const scratch = room(kernels.convGemmScratch(channels, c, up4(cols), kh, kw, dilation[1]) / 4);
        kernels.convGemm(
          ...[at, put(packConvGemm(kernel, channels, dilation[1])), ...common, scratch, n, h, w, channels, c],
          ...[yHeight, yWidth, up4(cols), yStride, kh, kw, ...stride, ...dilation, pad[0], pad[2]],
          functionCodes[act],
        );
      } else {
        const across = stride[0] as 1 | 2;
        const tile = winogradTile(kh, points, across);
        const tiling = [tile, points, across] as const;
        const bytes = kernels.winogradScratch(n, w, channels, yHeight, yWidth, up4(cols), ...tiling);
        const scratch = room(bytes / 4);
        kernels.winograd(
          ...[at, put(packWinograd(kernel, points, across)), ...common, scratch, n, h, w, channels, c],
          ...[yHeight, yWidth, up4(cols), yStride, pad[0], pad[2], functionCodes[act], ...tiling],
        );
      }

      const found = read(y, pixels * yStride);
      const terms = kh * kw * c;
      const bound = way === 'convGemm' ? plainBound(terms) : winogradBound(c * stride[0] ** 2, points);
      // Winograd mixes the results of a tile, so its error is of the size of the largest.
      const largest = Math.max(...plain.sizes);
      for (let pixel = 0; pixel < pixels; pixel++) {
        for (let channel = 0; channel < yStride; channel++) {
          const k = positions.indexOf(channel);
          const conv = k === -1 ? (fill[channel] ?? 0) : (plain.values[pixel * cols + k] as number);
          const add = one.residual && channel < width ? (residual[pixel * width + channel] as number) : 0;
          const [low, high] = act === 'identity' ? [-1e9, 1e9] : [0, act === 'relu6' ? 6 : 1e9];
          const expected = Math.min(high, Math.max(low, conv + add));
          const size = way === 'convGemm' && k !== -1 ? (plain.sizes[pixel * cols + k] as number) : largest;
          const error = Math.abs((found[pixel * yStride + channel] as number) - expected);
          expect(error).toBeLessThanOrEqual((size + Math.abs(add)) * bound);
        }
      }
    });
  }
}

const depthwise: readonly Case[] = [
  { name: '3 x 3', x: [1, 8, 9, 16], kernel: [3, 3, 1], pad: same3, act: 'relu6' },
  { name: 'stride 2, odd', x: [2, 9, 7, 5], kernel: [3, 3, 1], stride: [2, 2], pad: [0, 1, 1, 0] },
  { name: '5 x 5', x: [1, 6, 11, 8], kernel: [5, 5, 1], pad: [2, 2, 2, 2], act: 'relu' },
  { name: 'dilated', x: [1, 10, 9, 3], kernel: [3, 2, 1], dilation: [2, 3], pad: [1, 3, 0, 3] },
  { name: 'stride over the kernel', x: [1, 11, 7, 4], kernel: [2, 1, 1], stride: [3, 2], pad: [0, 0, 0, 0] },
  { name: 'one pixel', x: [3, 1, 1, 6], kernel: [3, 3, 1], pad: same3 },
];

for (const build of testBuilds) {
  test.each(depthwise)(`${build} depthwise: $name`, (one) => {
    const [n, h, w, c] = one.x;
    const [kh, kw] = one.kernel;
    const { stride = [1, 1], dilation = [1, 1], pad, act = 'identity' } = one;
    const { yHeight, yWidth } = sizes(one);
    const x = testNumbers(n * h * w * c, 1);
    const weights = testNumbers(kh * kw * c, 2);
    const bias = testNumbers(c, 3);
    const { kernels, put, room, read } = testKernels(build);
    const channels = up4(c);
    const y = room(n * yHeight * yWidth * channels);
    kernels.depthwise(
      ...[
        put(rows(x, c, channels)),
        put(packDepthwise([kh, kw, c], weights)),
        put(rows(bias, c, channels)),
        y,
      ],
      room(kernels.depthwiseScratch(channels, yWidth, kh, kw, stride[1], dilation[0], dilation[1]) / 4),
      ...[
        n,
        h,
        w,
        channels,
        yHeight,
        yWidth,
        kh,
        kw,
        ...stride,
        ...dilation,
        pad[0],
        pad[2],
        functionCodes[act],
      ],
    );
    const found = read(y, n * yHeight * yWidth * channels);
    for (let channel = 0; channel < c; channel++) {
      const alone = (values: Float32Array): Float32Array => values.filter((_, i) => i % c === channel);
      const kernel: ConvKernel = { shape: [kh, kw, 1, 1], values: alone(weights) };
      const narrow: Case = { ...one, x: [n, h, w, 1] };
      const plain = plainConv(narrow, alone(x), kernel, alone(bias));
      for (let i = 0; i < plain.values.length; i++) {
        const [low, high] = act === 'identity' ? [-1e9, 1e9] : [0, act === 'relu6' ? 6 : 1e9];
        const expected = Math.min(high, Math.max(low, plain.values[i] as number));
        const error = Math.abs((found[i * channels + channel] as number) - expected);
        expect(error).toBeLessThanOrEqual((plain.sizes[i] as number) * plainBound(kh * kw));
      }
    }
    expect(found.every((value, i) => i % channels < c || value === 0)).toBe(true);
  });
}
