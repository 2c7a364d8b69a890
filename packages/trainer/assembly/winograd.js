"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.winogradConv = winogradConv;
exports.winogradScratch = winogradScratch;
exports.winogradFilterSums = winogradFilterSums;
// Knows 3 x 3 convolutions of stride 1 by Winograd's F(4 x 4, 3 x 3): a quarter of the multiplications.
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016; the filter's gradient is the adjoint of the same form.
const chunks_1 = require("./chunks");
const gemm_1 = require("./gemm");
const lanes_1 = require("./lanes");
const winogradTransforms_1 = require("./winogradTransforms");
/** Bytes between the 36 planes of a scratch block, so that they do not fall on the same cache sets. */
const GAP = 192;
/**
 * Finds `count` image rows from row `top` on and writes their addresses to `rows`: rows outside the image lead to `zeros`;
 * where channels must be filled up to `lanes`, a filled copy is made at `copy`.
 */
function findRows(image, height, width, channels, lanes, top, count, rows, zeros, copy) {
    const pixel = channels << 2;
    const lanePixel = lanes << 2;
    const rowBytes = width * pixel;
    for (let i = 0; i < count; i++) {
        const h = top + i;
        let at = zeros;
        if (h >= 0 && h < height) {
            at = image + h * rowBytes;
            if (channels != lanes) {
                let src = at;
                at = copy + i * width * lanePixel;
                for (let dst = at, end = at + width * lanePixel; dst < end; src += pixel, dst += lanePixel) {
                    let c = 0;
                    for (; c < pixel; c += 4)
                        store(dst + c, load(src + c));
                    for (; c < lanePixel; c += 4)
                        store(dst + c, 0);
                }
            }
        }
        store(rows + (i << 2), at);
    }
}
/**
 * `y[n, yHeight, yWidth, to] = x[n, height, width, from] * u`, padded above by `top` and left by `left` (at most 2 each).
 * A chunk is `tileRows` rows of 4 x 4 tiles, counted over the whole batch. Scratch: `winogradScratch` bytes.
 */
function winogradConv(counter, chunks, scratch, x, u, y, batch, height, width, from, yHeight, yWidth, to, top, left, tileRows) {
    const down = (yHeight + 3) >> 2;
    const across = (yWidth + 3) >> 2;
    const from4 = (0, lanes_1.up4)(from);
    const to8 = (0, lanes_1.up8)(to);
    const pixel = from4 << 2;
    const yPixel = to8 << 2;
    const stripWidth = 4 * across + 2;
    const stripRow = stripWidth * pixel;
    const yStripRow = (4 * across) * yPixel;
    const rows = scratch;
    const zeros = rows + 64;
    const copy = zeros + width * pixel;
    const strip = copy + (from == from4 ? 0 : 6 * width * pixel);
    const yStrip = strip + 6 * stripRow;
    const yRows = yStrip + 6 * yStripRow;
    const v = yRows + (to == to8 ? 0 : 4 * yStripRow);
    const most = (0, lanes_1.up4)(tileRows * across);
    const vPlane = most * pixel + GAP;
    const m = v + 36 * vPlane;
    const mPlane = most * yPixel + GAP;
    const uPlane = from4 * yPixel;
    const xImage = (height * width * from) << 2;
    const yRow = (yWidth * to) << 2;
    const allRows = batch * down;
    const inside = min(width, stripWidth - left) * pixel;
    memory.fill(zeros, 0, width * pixel);
    memory.fill(strip, 0, 6 * stripRow);
    for (;;) {
        const chunk = (0, chunks_1.nextChunk)(counter, chunks);
        if (chunk < 0)
            return;
        const firstRow = chunk * tileRows;
        const lastRow = min(firstRow + tileRows, allRows);
        for (let row = firstRow; row < lastRow; row++) {
            const n = row / down;
            const h = (row - n * down) * 4;
            findRows(x + n * xImage, height, width, from, from4, h - top, 6, rows, zeros, copy);
            (0, winogradTransforms_1.inputColumns)(rows, inside, strip + left * pixel, stripRow);
            const to0 = v + ((row - firstRow) * across) * pixel;
            for (let i = 0; i < 6; i++)
                (0, winogradTransforms_1.inputRow)(strip + i * stripRow, across, pixel, to0 + i * 6 * vPlane, vPlane);
        }
        const tiles = (0, lanes_1.up4)((lastRow - firstRow) * across);
        for (let i = 0; i < 36; i++) {
            (0, gemm_1.multiply)(v + i * vPlane, from4, u + i * uPlane, m + i * mPlane, to8, tiles, from4, to8);
        }
        for (let row = firstRow; row < lastRow; row++) {
            const n = row / down;
            const h = (row - n * down) * 4;
            const from0 = m + ((row - firstRow) * across) * yPixel;
            for (let i = 0; i < 6; i++)
                (0, winogradTransforms_1.outputRow)(from0 + i * 6 * mPlane, mPlane, across, yPixel, yStrip + i * yStripRow);
            const count = min(4, yHeight - h);
            const dst = y + (n * yHeight + h) * yRow;
            if (to == to8) {
                (0, winogradTransforms_1.outputColumns)(yStrip, yStripRow, yRow, dst, yRow, count);
            }
            else {
                (0, winogradTransforms_1.outputColumns)(yStrip, yStripRow, yStripRow, yRows, yStripRow, count);
                for (let i = 0; i < count; i++) {
                    let src = yRows + i * yStripRow;
                    let out = dst + i * yRow;
                    for (let w = 0; w < yWidth; w++, src += yPixel) {
                        for (let c = 0; c < to; c++, out += 4)
                            store(out, load(src + (c << 2)));
                    }
                }
            }
        }
    }
}
/** Bytes of scratch that each thread needs for winogradConv and winogradFilterSums; `xWidth` and `yWidth` as there. */
function winogradScratch(xWidth, yWidth, from, to, tileRows) {
    const across = (yWidth + 3) >> 2;
    const widest = max(xWidth, 4 * across + 2);
    const lanes = max((0, lanes_1.up4)(from), (0, lanes_1.up8)(to)) << 2;
    const planes = 36 * ((0, lanes_1.up4)(tileRows * across) * (((0, lanes_1.up4)(from) + (0, lanes_1.up8)(to)) << 2) + 2 * GAP);
    return 128 + 26 * widest * lanes + planes;
}
/**
 * The filter's gradient in the transformed space, summed over each chunk's images: `sums[chunks][36][from4][to8]`.
 * A chunk is `images` images; blocks within it are `tileRows` rows of tiles.
 */
function winogradFilterSums(counter, chunks, scratch, x, dy, sums, batch, height, width, from, yHeight, yWidth, to, top, left, tileRows, images) {
    const down = (yHeight + 3) >> 2;
    const across = (yWidth + 3) >> 2;
    const from4 = (0, lanes_1.up4)(from);
    const to8 = (0, lanes_1.up8)(to);
    const pixel = from4 << 2;
    const yPixel = to8 << 2;
    const stripWidth = 4 * across + 2;
    const stripRow = stripWidth * pixel;
    const yStripRow = (4 * across) * yPixel;
    const widest = max(width * pixel, yWidth * yPixel);
    const rows = scratch;
    const zeros = rows + 64;
    const copy = zeros + widest;
    const strip = copy + (from == from4 && to == to8 ? 0 : 6 * widest);
    const yStrip = strip + 6 * stripRow;
    const v = yStrip + 6 * yStripRow;
    const most = (tileRows * across);
    const vPlane = most * pixel + GAP;
    const m = v + 36 * vPlane;
    const mPlane = most * yPixel + GAP;
    const sumPlane = from4 * yPixel;
    const xImage = (height * width * from) << 2;
    const yImage = (yHeight * yWidth * to) << 2;
    const inside = min(width, stripWidth - left) * pixel;
    memory.fill(zeros, 0, widest);
    memory.fill(strip, 0, 6 * (stripRow + yStripRow));
    for (;;) {
        const chunk = (0, chunks_1.nextChunk)(counter, chunks);
        if (chunk < 0)
            return;
        const sum = sums + chunk * 36 * sumPlane;
        memory.fill(sum, 0, 36 * sumPlane);
        const end = min((chunk + 1) * images, batch) * down;
        for (let firstRow = chunk * images * down; firstRow < end; firstRow += tileRows) {
            const lastRow = min(firstRow + tileRows, end);
            for (let row = firstRow; row < lastRow; row++) {
                const n = row / down;
                const h = (row - n * down) * 4;
                const tile = ((row - firstRow) * across);
                findRows(x + n * xImage, height, width, from, from4, h - top, 6, rows, zeros, copy);
                (0, winogradTransforms_1.inputColumns)(rows, inside, strip + left * pixel, stripRow);
                const to0 = v + tile * pixel;
                for (let i = 0; i < 6; i++)
                    (0, winogradTransforms_1.inputRow)(strip + i * stripRow, across, pixel, to0 + i * 6 * vPlane, vPlane);
                findRows(dy + n * yImage, yHeight, yWidth, to, to8, h, 4, rows, zeros, copy);
                (0, winogradTransforms_1.adjointColumns)(rows, yWidth * yPixel, yStrip, yStripRow);
                const to1 = m + tile * yPixel;
                for (let i = 0; i < 6; i++)
                    (0, winogradTransforms_1.adjointRow)(yStrip + i * yStripRow, across, yPixel, to1 + i * 6 * mPlane, mPlane);
            }
            const tiles = (lastRow - firstRow) * across;
            for (let i = 0; i < 36; i++) {
                (0, gemm_1.multiplyTransposed)(v + i * vPlane, from4, m + i * mPlane, to8, sum + i * sumPlane, tiles, from4, to8);
            }
        }
    }
}
