// Knows how the kernels over unrolled patches are called: block sizes, scratch and working memory.
import { type ConvInfo, roundUpTo, shapeWords } from './convShape.ts';
import type { Kernels } from './kernels.ts';
import { sumCount } from './winogradConv.ts';

/** `y` of `x` and `kernel`; all addresses. */
export function unrolledForward(
  kernels: Kernels,
  info: ConvInfo,
  x: number,
  kernel: number,
  y: number,
): void {
  const depth = depthOf(info);
  const [shape, panels] = kernels.workspace(64, panelBytes(depth, info.outChannels)) as [number, number];
  kernels.writeWords(shape, shapeWords(info, info.outChannels));
  kernels.call.packPanels(kernel, depth, info.outChannels, info.outChannels, 1, panels);
  const positions = info.batchSize * info.outHeight * info.outWidth;
  const block = blockFor(depth);
  const scratch = kernels.call.unrolledScratch(shape, block);
  kernels.run(
    'unrolledConv',
    Math.ceil(positions / block),
    scratch,
    ...[shape, x, panels, y, positions, block],
  );
}

/** `dx` of `dy` and `kernel`. */
export function unrolledInputGrad(
  kernels: Kernels,
  info: ConvInfo,
  dy: number,
  kernel: number,
  dx: number,
): void {
  const depth = depthOf(info);
  const [shape, panels] = kernels.workspace(64, panelBytes(info.outChannels, depth)) as [number, number];
  kernels.writeWords(shape, shapeWords(info, info.outChannels));
  kernels.call.packPanels(kernel, info.outChannels, depth, 1, info.outChannels, panels);
  const block = blockFor(depth);
  const scratch = kernels.call.unrolledScratch(shape, block);
  kernels.run('unrolledInputGrad', info.batchSize, scratch, ...[shape, dy, panels, dx, block]);
}

/** `dw` of `x` and `dy`. */
export function unrolledFilterGrad(
  kernels: Kernels,
  info: ConvInfo,
  x: number,
  dy: number,
  dw: number,
): void {
  const depth = depthOf(info);
  const size = 4 * roundUpTo(4, depth) * roundUpTo(8, info.outChannels);
  const positions = info.batchSize * info.outHeight * info.outWidth;
  const block = blockFor(depth);
  const blocks = Math.ceil(positions / block);
  const perChunk = Math.ceil(blocks / sumCount(size, blocks)) * block;
  const chunks = Math.ceil(positions / perChunk);
  const [shape, sums] = kernels.workspace(64, chunks * size) as [number, number];
  kernels.writeWords(shape, shapeWords(info, info.outChannels));
  const scratch = kernels.call.unrolledScratch(shape, block);
  kernels.run('unrolledFilterSums', chunks, scratch, ...[shape, x, dy, sums, positions, perChunk, block]);
  kernels.call.unrolledFilter(sums, chunks, shape, dw);
}

function depthOf(info: ConvInfo): number {
  return info.filterHeight * info.filterWidth * info.inChannels;
}

function panelBytes(depth: number, cols: number): number {
  return 4 * depth * roundUpTo(8, cols);
}

/** Patches of a block, so that they stay in the first-level cache or near it. */
function blockFor(depth: number): number {
  return roundUpTo(4, Math.min(128, Math.max(16, Math.floor(16384 / depth))));
}
