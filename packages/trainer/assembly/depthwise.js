"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.depthwiseInputGrad = depthwiseInputGrad;
exports.depthwiseFilterSums = depthwiseFilterSums;
exports.addChunks = addChunks;
// Knows the gradients of depthwise convolutions; every channel is convolved with its own filters.
const chunks_1 = require("./chunks");
const convShape_1 = require("./convShape");
const lanes_1 = require("./lanes");
/** `dx[n, height, width, from]` of `dy` and `w[kernelHeight, kernelWidth, from, multiplier]`; a chunk is one image. */
function depthwiseInputGrad(counter, chunks, scratch, shape, dy, kernel, dx) {
    const height = load(shape, convShape_1.HEIGHT);
    const width = load(shape, convShape_1.WIDTH);
    const from = load(shape, convShape_1.FROM);
    const yHeight = load(shape, convShape_1.Y_HEIGHT);
    const yWidth = load(shape, convShape_1.Y_WIDTH);
    const multiplier = load(shape, convShape_1.TO);
    const whole = multiplier == 1 ? from & ~3 : 0;
    const pixel = from << 2;
    for (;;) {
        const n = (0, chunks_1.nextChunk)(counter, chunks);
        if (n < 0)
            return;
        const image = dx + (n * height * width) * pixel;
        memory.fill(image, 0, (height * width) * pixel);
        for (let oh = 0; oh < yHeight; oh++) {
            for (let kh = 0; kh < load(shape, convShape_1.KERNEL_HEIGHT); kh++) {
                const h = oh * load(shape, convShape_1.STRIDE_H) + kh * load(shape, convShape_1.DILATION_H) - load(shape, convShape_1.TOP);
                if (h < 0 || h >= height)
                    continue;
                for (let ow = 0; ow < yWidth; ow++) {
                    const g = dy + ((n * yHeight + oh) * yWidth + ow) * pixel * multiplier;
                    for (let kw = 0; kw < load(shape, convShape_1.KERNEL_WIDTH); kw++) {
                        const w = ow * load(shape, convShape_1.STRIDE_W) + kw * load(shape, convShape_1.DILATION_W) - load(shape, convShape_1.LEFT);
                        if (w < 0 || w >= width)
                            continue;
                        const k = kernel + (kh * load(shape, convShape_1.KERNEL_WIDTH) + kw) * pixel * multiplier;
                        const out = image + (h * width + w) * pixel;
                        let c = 0;
                        for (; c < whole; c += 4) {
                            const o = c << 2;
                            v128.store(out + o, (0, lanes_1.madd)(v128.load(g + o), v128.load(k + o), v128.load(out + o)));
                        }
                        for (; c < from; c++) {
                            let sum = load(out + (c << 2));
                            for (let q = c * multiplier; q < (c + 1) * multiplier; q++) {
                                sum += load(g + (q << 2)) * load(k + (q << 2));
                            }
                            store(out + (c << 2), sum);
                        }
                    }
                }
            }
        }
    }
}
/** `sums[chunks]` of the filter's gradient, each shaped as the kernel; a chunk is `images` images. */
function depthwiseFilterSums(counter, chunks, scratch, shape, x, dy, sums, batch, images) {
    const height = load(shape, convShape_1.HEIGHT);
    const width = load(shape, convShape_1.WIDTH);
    const from = load(shape, convShape_1.FROM);
    const yHeight = load(shape, convShape_1.Y_HEIGHT);
    const yWidth = load(shape, convShape_1.Y_WIDTH);
    const multiplier = load(shape, convShape_1.TO);
    const whole = multiplier == 1 ? from & ~3 : 0;
    const pixel = from << 2;
    const taps = load(shape, convShape_1.KERNEL_HEIGHT) * load(shape, convShape_1.KERNEL_WIDTH);
    const size = taps * pixel * multiplier;
    for (;;) {
        const chunk = (0, chunks_1.nextChunk)(counter, chunks);
        if (chunk < 0)
            return;
        const sum = sums + chunk * size;
        memory.fill(sum, 0, size);
        const end = min((chunk + 1) * images, batch);
        for (let n = chunk * images; n < end; n++) {
            for (let oh = 0; oh < yHeight; oh++) {
                for (let kh = 0; kh < load(shape, convShape_1.KERNEL_HEIGHT); kh++) {
                    const h = oh * load(shape, convShape_1.STRIDE_H) + kh * load(shape, convShape_1.DILATION_H) - load(shape, convShape_1.TOP);
                    if (h < 0 || h >= height)
                        continue;
                    for (let ow = 0; ow < yWidth; ow++) {
                        const g = dy + ((n * yHeight + oh) * yWidth + ow) * pixel * multiplier;
                        for (let kw = 0; kw < load(shape, convShape_1.KERNEL_WIDTH); kw++) {
                            const w = ow * load(shape, convShape_1.STRIDE_W) + kw * load(shape, convShape_1.DILATION_W) - load(shape, convShape_1.LEFT);
                            if (w < 0 || w >= width)
                                continue;
                            const src = x + ((n * height + h) * width + w) * pixel;
                            const out = sum + (kh * load(shape, convShape_1.KERNEL_WIDTH) + kw) * pixel * multiplier;
                            let c = 0;
                            for (; c < whole; c += 4) {
                                const o = c << 2;
                                v128.store(out + o, (0, lanes_1.madd)(v128.load(src + o), v128.load(g + o), v128.load(out + o)));
                            }
                            for (; c < from; c++) {
                                const value = load(src + (c << 2));
                                for (let q = c * multiplier; q < (c + 1) * multiplier; q++) {
                                    const o = q << 2;
                                    store(out + o, load(out + o) + value * load(g + o));
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
/** Adds chunks 1, 2, … of `size` floats to the first one. */
function addChunks(sums, chunks, size) {
    const bytes = size << 2;
    for (let chunk = 1; chunk < chunks; chunk++)
        (0, lanes_1.addRow)(sums + chunk * bytes, sums, bytes);
}
