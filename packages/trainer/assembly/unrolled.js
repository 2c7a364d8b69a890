"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.unrolledConv = unrolledConv;
exports.unrolledInputGrad = unrolledInputGrad;
exports.unrolledFilterSums = unrolledFilterSums;
exports.unrolledFilter = unrolledFilter;
exports.unrolledScratch = unrolledScratch;
// Knows convolutions of any kernel, stride, padding and dilation as matrix products over unrolled patches.
const chunks_1 = require("./chunks");
const convShape_1 = require("./convShape");
const gemm_1 = require("./gemm");
const lanes_1 = require("./lanes");
/** True for 1 x 1 kernels of stride 1 without padding: the patches are the pixels themselves. */
function isPlain(shape) {
    return (load(shape, convShape_1.KERNEL_HEIGHT) * load(shape, convShape_1.KERNEL_WIDTH) == 1 &&
        load(shape, convShape_1.STRIDE_H) * load(shape, convShape_1.STRIDE_W) == 1 &&
        (load(shape, convShape_1.TOP) | load(shape, convShape_1.LEFT)) == 0 &&
        load(shape, convShape_1.HEIGHT) == load(shape, convShape_1.Y_HEIGHT) &&
        load(shape, convShape_1.WIDTH) == load(shape, convShape_1.Y_WIDTH));
}
/**
 * Moves the patches of `count` output positions, from position `first` of the whole batch on: from `x` into `patches`, or,
 * with `back`, adds `patches` to `x`. A patch is `[kernelHeight, kernelWidth, from]`, `stride` floats from the next.
 */
function movePatches(shape, x, first, count, patches, stride, back) {
    const height = load(shape, convShape_1.HEIGHT);
    const width = load(shape, convShape_1.WIDTH);
    const from = load(shape, convShape_1.FROM);
    const yHeight = load(shape, convShape_1.Y_HEIGHT);
    const yWidth = load(shape, convShape_1.Y_WIDTH);
    const kernelHeight = load(shape, convShape_1.KERNEL_HEIGHT);
    const kernelWidth = load(shape, convShape_1.KERNEL_WIDTH);
    const dilationH = load(shape, convShape_1.DILATION_H);
    const dilationW = load(shape, convShape_1.DILATION_W);
    const pixel = from << 2;
    const patchRow = kernelWidth * pixel;
    const step = stride << 2;
    for (let i = 0; i < count; i++, patches += step) {
        const position = first + i;
        const line = position / yWidth;
        const n = line / yHeight;
        const h0 = (line - n * yHeight) * load(shape, convShape_1.STRIDE_H) - load(shape, convShape_1.TOP);
        const w0 = (position - line * yWidth) * load(shape, convShape_1.STRIDE_W) - load(shape, convShape_1.LEFT);
        const whole = dilationW == 1 && w0 >= 0 && w0 + kernelWidth <= width;
        let at = patches;
        for (let kh = 0; kh < kernelHeight; kh++, at += patchRow) {
            const h = h0 + kh * dilationH;
            if (h < 0 || h >= height) {
                if (!back)
                    (0, lanes_1.zeroRow)(at, patchRow);
                continue;
            }
            const line0 = (n * height + h) * width;
            if (whole) {
                const src = x + (line0 + w0) * pixel;
                if (back)
                    (0, lanes_1.addRow)(at, src, patchRow);
                else
                    (0, lanes_1.copyRow)(src, at, patchRow);
                continue;
            }
            for (let kw = 0; kw < kernelWidth; kw++) {
                const w = w0 + kw * dilationW;
                const part = at + kw * pixel;
                if (w < 0 || w >= width) {
                    if (!back)
                        (0, lanes_1.zeroRow)(part, pixel);
                    continue;
                }
                const src = x + (line0 + w) * pixel;
                if (back)
                    (0, lanes_1.addRow)(part, src, pixel);
                else
                    (0, lanes_1.copyRow)(src, part, pixel);
            }
        }
    }
}
/** Copies rows of `cols` floats between matrices whose rows are `srcStride` and `dstStride` floats apart. */
function copyRows(src, srcStride, dst, dstStride, rows, cols) {
    const bytes = cols << 2;
    for (let i = 0; i < rows; i++) {
        (0, lanes_1.copyRow)(src + ((i * srcStride) << 2), dst + ((i * dstStride) << 2), bytes);
    }
}
/** `y = x * panels`; a chunk is `block` output positions of the whole batch. Scratch: `unrolledScratch` bytes. */
function unrolledConv(counter, chunks, scratch, shape, x, panels, y, positions, block) {
    const from = load(shape, convShape_1.FROM);
    const to = load(shape, convShape_1.TO);
    const to8 = (0, lanes_1.up8)(to);
    const depth = load(shape, convShape_1.KERNEL_HEIGHT) * load(shape, convShape_1.KERNEL_WIDTH) * from;
    const plain = isPlain(shape);
    const out = scratch + ((block * (0, lanes_1.up4)(depth)) << 2);
    for (;;) {
        const chunk = (0, chunks_1.nextChunk)(counter, chunks);
        if (chunk < 0)
            return;
        const first = chunk * block;
        const rows = min(block, positions - first);
        let a = scratch;
        if (plain)
            a = x + ((first * from) << 2);
        else
            movePatches(shape, x, first, rows, a, depth, false);
        const dst = y + ((first * to) << 2);
        if (to == to8) {
            (0, gemm_1.multiplyRows)(a, depth, panels, dst, to, rows, depth, to);
        }
        else {
            (0, gemm_1.multiplyRows)(a, depth, panels, out, to8, rows, depth, to8);
            copyRows(out, to8, dst, to, rows, to);
        }
    }
}
/** `dx` from `dy` and the transposed kernel's panels; a chunk is one image. Scratch: `unrolledScratch` bytes. */
function unrolledInputGrad(counter, chunks, scratch, shape, dy, panels, dx, block) {
    const from = load(shape, convShape_1.FROM);
    const to = load(shape, convShape_1.TO);
    const depth = load(shape, convShape_1.KERNEL_HEIGHT) * load(shape, convShape_1.KERNEL_WIDTH) * from;
    const depth8 = (0, lanes_1.up8)(depth);
    const positions = load(shape, convShape_1.Y_HEIGHT) * load(shape, convShape_1.Y_WIDTH);
    const pixels = load(shape, convShape_1.HEIGHT) * load(shape, convShape_1.WIDTH);
    const plain = isPlain(shape) && depth == depth8;
    for (;;) {
        const n = (0, chunks_1.nextChunk)(counter, chunks);
        if (n < 0)
            return;
        const image = dx + ((n * pixels * from) << 2);
        if (!plain)
            memory.fill(image, 0, (pixels * from) << 2);
        for (let first = 0; first < positions; first += block) {
            const rows = min(block, positions - first);
            const at = n * positions + first;
            const out = plain ? dx + ((at * from) << 2) : scratch;
            (0, gemm_1.multiplyRows)(dy + ((at * to) << 2), to, panels, out, depth8, rows, to, depth8);
            if (!plain)
                movePatches(shape, dx, at, rows, scratch, depth8, true);
        }
    }
}
/** `sums[chunks][depth4][to8]`: the filter's gradient of each chunk of `perChunk` positions, in blocks of `block`. */
function unrolledFilterSums(counter, chunks, scratch, shape, x, dy, sums, positions, perChunk, block) {
    const from = load(shape, convShape_1.FROM);
    const to = load(shape, convShape_1.TO);
    const to8 = (0, lanes_1.up8)(to);
    const depth = load(shape, convShape_1.KERNEL_HEIGHT) * load(shape, convShape_1.KERNEL_WIDTH) * from;
    const depth4 = (0, lanes_1.up4)(depth);
    const plain = isPlain(shape) && depth == depth4;
    const size = (depth4 * to8) << 2;
    const dyCopy = scratch + ((block * depth4) << 2);
    // The lanes past the patch and past the last filter stay zero.
    memory.fill(scratch, 0, (block * (depth4 + to8)) << 2);
    for (;;) {
        const chunk = (0, chunks_1.nextChunk)(counter, chunks);
        if (chunk < 0)
            return;
        const sum = sums + chunk * size;
        memory.fill(sum, 0, size);
        const end = min((chunk + 1) * perChunk, positions);
        for (let first = chunk * perChunk; first < end; first += block) {
            const rows = min(block, end - first);
            let a = scratch;
            if (plain)
                a = x + ((first * from) << 2);
            else
                movePatches(shape, x, first, rows, a, depth4, false);
            let b = dy + ((first * to) << 2);
            if (to != to8) {
                copyRows(b, to, dyCopy, to8, rows, to);
                b = dyCopy;
            }
            (0, gemm_1.multiplyTransposed)(a, depth4, b, to8, sum, rows, depth4, to8);
        }
    }
}
/** Adds the chunks' sums into `dw[kernelHeight, kernelWidth, from, to]`; overwrites the first chunk's. */
function unrolledFilter(sums, chunks, shape, dw) {
    const to = load(shape, convShape_1.TO);
    const to8 = (0, lanes_1.up8)(to);
    const depth = load(shape, convShape_1.KERNEL_HEIGHT) * load(shape, convShape_1.KERNEL_WIDTH) * load(shape, convShape_1.FROM);
    const size = ((0, lanes_1.up4)(depth) * to8) << 2;
    for (let chunk = 1; chunk < chunks; chunk++)
        (0, lanes_1.addRow)(sums + chunk * size, sums, size);
    copyRows(sums, to8, dw, to, depth, to);
}
/** Bytes of scratch that each thread needs for the functions above. */
function unrolledScratch(shape, block) {
    const depth = load(shape, convShape_1.KERNEL_HEIGHT) * load(shape, convShape_1.KERNEL_WIDTH) * load(shape, convShape_1.FROM);
    return (block * ((0, lanes_1.up8)(depth) + (0, lanes_1.up8)(load(shape, convShape_1.TO)))) << 2;
}
