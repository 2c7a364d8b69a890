"use strict";
// Knows batch normalisation in training: moments, the normalised output, and the gradients, with ReLU taken in on demand.
Object.defineProperty(exports, "__esModule", { value: true });
exports.normMoments = normMoments;
exports.normStatistics = normStatistics;
exports.normScales = normScales;
exports.normApply = normApply;
exports.normGradSums = normGradSums;
exports.normGradStatistics = normGradStatistics;
exports.normGradInput = normGradInput;
// Ioffe and Szegedy, "Batch Normalization", 2015; chunks' moments are joined as by Chan, Golub and LeVeque, 1979.
const chunks_1 = require("./chunks");
const lanes_1 = require("./lanes");
/**
 * Partial results of a chunk of `perChunk` rows of `channels` floats, `partials[chunks][3][channels]`: a number near the mean,
 * and the sums of the deviations from it and of their squares.
 */
function normMoments(counter, chunks, scratch, x, partials, rows, channels, perChunk) {
    const step = channels << 2;
    const zero = f32x4.splat(0);
    for (;;) {
        const chunk = (0, chunks_1.nextChunk)(counter, chunks);
        if (chunk < 0)
            return;
        const first = x + (chunk * perChunk) * step;
        const count = min(perChunk, rows - chunk * perChunk);
        const end = first + count * step;
        const means = partials + (chunk * 3) * step;
        const sums = means + step;
        const squares = sums + step;
        const share = f32x4.splat(1 / count);
        let c = 0;
        for (; c + 16 <= channels; c += 16) {
            const o = c << 2;
            let a = zero;
            let b = zero;
            let d = zero;
            let e = zero;
            for (let p = first + o; p < end; p += step) {
                a = f32x4.add(a, v128.load(p));
                b = f32x4.add(b, v128.load(p, 16));
                d = f32x4.add(d, v128.load(p, 32));
                e = f32x4.add(e, v128.load(p, 48));
            }
            v128.store(means + o, f32x4.mul(a, share));
            v128.store(means + o, f32x4.mul(b, share), 16);
            v128.store(means + o, f32x4.mul(d, share), 32);
            v128.store(means + o, f32x4.mul(e, share), 48);
            for (let half = 0; half < 64; half += 32) {
                const m0 = v128.load(means + o + half);
                const m1 = v128.load(means + o + half, 16);
                a = zero;
                b = zero;
                d = zero;
                e = zero;
                for (let p = first + o + half; p < end; p += step) {
                    const v = f32x4.sub(v128.load(p), m0);
                    const w = f32x4.sub(v128.load(p, 16), m1);
                    a = f32x4.add(a, v);
                    b = f32x4.add(b, w);
                    d = (0, lanes_1.madd)(v, v, d);
                    e = (0, lanes_1.madd)(w, w, e);
                }
                v128.store(sums + o + half, a);
                v128.store(sums + o + half, b, 16);
                v128.store(squares + o + half, d);
                v128.store(squares + o + half, e, 16);
            }
        }
        for (; c + 4 <= channels; c += 4) {
            const o = c << 2;
            let a = zero;
            for (let p = first + o; p < end; p += step)
                a = f32x4.add(a, v128.load(p));
            const mean = f32x4.mul(a, share);
            a = zero;
            let d = zero;
            for (let p = first + o; p < end; p += step) {
                const v = f32x4.sub(v128.load(p), mean);
                a = f32x4.add(a, v);
                d = (0, lanes_1.madd)(v, v, d);
            }
            v128.store(means + o, mean);
            v128.store(sums + o, a);
            v128.store(squares + o, d);
        }
        for (; c < channels; c++) {
            const o = c << 2;
            let a = 0;
            for (let p = first + o; p < end; p += step)
                a += load(p);
            const mean = a / count;
            a = 0;
            let d = 0;
            for (let p = first + o; p < end; p += step) {
                const v = load(p) - mean;
                a += v;
                d += v * v;
            }
            store(means + o, mean);
            store(sums + o, a);
            store(squares + o, d);
        }
    }
}
/** Joins the chunks' moments into `mean` and the biased `variance`, `[channels]` each. */
function normStatistics(partials, chunks, rows, channels, perChunk, mean, variance) {
    const step = channels << 2;
    for (let o = 0; o < step; o += 4) {
        let total = 0;
        let joined = 0;
        let squares = 0;
        for (let chunk = 0; chunk < chunks; chunk++) {
            const p = partials + (chunk * 3) * step + o;
            const count = min(perChunk, rows - chunk * perChunk);
            const off = load(p + step) / count;
            const delta = load(p) + off - joined;
            const all = total + count;
            joined += (delta * count) / all;
            squares += load(p + 2 * step) - off * off * count + (delta * delta * total * count) / all;
            total = all;
        }
        store(mean + o, joined);
        store(variance + o, max(0, squares / total));
    }
}
/** `scales[c] = gamma / sqrt(variance + epsilon)`. */
function normScales(variance, gamma, channels, epsilon, scales) {
    for (let o = 0; o < channels << 2; o += 4) {
        store(scales + o, (load(gamma + o) / Math.sqrt(load(variance + o) + epsilon)));
    }
}
/** `y = (x - mean) · scale + beta`, and with `relu` nothing below zero. */
function normApply(counter, chunks, scratch, x, y, mean, scales, beta, rows, channels, perChunk, relu) {
    const whole = (channels & ~3) << 2;
    const step = channels << 2;
    const zero = f32x4.splat(0);
    for (;;) {
        const chunk = (0, chunks_1.nextChunk)(counter, chunks);
        if (chunk < 0)
            return;
        let p = x + (chunk * perChunk) * step;
        let q = y + (chunk * perChunk) * step;
        const end = p + min(perChunk, rows - chunk * perChunk) * step;
        for (; p < end; p += step, q += step) {
            let o = 0;
            for (; o < whole; o += 16) {
                const centred = f32x4.sub(v128.load(p + o), v128.load(mean + o));
                const value = (0, lanes_1.madd)(centred, v128.load(scales + o), v128.load(beta + o));
                v128.store(q + o, relu ? f32x4.max(value, zero) : value);
            }
            for (; o < step; o += 4) {
                const value = (load(p + o) - load(mean + o)) * load(scales + o) + load(beta + o);
                store(q + o, relu && value < 0 ? 0 : value);
            }
        }
    }
}
/** Partial sums of a chunk: `partials[chunks][2][channels]`, of `dy` and of `dy · (x - mean)`; `relu` counts only where y was above 0. */
function normGradSums(counter, chunks, scratch, x, dy, mean, scales, beta, partials, rows, channels, perChunk, relu) {
    const step = channels << 2;
    const zero = f32x4.splat(0);
    for (;;) {
        const chunk = (0, chunks_1.nextChunk)(counter, chunks);
        if (chunk < 0)
            return;
        const first = (chunk * perChunk) * step;
        const bytes = min(perChunk, rows - chunk * perChunk) * step;
        const sums = partials + (chunk * 2) * step;
        const products = sums + step;
        let c = 0;
        for (; c + 8 <= channels; c += 8) {
            const o = c << 2;
            const m0 = v128.load(mean + o);
            const m1 = v128.load(mean + o, 16);
            const s0 = v128.load(scales + o);
            const s1 = v128.load(scales + o, 16);
            const b0 = v128.load(beta + o);
            const b1 = v128.load(beta + o, 16);
            let sum0 = zero;
            let sum1 = zero;
            let product0 = zero;
            let product1 = zero;
            const g = dy + first + o;
            const p = x + first + o;
            if (relu) {
                for (let i = 0; i < bytes; i += step) {
                    const x0 = f32x4.sub(v128.load(p + i), m0);
                    const x1 = f32x4.sub(v128.load(p + i, 16), m1);
                    const y0 = (0, lanes_1.madd)(x0, s0, b0);
                    const y1 = (0, lanes_1.madd)(x1, s1, b1);
                    const g0 = v128.and(v128.load(g + i), f32x4.gt(y0, zero));
                    const g1 = v128.and(v128.load(g + i, 16), f32x4.gt(y1, zero));
                    sum0 = f32x4.add(sum0, g0);
                    sum1 = f32x4.add(sum1, g1);
                    product0 = (0, lanes_1.madd)(g0, x0, product0);
                    product1 = (0, lanes_1.madd)(g1, x1, product1);
                }
            }
            else {
                for (let i = 0; i < bytes; i += step) {
                    const x0 = f32x4.sub(v128.load(p + i), m0);
                    const x1 = f32x4.sub(v128.load(p + i, 16), m1);
                    const g0 = v128.load(g + i);
                    const g1 = v128.load(g + i, 16);
                    sum0 = f32x4.add(sum0, g0);
                    sum1 = f32x4.add(sum1, g1);
                    product0 = (0, lanes_1.madd)(g0, x0, product0);
                    product1 = (0, lanes_1.madd)(g1, x1, product1);
                }
            }
            v128.store(sums + o, sum0);
            v128.store(sums + o, sum1, 16);
            v128.store(products + o, product0);
            v128.store(products + o, product1, 16);
        }
        for (; c + 4 <= channels; c += 4) {
            const o = c << 2;
            const m = v128.load(mean + o);
            const scale = v128.load(scales + o);
            const b = v128.load(beta + o);
            let sum = zero;
            let product = zero;
            for (let i = first + o; i < first + bytes; i += step) {
                const centred = f32x4.sub(v128.load(x + i), m);
                let g = v128.load(dy + i);
                if (relu)
                    g = v128.and(g, f32x4.gt((0, lanes_1.madd)(centred, scale, b), zero));
                sum = f32x4.add(sum, g);
                product = (0, lanes_1.madd)(g, centred, product);
            }
            v128.store(sums + o, sum);
            v128.store(products + o, product);
        }
        for (; c < channels; c++) {
            const o = c << 2;
            const m = load(mean + o);
            let sum = 0;
            let product = 0;
            for (let i = first + o; i < first + bytes; i += step) {
                const centred = load(x + i) - m;
                if (relu && !(centred * load(scales + o) + load(beta + o) > 0))
                    continue;
                const g = load(dy + i);
                sum += g;
                product += g * centred;
            }
            store(sums + o, sum);
            store(products + o, product);
        }
    }
}
/**
 * Joins the partial sums: `dBeta`, `dGamma`, and the two numbers `shift[c]`, `slope[c]` with which
 * `dx = scale · dy + slope · (x - mean) + shift`.
 */
function normGradStatistics(partials, chunks, rows, channels, variance, gamma, epsilon, dGamma, dBeta, shift, slope) {
    const step = channels << 2;
    for (let o = 0; o < step; o += 4) {
        let sum = 0;
        let product = 0;
        for (let chunk = 0; chunk < chunks; chunk++) {
            const p = partials + (chunk * 2) * step + o;
            sum += load(p);
            product += load(p + step);
        }
        const inverse = 1 / Math.sqrt(load(variance + o) + epsilon);
        const scale = load(gamma + o) * inverse;
        store(dBeta + o, sum);
        store(dGamma + o, (product * inverse));
        store(shift + o, ((-scale * sum) / rows));
        store(slope + o, ((-scale * inverse * inverse * product) / rows));
    }
}
/** `dx = scale · dy + slope · (x - mean) + shift`, `dy` counting only where y was above 0 with `relu`. */
function normGradInput(counter, chunks, scratch, x, dy, dx, mean, scales, beta, shift, slope, rows, channels, perChunk, relu) {
    const step = channels << 2;
    const whole = (channels & ~3) << 2;
    const zero = f32x4.splat(0);
    for (;;) {
        const chunk = (0, chunks_1.nextChunk)(counter, chunks);
        if (chunk < 0)
            return;
        let p = (chunk * perChunk) * step;
        const end = p + min(perChunk, rows - chunk * perChunk) * step;
        for (; p < end; p += step) {
            let o = 0;
            for (; o < whole; o += 16) {
                const centred = f32x4.sub(v128.load(x + p + o), v128.load(mean + o));
                const scale = v128.load(scales + o);
                let g = v128.load(dy + p + o);
                if (relu)
                    g = v128.and(g, f32x4.gt((0, lanes_1.madd)(centred, scale, v128.load(beta + o)), zero));
                const pull = (0, lanes_1.madd)(centred, v128.load(slope + o), v128.load(shift + o));
                v128.store(dx + p + o, (0, lanes_1.madd)(g, scale, pull));
            }
            for (; o < step; o += 4) {
                const centred = load(x + p + o) - load(mean + o);
                const scale = load(scales + o);
                let g = load(dy + p + o);
                if (relu && !(centred * scale + load(beta + o) > 0))
                    g = 0;
                store(dx + p + o, g * scale + centred * load(slope + o) + load(shift + o));
            }
        }
    }
}
