// Knows that parts of a kernel make up the whole, bit by bit, on memory that is shared and on memory that is not.
import { expect, test } from 'vitest';
import { encodeProgram, type Step } from './encodeProgram.ts';
import { binaryCodes, functionCodes } from './functionCodes.ts';
import { type Kernels, openKernels } from './openKernels.ts';
import { packConvGemm, packDepthwise } from './packConv.ts';
import { up4 } from './packPanels.ts';
import { packWinograd, winogradTile } from './packWinograd.ts';
import { scatterTable } from './scatterTable.ts';
import { shareMemory } from './shareMemory.ts';
import { testBuilds, testBytes, testKernels, testModule, testNumbers } from './testing/testKernels.ts';

const PROGRAM = 15 << 20;

/** What a step stores at `y`, run in so many parts, from the last to the first. */
type Parts = (parts: number, byColumns?: 0 | 1) => Uint8Array;

/** A step over numbers of its own, whose results are looked at bit by bit. */
function stepOf(
  build: (typeof testBuilds)[number],
  make: (t: ReturnType<typeof testKernels>) => Step,
  floats: number,
): Parts {
  const t = testKernels(build);
  const { kernels } = t;
  const step = make(t);
  const { y } = step.args as { readonly y: number };
  const words = encodeProgram([step]);
  const memory = new Uint8Array(kernels.memory.buffer);
  memory.set(words, PROGRAM);
  return (parts, byColumns = 0) => {
    new Float32Array(kernels.memory.buffer, y, floats + 4).fill(Number.NaN);
    for (let part = parts - 1; part >= 0; part--)
      kernels.run(PROGRAM, PROGRAM + words.byteLength, part, parts, byColumns);
    return memory.slice(y, y + (floats + 4) * 4);
  };
}

interface ConvCase {
  readonly kernel: 'convGemm' | 'fourPoints' | 'sixPoints';
  readonly cols: number;
  readonly scattered: boolean;
  readonly size?: 1 | 3 | 5 | 7;
  readonly stride?: 2;
  readonly channels?: number;
}

/** Two images of 8 channels unless said, padded as the kernel needs; results of 9 × 7 pixels. */
function convStep(t: ReturnType<typeof testKernels>, one: ConvCase): { step: Step; floats: number } {
  const [batch, yHeight, yWidth] = [2, 9, 7];
  const { cols, scattered, size = 3, stride = 1, channels = 8 } = one;
  const [height, width] = [stride * yHeight, stride * yWidth];
  const weights = {
    shape: [size, size, channels, cols] as const,
    values: testNumbers(size * size * channels * cols, 2),
  };
  const wide = scattered ? 2 * up4(cols) + 12 : up4(cols);
  // Every other channel from the sixth on, so that vectors with none, one and two of them are there.
  const positions = Array.from({ length: cols }, (_, i) => 6 + 2 * i);
  const fill = Array.from({ length: wide }, (_, i) => i / 8);
  const floats = batch * yHeight * yWidth * wide;
  const common = {
    ...{
      x: t.put(testNumbers(batch * height * width * channels, 1)),
      bias: t.put(testNumbers(up4(cols), 3)),
    },
    table: scattered ? t.putRaw(scatterTable(wide, positions, fill)) : 0,
    ...{ residual: t.put(testNumbers(floats, 4)), y: t.room(floats), batch, height, width },
    ...{
      channels,
      used: channels,
      yHeight,
      yWidth,
      cols: up4(cols),
      yStride: wide,
      act: functionCodes.relu,
    },
    ...{ top: (size - 1) / 2, left: (size - 1) / 2 },
  };
  if (one.kernel === 'convGemm') {
    const panels = t.put(packConvGemm(weights, channels, 1));
    const scratch = t.room(t.kernels.convGemmScratch(channels, channels, up4(cols), size, size, 1) / 4);
    const window = { kh: size, kw: size, strideY: 1, strideX: 1, dilationY: 1, dilationX: 1 };
    return { step: { kernel: 'convGemm', args: { ...common, panels, scratch, ...window } }, floats };
  }
  const points = one.kernel === 'sixPoints' ? 6 : 4;
  const tile = winogradTile(size, points, stride);
  const kernels = t.put(packWinograd(weights, points, stride));
  const sizes = [batch, width, channels, yHeight, yWidth, up4(cols), tile, points, stride] as const;
  const scratch = t.room(t.kernels.winogradScratch(...sizes) / 4);
  const args = { ...common, kernels, scratch, tile, points, stride };
  return { step: { kernel: 'winograd', args }, floats };
}

const convs: ConvCase[] = (['convGemm', 'fourPoints', 'sixPoints'] as const).flatMap((kernel) =>
  [4, 12, 13, 24, 44].flatMap((cols) => [false, true].map((scattered) => ({ kernel, cols, scattered }))),
);
convs.push({ kernel: 'convGemm', cols: 28, scattered: true, size: 1 });
convs.push({ kernel: 'convGemm', cols: 28, scattered: false, size: 1 });

// Slices of depth, each with the columns of a part.
convs.push({ kernel: 'convGemm', cols: 28, scattered: false, channels: 60 });
convs.push({ kernel: 'convGemm', cols: 28, scattered: true, channels: 60 });
convs.push({ kernel: 'sixPoints', cols: 44, scattered: false, channels: 300 });
convs.push({ kernel: 'fourPoints', cols: 28, scattered: true, channels: 300 });

// Tiles of two, three and four results; kernels in four parts; of nine tiles in a part one is left over.
convs.push({ kernel: 'sixPoints', cols: 13, scattered: false, size: 5 });
convs.push({ kernel: 'sixPoints', cols: 28, scattered: true, size: 7, stride: 2 });
convs.push({ kernel: 'sixPoints', cols: 44, scattered: false, size: 5, stride: 2 });

for (const build of testBuilds) {
  test.each(convs)(`${build} $kernel to $cols columns, scattered: $scattered, channels: $channels`, (one) => {
    let floats = 0;
    const parts = stepOf(
      build,
      (t) => {
        const made = convStep(t, one);
        floats = made.floats;
        return made.step;
      },
      2 * 9 * 7 * (one.scattered ? 2 * up4(one.cols) + 12 : up4(one.cols)),
    );
    const whole = parts(1);
    expect(new Float32Array(whole.buffer).subarray(0, floats).every(Number.isFinite)).toBe(true);
    // More parts than there are rows or panels, too: some then have nothing to do.
    for (const count of [2, 3, 5, 40]) {
      expect(Buffer.compare(parts(count, 0), whole)).toBe(0);
      expect(Buffer.compare(parts(count, 1), whole)).toBe(0);
    }
  });

  const [n, h, w, c] = [2, 5, 6, 8];
  const floats = n * h * w * c;
  const others: Readonly<Record<string, (t: ReturnType<typeof testKernels>) => Step>> = {
    depthwise: (t) => ({
      kernel: 'depthwise',
      args: {
        ...{ x: t.put(testNumbers(n * 9 * 11 * c, 1)), y: t.room(floats), batch: n, height: 9, width: 11 },
        kernel: t.put(packDepthwise([3, 3, c], testNumbers(9 * c, 2))),
        ...{
          bias: t.put(testNumbers(c, 3)),
          scratch: t.room(t.kernels.depthwiseScratch(c, w, 3, 3, 2, 1, 1)),
        },
        ...{ channels: c, yHeight: h, yWidth: w, kh: 3, kw: 3, strideY: 2, strideX: 2, dilationY: 1 },
        ...{ dilationX: 1, top: 1, left: 1, act: 0 },
      },
    }),
    pool: (t) => ({
      kernel: 'pool',
      args: {
        ...{ x: t.put(testNumbers(n * 9 * 11 * c, 1)), y: t.room(floats), batch: n, height: 9, width: 11 },
        ...{ channels: c, yHeight: h, yWidth: w, kh: 3, kw: 3, strideY: 2, strideX: 2, top: 1, left: 1 },
        what: 1,
      },
    }),
    unary: (t) => ({
      kernel: 'unary',
      args: {
        ...{ x: t.put(testNumbers(floats, 1)), y: t.room(floats), vectors: floats / 4 },
        ...{ fn: functionCodes.tanh, alpha: 0 },
      },
    }),
    'binary of one row': (t) => ({
      kernel: 'binary',
      args: {
        ...{
          a: t.put(testNumbers(floats, 1)),
          b: t.put(testNumbers(1, 2)),
          y: t.room(floats),
          n: 1,
          rows: 1,
        },
        ...{ columns: 1, vectors: floats / 4, aN: 0, aRow: 0, aColumn: 0, aWide: 1, bN: 0, bRow: 0 },
        ...{ bColumn: 0, bWide: 0, fn: binaryCodes.sub, act: 0 },
      },
    }),
    'binary of images': (t) => ({
      kernel: 'binary',
      args: {
        ...{ a: t.put(testNumbers(floats, 1)), b: t.put(testNumbers(n * w * c, 2)), y: t.room(floats) },
        ...{ n, rows: h, columns: w, vectors: c / 4, aN: h * w * c * 4, aRow: w * c * 4, aColumn: c * 4 },
        ...{ aWide: 1, bN: w * c * 4, bRow: 0, bColumn: c * 4, bWide: 1, fn: binaryCodes.mul, act: 0 },
      },
    }),
    affine: (t) => ({
      kernel: 'affine',
      args: {
        ...{
          x: t.put(testNumbers(floats, 1)),
          scale: t.put(testNumbers(c, 2)),
          shift: t.put(testNumbers(c, 3)),
        },
        ...{ y: t.room(floats), pixels: n * h * w, vectors: c / 4 },
      },
    }),
    softmax: (t) => ({
      kernel: 'softmax',
      args: { x: t.put(testNumbers(floats, 1)), y: t.room(floats), rows: n * h * w, channels: 7, stride: c },
    }),
    fill: (t) => ({ kernel: 'fill', args: { y: t.room(floats), floats, value: 3 } }),
    'copy of images': (t) => ({
      kernel: 'copy',
      args: {
        ...{ x: t.put(testNumbers(floats, 1)), y: t.room(floats), n0: n, n1: h, n2: w, floats: c },
        ...{ x0: h * w * c, x1: w * c, x2: c, y0: c, y1: n * c, y2: n * h * c },
      },
    }),
    'copy of rows': (t) => ({
      kernel: 'copy',
      args: {
        ...{ x: t.put(testNumbers(floats, 1)), y: t.room(floats), n0: 1, n1: 1, n2: n * h * w, floats: c },
        ...{ x0: 0, x1: 0, x2: c, y0: 0, y1: 0, y2: c },
      },
    }),
    gather: (t) => ({
      kernel: 'gather',
      args: {
        ...{ x: t.put(testNumbers(floats, 1)), indices: t.putRaw(Int32Array.of(7, 6, 5, 4, 3, 2, 1, 0)) },
        ...{ y: t.room(floats), rows: n * h * w, xStride: c, yStride: c, count: c },
      },
    }),
    resize: (t) => ({
      kernel: 'resize',
      args: {
        ...{ x: t.put(testNumbers(n * 2 * 2 * c, 1)), y: t.room(floats), batch: n, height: 2, width: 2 },
        ...{ channels: c, yHeight: h, yWidth: w },
        rows: t.putRaw(
          new Uint8Array(Float32Array.from({ length: 3 * h }, (_, i) => (i % 3 < 2 ? 0 : 0.25)).buffer),
        ),
        columns: t.putRaw(new Uint8Array(Float32Array.from({ length: 3 * w }, () => 0).buffer)),
      },
    }),
    scatterRows: (t) => ({
      kernel: 'scatterRows',
      args: {
        ...{ src: t.put(testNumbers(n * h * w * 4, 1)), srcRow: 16, residual: t.put(testNumbers(floats, 2)) },
        table: t.putRaw(scatterTable(c, [1, 2, 6], [0, 0, 0, 4, 5, 0, 0, 0])),
        ...{ y: t.room(floats), yRow: c * 4, rows: n * h * w, width: c, low: -1, high: 1 },
      },
    }),
  };
  test.each(Object.keys(others))(`${build} %s`, (name) => {
    const parts = stepOf(build, others[name] as (t: ReturnType<typeof testKernels>) => Step, floats);
    const whole = parts(1);
    expect(new Float32Array(whole.buffer).subarray(0, floats).every(Number.isFinite)).toBe(true);
    for (const count of [2, 3, 7, 1000]) expect(Buffer.compare(parts(count), whole)).toBe(0);
  });

  test(`${build}: the pads beside the channels, in parts`, () => {
    const make = (t: ReturnType<typeof testKernels>): Step => ({
      kernel: 'clearPads',
      args: { y: t.room(60), rows: 15, channels: 3, stride: 4 },
    });
    const parts = stepOf(build, make, 60);
    expect(new Float32Array(parts(1).buffer).subarray(0, 60).filter((value) => value === 0)).toHaveLength(15);
    for (const count of [2, 4, 20]) expect(Buffer.compare(parts(count), parts(1))).toBe(0);
  });

  test(`${build}: declared shared, it runs on shared memory alone, in two instances`, () => {
    const module = new WebAssembly.Module(shareMemory(testBytes(build)));
    const first = openKernels(module, 1 << 16, true);
    const { exports: second } = new WebAssembly.Instance(module, { env: { memory: first.memory } });
    first.fill(1024, 4, 2);
    (second as unknown as Kernels).affine(1024, 1024, 1024, 2048, 1, 1);
    expect([...new Float32Array(first.memory.buffer, 2048, 4)]).toEqual([6, 6, 6, 6]);
    expect(() => openKernels(module, 1 << 16)).toThrow(WebAssembly.LinkError);
    expect(() => openKernels(testModule(build), 1 << 16, true)).toThrow(WebAssembly.LinkError);
  });

  test(`${build}: beyond its memory it stops, shared or not`, () => {
    for (const shared of [false, true]) {
      const bytes = shared ? shareMemory(testBytes(build)) : testBytes(build);
      const kernels = openKernels(new WebAssembly.Module(bytes), 1 << 16, shared);
      expect(() => kernels.fill((1 << 16) - 8, 4, 1)).toThrow(WebAssembly.RuntimeError);
      expect(() => kernels.memory.grow(1)).toThrow(RangeError);
    }
  });
}

test('a file that is something else is refused', () => {
  expect(() => shareMemory(Uint8Array.of(0, 97, 115, 109))).toThrow('without the kernels');
});
