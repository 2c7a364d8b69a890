"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.winogradWeights = winogradWeights;
exports.winogradFilter = winogradFilter;
// Knows the transforms of Winograd's F(4 x 4, 3 x 3) for kernels: there, and back for their gradient.
const lanes_1 = require("./lanes");
/** Four floats, `step` bytes apart; those past `count` are zero. */
function gather(at, step, count) {
    if (step == 4 && count > 3)
        return v128.load(at);
    let lanes = f32x4.replace_lane(f32x4.splat(0), 0, load(at));
    if (count > 1)
        lanes = f32x4.replace_lane(lanes, 1, load(at + step));
    if (count > 2)
        lanes = f32x4.replace_lane(lanes, 2, load(at + 2 * step));
    if (count > 3)
        lanes = f32x4.replace_lane(lanes, 3, load(at + 3 * step));
    return lanes;
}
/** `y = G g`: three vectors to six, stored `step` bytes apart. */
function filterTransform(g0, g1, g2, dst, step) {
    const sixth = f32x4.splat(1 / 6);
    const part = f32x4.splat(1 / 24);
    const s = f32x4.add(g0, g2);
    const q = (0, lanes_1.madd)(g2, f32x4.splat(4), g0);
    const twice = f32x4.add(g1, g1);
    v128.store(dst, f32x4.mul(g0, f32x4.splat(0.25)));
    v128.store(dst + step, f32x4.neg(f32x4.mul(f32x4.add(s, g1), sixth)));
    v128.store(dst + 2 * step, f32x4.mul(f32x4.sub(g1, s), sixth));
    v128.store(dst + 3 * step, f32x4.mul(f32x4.add(q, twice), part));
    v128.store(dst + 4 * step, f32x4.mul(f32x4.sub(q, twice), part));
    v128.store(dst + 5 * step, g2);
}
/** `y = Gᵀ s`: six vectors, `step` bytes apart, to three, `dstStep` apart. */
function filterAdjoint(src, step, dst, dstStep) {
    const sixth = f32x4.splat(1 / 6);
    const part = f32x4.splat(1 / 24);
    const s1 = v128.load(src + step);
    const s2 = v128.load(src + 2 * step);
    const s3 = v128.load(src + 3 * step);
    const s4 = v128.load(src + 4 * step);
    const a = f32x4.mul(f32x4.add(s1, s2), sixth);
    const b = f32x4.mul(f32x4.add(s3, s4), part);
    const c = f32x4.mul(f32x4.sub(s2, s1), sixth);
    const d = f32x4.mul(f32x4.sub(s3, s4), part);
    v128.store(dst, f32x4.add(f32x4.sub(f32x4.mul(v128.load(src), f32x4.splat(0.25)), a), b));
    v128.store(dst + dstStep, f32x4.add(c, f32x4.add(d, d)));
    const b4 = f32x4.mul(b, f32x4.splat(4));
    v128.store(dst + 2 * dstStep, f32x4.add(f32x4.sub(b4, a), v128.load(src + 5 * step)));
}
/**
 * Transforms a kernel `[3, 3, from, to]` into 36 panels `[to / 8][from4][8]`, `G g Gᵀ` of every filter, with 320 bytes of scratch
 * at `t`; `turned` takes the kernel of the input's gradient instead: turned by 180 degrees, from and to swapped. Channels are
 * filled up with zeros.
 */
function winogradWeights(kernel, inChannels, outChannels, turned, u, t) {
    const from = turned ? outChannels : inChannels;
    const to = turned ? inChannels : outChannels;
    const from4 = (0, lanes_1.up4)(from);
    const to8 = (0, lanes_1.up8)(to);
    const plane = (from4 * to8) << 2;
    if (from != from4 || to != to8)
        memory.fill(u, 0, 36 * plane);
    const tap = (inChannels * outChannels) << 2;
    const fromStep = (turned ? 1 : outChannels) << 2;
    const toStep = (turned ? outChannels : 1) << 2;
    for (let c = 0; c < from; c++) {
        for (let k = 0; k < to; k += 4) {
            const g = kernel + c * fromStep + k * toStep;
            const out = u + ((((k >> 3) * from4 + c) * 8 + (k & 7)) << 2);
            const count = to - k;
            for (let i = 0; i < 3; i++) {
                const top = turned ? 8 - i : i;
                const g0 = gather(g + top * tap, toStep, count);
                const second = turned ? top - 3 : top + 3;
                const third = turned ? top - 6 : top + 6;
                const g1 = gather(g + second * tap, toStep, count);
                const g2 = gather(g + third * tap, toStep, count);
                filterTransform(g0, g1, g2, t + (i << 4), 48);
            }
            for (let i = 0; i < 6; i++) {
                const row = t + i * 48;
                filterTransform(v128.load(row), v128.load(row, 16), v128.load(row, 32), out + i * 6 * plane, plane);
            }
        }
    }
}
/** Adds the chunks' sums and transforms them back, `Gᵀ s G`, into `dw[3, 3, from, to]`; 512 bytes of scratch at `t`. */
function winogradFilter(sums, chunks, from, to, dw, t) {
    const to8 = (0, lanes_1.up8)(to);
    const plane = ((0, lanes_1.up4)(from) * to8) << 2;
    const size = 36 * plane;
    for (let chunk = 1; chunk < chunks; chunk++)
        (0, lanes_1.addRow)(sums + chunk * size, sums, size);
    const tap = (from * to) << 2;
    const back = t + 288;
    for (let c = 0; c < from; c++) {
        for (let k = 0; k < to; k += 4) {
            const s = sums + ((c * to8 + k) << 2);
            for (let i = 0; i < 6; i++)
                filterAdjoint(s + i * plane, 6 * plane, t + (i << 4), 96);
            for (let i = 0; i < 3; i++)
                filterAdjoint(t + i * 96, 16, back + i * 48, 16);
            const out = dw + ((c * to + k) << 2);
            const bytes = min(4, to - k) << 2;
            for (let i = 0; i < 9; i++)
                (0, lanes_1.copyRow)(back + (i << 4), out + i * tap, bytes);
        }
    }
}
