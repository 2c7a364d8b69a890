// Knows into how many chunks programs are cut, and which way.
import type { Step } from '@asfp/kernels';
import { expect, test } from 'vitest';
import { splitSteps } from './splitSteps.ts';

function conv(pixels: readonly [number, number], channels: number, cols: number, rest: object = {}): Step {
  const [yHeight, yWidth] = pixels;
  const args = {
    ...{ x: 1, kernels: 2, bias: 3, residual: 0, table: 0, y: 4, scratch: 5, batch: 1, height: yHeight },
    ...{
      width: yWidth,
      channels,
      used: channels,
      yHeight,
      yWidth,
      cols,
      yStride: cols,
      top: 1,
      left: 1,
      act: 0,
      tile: 4,
      points: 6,
      stride: 1,
    },
  };
  return { kernel: 'winograd', args: { ...args, ...rest } } as Step;
}

const relu = (vectors: number): Step => ({
  kernel: 'unary',
  args: { x: 1, y: 2, vectors, fn: 1, alpha: 0 },
});

/** Groups as `[first chunk, begin, end, chunks, by columns]`. */
function groupsOf(steps: readonly Step[], threads = 2, leastNs = 4000): number[][] | undefined {
  const chunks = splitSteps(steps, threads, leastNs);
  if (chunks === undefined) return undefined;
  const groups = Array.from({ length: chunks.groups.length / 5 }, (_, i) => [
    ...chunks.groups.slice(i * 5, i * 5 + 5),
  ]);
  expect(groups.reduce((sum, group) => sum + (group[3] as number), 0)).toBe(chunks.count);
  return groups;
}

const CONV_BYTES = (2 + 22) * 4;
const UNARY_BYTES = (2 + 5) * 4;

test('many pixels are cut by rows, many columns by columns, and so is what is scattered', () => {
  expect(groupsOf([conv([32, 32], 16, 16)])).toEqual([[0, 0, CONV_BYTES, 2, 0]]);
  expect(groupsOf([conv([8, 8], 64, 64)])).toEqual([[0, 0, CONV_BYTES, 2, 1]]);
  expect(groupsOf([conv([8, 8], 64, 64, { table: 9, yStride: 128 })])).toEqual([[0, 0, CONV_BYTES, 2, 1]]);
});

test('small steps come together in one chunk; where there are only such, nothing is shared', () => {
  const bytes = (convs: number, unaries: number): number => convs * CONV_BYTES + unaries * UNARY_BYTES;
  expect(groupsOf([relu(8), relu(8), conv([32, 32], 16, 16), relu(8), relu(8)])).toEqual([
    [0, 0, bytes(0, 2), 1, 0],
    [1, bytes(0, 2), bytes(1, 2), 2, 0],
    [3, bytes(1, 2), bytes(1, 4), 1, 0],
  ]);
  expect(groupsOf([relu(8), conv([4, 4], 4, 4)])).toBeUndefined();
  expect(groupsOf([])).toBeUndefined();
});

test('large steps are cut finer than there are threads, up to four times, into chunks of equal size', () => {
  expect(groupsOf([conv([224, 224], 64, 64)])).toEqual([[0, 0, CONV_BYTES, 8, 0]]);
  // Seven rows, enough work for four chunks: two rows each.
  const channels = 16_384;
  const size = { batch: 1, height: 7, width: 7, channels, yHeight: 7, yWidth: 7, kh: 3, kw: 3 };
  const pool: Step = {
    kernel: 'pool',
    args: { x: 1, y: 2, ...size, strideY: 1, strideX: 1, top: 1, left: 1, what: 2 },
  };
  expect(groupsOf([pool])?.[0]?.[3]).toBe(4);
  expect(groupsOf([relu(1 << 20)], 4)).toEqual([[0, 0, UNARY_BYTES, 8, 0]]);
});

test('a kernel that knows no parts is one chunk', () => {
  const reduce = {
    kernel: 'reduceAxes',
    args: {
      ...{ x: 1, y: 2, scratch: 3, n: 1, rows: 1, columns: 1e6, channels: 64, xN: 0, xRow: 0, xColumn: 64 },
      ...{ yN: 0, yRow: 0, yColumn: 64, yChannel: 0, yFloats: 64e6, what: 1, share: 1 / 64 },
    },
  } as const;
  expect(groupsOf([reduce])).toBeUndefined();
});
