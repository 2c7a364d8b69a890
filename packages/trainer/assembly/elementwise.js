"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.relu = relu;
exports.reluGrad = reluGrad;
exports.add = add;
// Knows the element by element work of training: ReLU and its gradient, sums of tensors, the optimizer's update.
const chunks_1 = require("./chunks");
/** `y = min(max(x, 0), top)`; `top` infinite for plain ReLU, its bits as an i32. A chunk is `perChunk` floats, a multiple of 4. */
function relu(counter, chunks, scratch, x, y, size, perChunk, top) {
    const limit = reinterpret(top);
    const limits = f32x4.splat(limit);
    const zero = f32x4.splat(0);
    for (;;) {
        const chunk = (0, chunks_1.nextChunk)(counter, chunks);
        if (chunk < 0)
            return;
        const first = (chunk * perChunk) << 2;
        const end = first + (min(perChunk, size - chunk * perChunk) << 2);
        let o = first;
        for (; o + 16 <= end; o += 16)
            v128.store(y + o, f32x4.min(f32x4.max(v128.load(x + o), zero), limits));
        for (; o < end; o += 4)
            store(y + o, min(max(load(x + o), 0), limit));
    }
}
/** `dx = dy` where `0 < x <= top`, else 0. */
function reluGrad(counter, chunks, scratch, dy, x, dx, size, perChunk, top) {
    const limit = reinterpret(top);
    const limits = f32x4.splat(limit);
    const zero = f32x4.splat(0);
    for (;;) {
        const chunk = (0, chunks_1.nextChunk)(counter, chunks);
        if (chunk < 0)
            return;
        const first = (chunk * perChunk) << 2;
        const end = first + (min(perChunk, size - chunk * perChunk) << 2);
        let o = first;
        for (; o + 16 <= end; o += 16) {
            const v = v128.load(x + o);
            v128.store(dx + o, v128.and(v128.load(dy + o), v128.and(f32x4.gt(v, zero), f32x4.le(v, limits))));
        }
        for (; o < end; o += 4) {
            const v = load(x + o);
            store(dx + o, v > 0 && v <= limit ? load(dy + o) : 0);
        }
    }
}
/** `y = a + b` of tensors of one shape. */
function add(counter, chunks, scratch, a, b, y, size, perChunk) {
    for (;;) {
        const chunk = (0, chunks_1.nextChunk)(counter, chunks);
        if (chunk < 0)
            return;
        const first = (chunk * perChunk) << 2;
        const end = first + (min(perChunk, size - chunk * perChunk) << 2);
        let o = first;
        for (; o + 16 <= end; o += 16)
            v128.store(y + o, f32x4.add(v128.load(a + o), v128.load(b + o)));
        for (; o < end; o += 4)
            store(y + o, load(a + o) + load(b + o));
    }
}
