// Knows into how many chunks each step of a program is cut, and which way, from a rough estimate of the time it takes.
import { type KernelArguments, type KernelName, kernelTable, type Step } from '@asfp/kernels';
import { convCost } from '../chooseConv.ts';
import { convCosts } from '../convCosts.ts';
import { type ConvSize, type ConvWay, convWork } from '../convWork.ts';
import type { Chunks } from './takeChunks.ts';

/** How a step can be cut: into so many units at most. */
interface Extent {
  readonly ns: number;
  readonly units: number;
  readonly byColumns?: true;
}

type ExtentOf<K extends KernelName> = (args: KernelArguments<K>, threads: number) => Extent;

/** Nanoseconds of a multiply-add, and of a float that is moved. */
const [MULTIPLY, MOVE] = [0.02, 0.1];

/** Kernels that know their part; each other step is one chunk. */
const EXTENTS: { readonly [K in KernelName]?: ExtentOf<K> } = {
  convGemm(a, threads) {
    const size: ConvSize = {
      ...{ batch: 1, channels: a.used, pixel: a.channels, cols: a.cols, kernel: [a.kh, a.kw], yHeight: 1 },
      ...{ strides: [a.strideY, a.strideX], dilations: [a.dilationY, a.dilationX] },
      yWidth: a.batch * a.yHeight * a.yWidth,
    };
    return cheaper(size, 'gemm', { along: 'yWidth', unit: 12 }, a, threads);
  },
  winograd(a, threads) {
    const { stride } = a;
    const taps = a.points + 1 - a.tile;
    const side = stride === 1 ? taps : 2 * taps - 1;
    const size: ConvSize = {
      ...{ batch: 1, channels: a.used, cols: a.cols, kernel: [side, side] },
      ...{ strides: [stride, stride], dilations: [1, 1] },
      ...{ yHeight: a.batch * up(a.yHeight, a.tile), yWidth: a.yWidth },
    };
    const way = a.points === 6 ? 'sixPoints' : 'fourPoints';
    return cheaper(size, way, { along: 'yHeight', unit: a.tile }, a, threads);
  },
  depthwise: (a) => ({
    ns: a.batch * a.yHeight * a.yWidth * a.channels * (a.kh * a.kw * 2 * MULTIPLY + MOVE),
    units: a.batch * a.yHeight,
  }),
  pool: (a) => ({
    ns: a.batch * a.yHeight * a.yWidth * a.channels * (a.kh * a.kw * MULTIPLY + MOVE),
    units: a.batch * a.yHeight,
  }),
  unary: (a) => ({ ns: a.vectors * 4 * MOVE, units: a.vectors }),
  binary(a) {
    const pixels = a.n * a.rows * a.columns;
    return { ns: pixels * a.vectors * 4 * MOVE, units: pixels === 1 ? a.vectors : pixels };
  },
  affine: (a) => ({ ns: a.pixels * a.vectors * 4 * MOVE, units: a.pixels }),
  softmax: (a) => ({ ns: a.rows * a.stride * 10 * MOVE, units: a.rows }),
  clearPads: (a) => ({ ns: a.rows * 4 * MOVE, units: a.rows }),
  fill: (a) => ({ ns: a.floats * MOVE, units: a.floats }),
  copy: (a) => ({
    ns: a.n0 * a.n1 * a.n2 * (a.floats + 4) * MOVE,
    units: a.n0 > 1 ? a.n0 : a.n1 > 1 ? a.n1 : a.n2,
  }),
  gather: (a) => ({ ns: a.rows * a.count * 4 * MOVE, units: a.rows }),
  resize: (a) => ({
    ns: a.batch * a.yHeight * a.yWidth * a.channels * 4 * MOVE,
    units: a.batch * a.yHeight,
  }),
  scatterRows: (a) => ({ ns: a.rows * a.width * MOVE, units: a.rows }),
};

/** A convolution cut across its rows, or across its columns: whichever leaves the slowest of so many threads less to do. */
function cheaper(
  size: ConvSize,
  way: ConvWay,
  rows: { readonly along: 'yWidth' | 'yHeight'; readonly unit: number },
  { cols, table, yStride }: { readonly cols: number; readonly table: number; readonly yStride: number },
  threads: number,
): Extent {
  const ns = (part: Partial<ConvSize>): number =>
    convCost(convWork({ ...size, ...part }, way), convCosts[way]);
  const units = Math.ceil(size[rows.along] / rows.unit);
  // A scatter is cut where its stream is, between vectors of four; products between panels of eight.
  const panels = table ? yStride / 4 : Math.max(1, cols >> 3);
  const byRows = ns({ [rows.along]: Math.ceil(units / threads) * rows.unit });
  const byColumns = ns({ cols: Math.ceil((Math.ceil(panels / threads) * cols) / panels) });
  const all = ns({});
  return byRows <= byColumns ? { ns: all, units } : { ns: all, units: panels, byColumns: true };
}

function up(count: number, unit: number): number {
  return Math.ceil(count / unit) * unit;
}

/** Chunks of this size are fine enough for threads of different speed to end at about the same time, nanoseconds. */
const FINE_NS = 50_000;

/** How many chunks a step is cut into: as many as threads, or more where each is large; none smaller than `leastNs`. */
function partsOf({ ns, units, byColumns }: Extent, threads: number, leastNs: number): number {
  // A part of a product's columns makes all patches of its own.
  const most = byColumns ? threads : Math.min(4 * threads, Math.max(threads, ns / FINE_NS));
  const parts = Math.min(units, Math.floor(most), leastNs > 0 ? Math.floor(ns / leastNs) : units);
  if (parts < 2) return 1;
  // As many as make the largest part as small: one unit that is left over helps nobody.
  return Math.ceil(units / Math.ceil(units / parts));
}

/**
 * The chunks of a program that so many threads run, none of less than `leastNs`; steps that are not cut come together in one.
 * Undefined where no step is cut.
 */
export function splitSteps(steps: readonly Step[], threads: number, leastNs: number): Chunks | undefined {
  const groups: number[][] = [];
  let [chunk, at] = [0, 0];
  let whole = false;
  for (const step of steps) {
    const end = at + (2 + kernelTable[step.kernel].length) * 4;
    const extent = (EXTENTS[step.kernel] as ExtentOf<never> | undefined)?.(step.args as never, threads);
    const parts = extent ? partsOf(extent, threads, leastNs) : 1;
    const last = groups.at(-1);
    if (parts === 1 && whole && last) {
      last[2] = end;
    } else {
      groups.push([chunk, at, end, parts, extent?.byColumns && parts > 1 ? 1 : 0]);
      chunk += parts;
    }
    whole = parts === 1;
    at = end;
  }
  return chunk === groups.length ? undefined : { groups: Int32Array.from(groups.flat()), count: chunk };
}
