"use strict";
// Knows the gradients of pooling.
Object.defineProperty(exports, "__esModule", { value: true });
exports.averagePoolGrad = averagePoolGrad;
exports.maxPoolGrad = maxPoolGrad;
const chunks_1 = require("./chunks");
const convShape_1 = require("./convShape");
const lanes_1 = require("./lanes");
/** `dx`: every window spreads its gradient evenly, each place taking `dy / (kernelHeight · kernelWidth)`; a chunk is one image. */
function averagePoolGrad(counter, chunks, scratch, shape, dy, dx) {
    const height = load(shape, convShape_1.HEIGHT);
    const width = load(shape, convShape_1.WIDTH);
    const yHeight = load(shape, convShape_1.Y_HEIGHT);
    const yWidth = load(shape, convShape_1.Y_WIDTH);
    const kernelHeight = load(shape, convShape_1.KERNEL_HEIGHT);
    const kernelWidth = load(shape, convShape_1.KERNEL_WIDTH);
    const pixel = load(shape, convShape_1.FROM) << 2;
    const whole = pixel & ~15;
    const share = 1 / (kernelHeight * kernelWidth);
    const shares = f32x4.splat(share);
    for (;;) {
        const n = (0, chunks_1.nextChunk)(counter, chunks);
        if (n < 0)
            return;
        const image = dx + (n * height * width) * pixel;
        memory.fill(image, 0, (height * width) * pixel);
        let g = dy + (n * yHeight * yWidth) * pixel;
        for (let oh = 0; oh < yHeight; oh++) {
            const h0 = oh * load(shape, convShape_1.STRIDE_H) - load(shape, convShape_1.TOP);
            for (let ow = 0; ow < yWidth; ow++, g += pixel) {
                const w0 = ow * load(shape, convShape_1.STRIDE_W) - load(shape, convShape_1.LEFT);
                for (let kh = 0; kh < kernelHeight; kh++) {
                    const h = h0 + kh * load(shape, convShape_1.DILATION_H);
                    if (h < 0 || h >= height)
                        continue;
                    for (let kw = 0; kw < kernelWidth; kw++) {
                        const w = w0 + kw * load(shape, convShape_1.DILATION_W);
                        if (w < 0 || w >= width)
                            continue;
                        const at = image + (h * width + w) * pixel;
                        let o = 0;
                        for (; o < whole; o += 16) {
                            v128.store(at + o, (0, lanes_1.madd)(v128.load(g + o), shares, v128.load(at + o)));
                        }
                        for (; o < pixel; o += 4)
                            store(at + o, load(at + o) + load(g + o) * share);
                    }
                }
            }
        }
    }
}
/** `dx`: every window gives its gradient to its largest place, the first of equal ones; a chunk is one image. */
function maxPoolGrad(counter, chunks, scratch, shape, x, dy, dx) {
    const height = load(shape, convShape_1.HEIGHT);
    const width = load(shape, convShape_1.WIDTH);
    const yHeight = load(shape, convShape_1.Y_HEIGHT);
    const yWidth = load(shape, convShape_1.Y_WIDTH);
    const dilationH = load(shape, convShape_1.DILATION_H);
    const dilationW = load(shape, convShape_1.DILATION_W);
    const pixel = load(shape, convShape_1.FROM) << 2;
    const whole = pixel & ~15;
    for (;;) {
        const n = (0, chunks_1.nextChunk)(counter, chunks);
        if (n < 0)
            return;
        const image = x + (n * height * width) * pixel;
        // From a place in the image to the same place in its gradient.
        const over = dx - x;
        memory.fill(image + over, 0, (height * width) * pixel);
        let g = dy + (n * yHeight * yWidth) * pixel;
        for (let oh = 0; oh < yHeight; oh++) {
            const h0 = oh * load(shape, convShape_1.STRIDE_H) - load(shape, convShape_1.TOP);
            const h1 = min(height, h0 + load(shape, convShape_1.KERNEL_HEIGHT) * dilationH);
            for (let ow = 0; ow < yWidth; ow++, g += pixel) {
                const w0 = ow * load(shape, convShape_1.STRIDE_W) - load(shape, convShape_1.LEFT);
                const w1 = min(width, w0 + load(shape, convShape_1.KERNEL_WIDTH) * dilationW);
                let o = 0;
                for (; o < whole; o += 16) {
                    let largest = f32x4.splat(-Infinity);
                    let places = i32x4.splat(image);
                    for (let h = h0; h < h1; h += dilationH) {
                        if (h < 0)
                            continue;
                        for (let w = w0; w < w1; w += dilationW) {
                            if (w < 0)
                                continue;
                            const at = image + (h * width + w) * pixel;
                            const value = v128.load(at + o);
                            const larger = f32x4.gt(value, largest);
                            largest = v128.bitselect(value, largest, larger);
                            places = v128.bitselect(i32x4.splat(at), places, larger);
                        }
                    }
                    give(i32x4.extract_lane(places, 0) + over + o, g + o);
                    give(i32x4.extract_lane(places, 1) + over + o + 4, g + o + 4);
                    give(i32x4.extract_lane(places, 2) + over + o + 8, g + o + 8);
                    give(i32x4.extract_lane(places, 3) + over + o + 12, g + o + 12);
                }
                for (; o < pixel; o += 4) {
                    let largest = -Infinity;
                    let place = image;
                    for (let h = h0; h < h1; h += dilationH) {
                        if (h < 0)
                            continue;
                        for (let w = w0; w < w1; w += dilationW) {
                            if (w < 0)
                                continue;
                            const at = image + (h * width + w) * pixel;
                            const value = load(at + o);
                            if (value > largest) {
                                largest = value;
                                place = at;
                            }
                        }
                    }
                    give(place + over + o, g + o);
                }
            }
        }
    }
}
/** Adds the float at `from` to that at `to`. */
function give(to, from) {
    store(to, load(to) + load(from));
}
