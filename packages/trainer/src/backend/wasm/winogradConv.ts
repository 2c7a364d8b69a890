// Knows how the Winograd kernels are called: block sizes, scratch and working memory.
import { type ConvInfo, roundUpTo } from './convShape.ts';
import type { Kernels } from './kernels.ts';

/** `y` of `x` and `kernel`; all addresses. */
export function winogradForward(
  kernels: Kernels,
  info: ConvInfo,
  x: number,
  kernel: number,
  y: number,
): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const [u, t] = kernels.workspace(weightBytes(inChannels, outChannels), 512) as [number, number];
  kernels.call.winogradWeights(kernel, inChannels, outChannels, 0, u, t);
  const tileRows = tileRowsFor(outWidth, inChannels, outChannels);
  const chunks = Math.ceil((info.batchSize * Math.ceil(outHeight / 4)) / tileRows);
  const scratch = kernels.call.winogradScratch(inWidth, outWidth, inChannels, outChannels, tileRows);
  kernels.run(
    'winogradConv',
    chunks,
    scratch,
    ...[x, u, y, info.batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels],
    ...[padInfo.top, padInfo.left, tileRows],
  );
}

/** `dx` of `dy` and `kernel`: the same convolution with the kernel turned and the padding completed to 2. */
export function winogradInputGrad(
  kernels: Kernels,
  info: ConvInfo,
  dy: number,
  kernel: number,
  dx: number,
): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const [u, t] = kernels.workspace(weightBytes(outChannels, inChannels), 512) as [number, number];
  kernels.call.winogradWeights(kernel, inChannels, outChannels, 1, u, t);
  const tileRows = tileRowsFor(inWidth, outChannels, inChannels);
  const chunks = Math.ceil((info.batchSize * Math.ceil(inHeight / 4)) / tileRows);
  const scratch = kernels.call.winogradScratch(outWidth, inWidth, outChannels, inChannels, tileRows);
  kernels.run(
    'winogradConv',
    chunks,
    scratch,
    ...[dy, u, dx, info.batchSize, outHeight, outWidth, outChannels, inHeight, inWidth, inChannels],
    ...[2 - padInfo.top, 2 - padInfo.left, tileRows],
  );
}

/** `dw` of `x` and `dy`. */
export function winogradFilterGrad(
  kernels: Kernels,
  info: ConvInfo,
  x: number,
  dy: number,
  dw: number,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const size = weightBytes(inChannels, outChannels);
  const images = Math.ceil(batchSize / sumCount(size, batchSize));
  const chunks = Math.ceil(batchSize / images);
  const [sums, t] = kernels.workspace(chunks * size, 512) as [number, number];
  const tileRows = tileRowsFor(outWidth, inChannels, outChannels);
  const scratch = kernels.call.winogradScratch(inWidth, outWidth, inChannels, outChannels, tileRows);
  kernels.run(
    'winogradFilterSums',
    chunks,
    scratch,
    ...[x, dy, sums, batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels],
    ...[padInfo.top, padInfo.left, tileRows, images],
  );
  kernels.call.winogradFilter(sums, chunks, inChannels, outChannels, dw, t);
}

/** How many partial sums of `bytes` bytes a gradient is gathered in: enough for the threads, not too many for memory. */
export function sumCount(bytes: number, most: number): number {
  return Math.max(1, Math.min(8, most, Math.floor(2 ** 25 / bytes)));
}

function weightBytes(from: number, to: number): number {
  return 36 * 4 * roundUpTo(8, from) * roundUpTo(8, to);
}

/** Tile rows of a block, so that its planes stay in the second-level cache. */
function tileRowsFor(width: number, from: number, to: number): number {
  const tiles = Math.min(128, Math.max(32, 8192 / (from + to)));
  return Math.max(1, Math.round(tiles / Math.ceil(width / 4)));
}
