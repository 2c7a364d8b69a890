// Knows how long one convolution takes in every way and in both builds of the kernels, next to each other.
import { rngFromSeed, windowAxis } from '@asfp/core';
import {
  type KernelArguments,
  type KernelBuild,
  type KernelName,
  type Kernels,
  kernelTable,
  openKernels,
  packConvGemm,
  packDepthwise,
  packWinograd,
  up4,
  winogradTile,
} from '@asfp/kernels';
import { type ConvSize, type ConvWay, pointsOf } from '../src/compiled/convWork.ts';

/** A layer: a square image, SAME padding. */
export interface ConvShape {
  readonly side: number;
  readonly channels: number;
  readonly cols: number;
  readonly window: number;
  readonly stride: 1 | 2;
}

/** One way in one build. */
export interface ConvTime {
  readonly way: ConvWay | 'depthwise';
  readonly build: KernelBuild;
  /** The shortest of the samples: what disturbs a run only makes it longer. */
  readonly ns: number;
  /** Largest difference from the product of patches, over its largest result. */
  readonly error: number;
}

/**
 * Kernels larger than this are not near the core when their turn comes, for in a network others were between: sixteen of them
 * take turns, or as many as fit the most bytes.
 */
const NEAR_BYTES = 256 << 10;
const COPIES = 16;
const MOST_BYTES = 96 << 20;

interface Trial {
  readonly way: ConvTime['way'];
  readonly build: KernelBuild;
  run(): void;
  result(): Float32Array;
  readonly samples: number[];
  repeats: number;
}

/** The layer as chooseConv sees it. */
export function sizeOfShape({ side, channels, cols, window, stride }: ConvShape): ConvSize {
  const { out } = windowAxis(side, window, stride, 1, 'same', 0);
  return {
    ...{ batch: 1, channels, cols, kernel: [window, window], strides: [stride, stride], dilations: [1, 1] },
    ...{ yHeight: out, yWidth: out },
  };
}

/** Times a layer in the given ways; samples of all of them go round by round. */
export function convTimes(
  shape: ConvShape,
  ways: readonly ConvTime['way'][],
  modules: ReadonlyMap<KernelBuild, WebAssembly.Module>,
  rounds: number,
): ConvTime[] {
  const trials = [...modules].flatMap(([build, module]) =>
    ways.map((way): Trial => ({ way, build, ...setUp(shape, way, module), samples: [], repeats: 1 })),
  );
  for (const trial of trials) {
    trial.run();
    for (; sample(trial) * trial.repeats < 5e5; ) trial.repeats *= 2;
  }
  for (let round = 0; round < rounds; round++) for (const trial of trials) trial.samples.push(sample(trial));
  const truth = trials[0]?.result() ?? new Float32Array();
  return trials.map((trial) => ({
    way: trial.way,
    build: trial.build,
    ns: Math.min(...trial.samples),
    error: distance(truth, trial.result()),
  }));
}

/** Nanoseconds of one run, of several in a row. */
function sample(trial: Trial): number {
  const start = performance.now();
  for (let i = 0; i < trial.repeats; i++) trial.run();
  return ((performance.now() - start) * 1e6) / trial.repeats;
}

function setUp(
  shape: ConvShape,
  way: ConvTime['way'],
  module: WebAssembly.Module,
): Pick<Trial, 'run' | 'result'> {
  const { side, channels, cols, window, stride } = shape;
  const { out, before } = windowAxis(side, window, stride, 1, 'same', 0);
  const draw = rngFromSeed(1);
  const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, () => draw.normal());
  const x = numbers(side * side * up4(channels));
  const packed = packedKernel(
    shape,
    way,
    numbers(window * window * channels * (way === 'depthwise' ? 1 : cols)),
  );
  const sizes = openKernels(module, 1);
  const scratchBytes = scratchOf(sizes, shape, way, out);
  const fitting = Math.max(2, Math.min(COPIES, Math.floor(MOST_BYTES / packed.byteLength)));
  const copies = packed.byteLength > NEAR_BYTES ? fitting : 1;
  const places = layOut([
    x.byteLength,
    scratchBytes,
    out * out * up4(cols) * 4,
    up4(cols) * 4,
    copies * packed.byteLength,
  ]);
  const [xAt, scratch, yAt, bias, kernelAt] = places.at as [number, number, number, number, number];
  const kernels = openKernels(module, places.end);
  const memory = new Float32Array(kernels.memory.buffer);
  memory.set(x, xAt / 4);
  for (let i = 0; i < copies; i++) memory.set(packed, (kernelAt + i * packed.byteLength) / 4);
  const common = {
    ...{ x: xAt, bias, residual: 0, table: 0, y: yAt, scratch, batch: 1, height: side, width: side },
    ...{
      channels: up4(channels),
      used: channels,
      yHeight: out,
      yWidth: out,
      cols: up4(cols),
      yStride: up4(cols),
    },
    ...{ kh: window, kw: window, strideY: stride, strideX: stride, dilationY: 1, dilationX: 1 },
    ...{ top: before, left: before, act: 1, ...tiling(shape, way) },
  };
  const name = way === 'gemm' ? 'convGemm' : way === 'depthwise' ? 'depthwise' : 'winograd';
  const calls = Array.from({ length: copies }, (_, i) => {
    const kernel = kernelAt + i * packed.byteLength;
    return call(kernels, name, { ...common, panels: kernel, kernels: kernel, kernel });
  });
  let turn = 0;
  return {
    run() {
      calls[turn]?.();
      turn = (turn + 1) % copies;
    },
    result: () => memory.slice(yAt / 4, yAt / 4 + out * out * up4(cols)),
  };
}

function packedKernel(shape: ConvShape, way: ConvTime['way'], values: Float32Array): Float32Array {
  const { channels, cols, window } = shape;
  if (way === 'depthwise') return packDepthwise([window, window, channels], values);
  const kernel = { shape: [window, window, channels, cols], values } as const;
  return way === 'gemm'
    ? packConvGemm(kernel, up4(channels), 1)
    : packWinograd(kernel, pointsOf[way], shape.stride);
}

function scratchOf(sizes: Kernels, shape: ConvShape, way: ConvTime['way'], out: number): number {
  const { side, window, stride } = shape;
  const [channels, cols] = [up4(shape.channels), up4(shape.cols)];
  if (way === 'gemm') return sizes.convGemmScratch(channels, shape.channels, cols, window, window, 1);
  if (way === 'depthwise') return sizes.depthwiseScratch(channels, out, window, window, stride, 1, 1);
  const { tile, points } = tiling(shape, way);
  return sizes.winogradScratch(1, side, channels, out, out, cols, tile, points, stride);
}

/** The last arguments of winograd; of the other ways, any. */
function tiling(
  { window, stride }: ConvShape,
  way: ConvTime['way'],
): Pick<KernelArguments<'winograd'>, 'tile' | 'points' | 'stride'> {
  const points = way === 'sixPoints' ? 6 : 4;
  return { tile: winogradTile(window, points, stride), points, stride };
}

/** Addresses one after the other, with room for vectors that reach beyond an end. */
function layOut(bytes: readonly number[]): { readonly at: readonly number[]; readonly end: number } {
  let end = 1024;
  const at = bytes.map((length) => {
    const start = end;
    end = (end + length + 127) & ~63;
    return start;
  });
  return { at, end };
}

function call<K extends KernelName>(kernels: Kernels, name: K, args: KernelArguments<K>): () => void {
  const values = kernelTable[name].map(
    (argument) => (args as Readonly<Record<string, number>>)[argument] as number,
  );
  return () => kernels[name](...values);
}

function distance(truth: Float32Array, found: Float32Array): number {
  let largest = 0;
  let apart = 0;
  for (let i = 0; i < truth.length; i++) {
    largest = Math.max(largest, Math.abs(truth[i] as number));
    apart = Math.max(apart, Math.abs((truth[i] as number) - (found[i] as number)));
  }
  return largest === 0 ? apart : apart / largest;
}
