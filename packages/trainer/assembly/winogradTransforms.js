"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.inputColumns = inputColumns;
exports.inputRow = inputRow;
exports.outputRow = outputRow;
exports.outputColumns = outputColumns;
exports.adjointColumns = adjointColumns;
exports.adjointRow = adjointRow;
// Knows the transforms of Winograd's F(4 x 4, 3 x 3) for pictures, four channels at a time, down columns and along rows of tiles.
const lanes_1 = require("./lanes");
/**
 * `y = Bᵀ d` down the columns: six image rows of `bytes` bytes, at `rows[0..5]`, to six at `dst`, `step` bytes apart.
 */
function inputColumns(rows, bytes, dst, step) {
    const p0 = load(rows);
    const p1 = load(rows, 4);
    const p2 = load(rows, 8);
    const p3 = load(rows, 12);
    const p4 = load(rows, 16);
    const p5 = load(rows, 20);
    const q1 = dst + step;
    const q2 = q1 + step;
    const q3 = q2 + step;
    const q4 = q3 + step;
    const q5 = q4 + step;
    const four = f32x4.splat(4);
    const five = f32x4.splat(5);
    for (let o = 0; o < bytes; o += 16) {
        const d1 = v128.load(p1 + o);
        const d2 = v128.load(p2 + o);
        const d3 = v128.load(p3 + o);
        const d4 = v128.load(p4 + o);
        const a = (0, lanes_1.nmadd)(d2, four, d4);
        const b = (0, lanes_1.nmadd)(d1, four, d3);
        const e = f32x4.sub(d4, d2);
        let f = f32x4.sub(d3, d1);
        f = f32x4.add(f, f);
        v128.store(q1 + o, f32x4.add(a, b));
        v128.store(q2 + o, f32x4.sub(a, b));
        v128.store(q3 + o, f32x4.add(e, f));
        v128.store(q4 + o, f32x4.sub(e, f));
        v128.store(dst + o, f32x4.add((0, lanes_1.nmadd)(d2, five, f32x4.mul(v128.load(p0 + o), four)), d4));
        v128.store(q5 + o, f32x4.add((0, lanes_1.nmadd)(d3, five, f32x4.mul(d1, four)), v128.load(p5 + o)));
    }
}
/** The same along a row of tiles: `src` holds `4 tiles + 2` pixels, `dst` six planes of `tiles` pixels, `plane` bytes apart. */
function inputRow(src, tiles, pixel, dst, plane) {
    const q1 = dst + plane;
    const q2 = q1 + plane;
    const q3 = q2 + plane;
    const q4 = q3 + plane;
    const q5 = q4 + plane;
    const four = f32x4.splat(4);
    const five = f32x4.splat(5);
    let o = 0;
    for (let t = 0; t < tiles; t++) {
        for (const end = o + pixel; o < end; o += 16, src += 16) {
            const d1 = v128.load(src + pixel);
            const d2 = v128.load(src + 2 * pixel);
            const d3 = v128.load(src + 3 * pixel);
            const d4 = v128.load(src + 4 * pixel);
            const a = (0, lanes_1.nmadd)(d2, four, d4);
            const b = (0, lanes_1.nmadd)(d1, four, d3);
            const e = f32x4.sub(d4, d2);
            let f = f32x4.sub(d3, d1);
            f = f32x4.add(f, f);
            v128.store(q1 + o, f32x4.add(a, b));
            v128.store(q2 + o, f32x4.sub(a, b));
            v128.store(q3 + o, f32x4.add(e, f));
            v128.store(q4 + o, f32x4.sub(e, f));
            v128.store(dst + o, f32x4.add((0, lanes_1.nmadd)(d2, five, f32x4.mul(v128.load(src), four)), d4));
            v128.store(q5 + o, f32x4.add((0, lanes_1.nmadd)(d3, five, f32x4.mul(d1, four)), v128.load(src + 5 * pixel)));
        }
        src += 3 * pixel;
    }
}
/** `y = Aᵀ m` along a row of tiles: six planes of `tiles` pixels to `4 tiles` pixels. */
function outputRow(src, plane, tiles, pixel, dst) {
    const p1 = src + plane;
    const p2 = p1 + plane;
    const p3 = p2 + plane;
    const p4 = p3 + plane;
    const p5 = p4 + plane;
    const four = f32x4.splat(4);
    let o = 0;
    for (let t = 0; t < tiles; t++) {
        for (const end = o + pixel; o < end; o += 16, dst += 16) {
            const m1 = v128.load(p1 + o);
            const m2 = v128.load(p2 + o);
            const m3 = v128.load(p3 + o);
            const m4 = v128.load(p4 + o);
            const a = f32x4.add(m1, m2);
            const b = f32x4.sub(m1, m2);
            const c = f32x4.add(m3, m4);
            let d = f32x4.sub(m3, m4);
            d = f32x4.add(d, d);
            v128.store(dst, f32x4.add(f32x4.add(v128.load(src + o), a), c));
            v128.store(dst + pixel, f32x4.add(b, d));
            v128.store(dst + 2 * pixel, (0, lanes_1.madd)(c, four, a));
            v128.store(dst + 3 * pixel, f32x4.add((0, lanes_1.madd)(d, four, b), v128.load(p5 + o)));
        }
        dst += 3 * pixel;
    }
}
/** The same down the columns: six rows of `bytes` bytes, `step` apart, to the first `rows` of four, `dstStep` apart. */
function outputColumns(src, step, bytes, dst, dstStep, rows) {
    const p1 = src + step;
    const p2 = p1 + step;
    const p3 = p2 + step;
    const p4 = p3 + step;
    const p5 = p4 + step;
    const q1 = dst + dstStep;
    const q2 = q1 + dstStep;
    const q3 = q2 + dstStep;
    const four = f32x4.splat(4);
    for (let o = 0; o < bytes; o += 16) {
        const m1 = v128.load(p1 + o);
        const m2 = v128.load(p2 + o);
        const m3 = v128.load(p3 + o);
        const m4 = v128.load(p4 + o);
        const a = f32x4.add(m1, m2);
        const b = f32x4.sub(m1, m2);
        const c = f32x4.add(m3, m4);
        let d = f32x4.sub(m3, m4);
        d = f32x4.add(d, d);
        v128.store(dst + o, f32x4.add(f32x4.add(v128.load(src + o), a), c));
        if (rows > 1)
            v128.store(q1 + o, f32x4.add(b, d));
        if (rows > 2)
            v128.store(q2 + o, (0, lanes_1.madd)(c, four, a));
        if (rows > 3)
            v128.store(q3 + o, f32x4.add((0, lanes_1.madd)(d, four, b), v128.load(p5 + o)));
    }
}
/** `y = A d`, the adjoint of the output's transform, down the columns: four rows at `rows[0..3]` to six at `dst`. */
function adjointColumns(rows, bytes, dst, step) {
    const p0 = load(rows);
    const p1 = load(rows, 4);
    const p2 = load(rows, 8);
    const p3 = load(rows, 12);
    const q1 = dst + step;
    const q2 = q1 + step;
    const q3 = q2 + step;
    const q4 = q3 + step;
    const q5 = q4 + step;
    const four = f32x4.splat(4);
    for (let o = 0; o < bytes; o += 16) {
        const d0 = v128.load(p0 + o);
        const d1 = v128.load(p1 + o);
        const d2 = v128.load(p2 + o);
        const d3 = v128.load(p3 + o);
        const even = f32x4.add(d0, d2);
        const odd = f32x4.add(d1, d3);
        const even4 = (0, lanes_1.madd)(d2, four, d0);
        let odd4 = (0, lanes_1.madd)(d3, four, d1);
        odd4 = f32x4.add(odd4, odd4);
        v128.store(dst + o, d0);
        v128.store(q1 + o, f32x4.add(even, odd));
        v128.store(q2 + o, f32x4.sub(even, odd));
        v128.store(q3 + o, f32x4.add(even4, odd4));
        v128.store(q4 + o, f32x4.sub(even4, odd4));
        v128.store(q5 + o, d3);
    }
}
/** The same along a row of tiles: `4 tiles` pixels to six planes of `tiles` pixels. */
function adjointRow(src, tiles, pixel, dst, plane) {
    const q1 = dst + plane;
    const q2 = q1 + plane;
    const q3 = q2 + plane;
    const q4 = q3 + plane;
    const q5 = q4 + plane;
    const four = f32x4.splat(4);
    let o = 0;
    for (let t = 0; t < tiles; t++) {
        for (const end = o + pixel; o < end; o += 16, src += 16) {
            const d0 = v128.load(src);
            const d1 = v128.load(src + pixel);
            const d2 = v128.load(src + 2 * pixel);
            const d3 = v128.load(src + 3 * pixel);
            const even = f32x4.add(d0, d2);
            const odd = f32x4.add(d1, d3);
            const even4 = (0, lanes_1.madd)(d2, four, d0);
            let odd4 = (0, lanes_1.madd)(d3, four, d1);
            odd4 = f32x4.add(odd4, odd4);
            v128.store(dst + o, d0);
            v128.store(q1 + o, f32x4.add(even, odd));
            v128.store(q2 + o, f32x4.sub(even, odd));
            v128.store(q3 + o, f32x4.add(even4, odd4));
            v128.store(q4 + o, f32x4.sub(even4, odd4));
            v128.store(q5 + o, d3);
        }
        src += 3 * pixel;
    }
}
