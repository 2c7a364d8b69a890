// Knows the shape of a convolution as the kernels read it, and which arithmetic suits it.
import type { backend_util } from '@tensorflow/tfjs-core';

/** The numbers of a convolution on `[n, h, w, c]`, with kernels `[kh, kw, in, out]`. */
export type ConvInfo = backend_util.Conv2DInfo;

/** The array that the kernels take for a shape, as assembly/convShape.ts numbers it. */
export function shapeWords(info: ConvInfo, filters: number): Int32Array {
  return Int32Array.of(
    info.inHeight,
    info.inWidth,
    info.inChannels,
    info.outHeight,
    info.outWidth,
    filters,
    info.filterHeight,
    info.filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.padInfo.top,
    info.padInfo.left,
    info.dilationHeight,
    info.dilationWidth,
  );
}

/** Whether Winograd's form fits and multiplies less: 36 products a tile of 4 x 4 outputs instead of 9 an output. */
export function suitsWinograd(info: ConvInfo): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo } =
    info;
  const tiles = Math.ceil(info.outHeight / 4) * Math.ceil(info.outWidth / 4);
  const inputTiles = Math.ceil(info.inHeight / 4) * Math.ceil(info.inWidth / 4);
  return (
    filterHeight === 3 &&
    filterWidth === 3 &&
    strideHeight === 1 &&
    strideWidth === 1 &&
    dilationHeight === 1 &&
    dilationWidth === 1 &&
    Math.max(padInfo.top, padInfo.left, padInfo.bottom, padInfo.right) <= 2 &&
    Math.min(info.inChannels, info.outChannels) >= 3 &&
    Math.max(tiles, inputTiles) * 6 <= info.outHeight * info.outWidth
  );
}

/** The next multiple of `lanes`. */
export function roundUpTo(lanes: number, count: number): number {
  return Math.ceil(count / lanes) * lanes;
}
