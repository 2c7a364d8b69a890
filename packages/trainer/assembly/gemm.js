"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.multiply = multiply;
exports.multiplyRows = multiplyRows;
exports.packPanels = packPanels;
exports.multiplyTransposed = multiplyTransposed;
// Knows matrix products of float32 in 4 x 8 register tiles: the arithmetic below every convolution.
const lanes_1 = require("./lanes");
/** `c[rows, cols] = a[rows, depth] · b`, with `b` packed as `[cols / 8][depth][8]`; rows a multiple of 4, cols of 8. */
function multiply(a, aStride, b, c, cStride, rows, depth, cols) {
    const aRow = aStride << 2;
    const cRow = cStride << 2;
    const panel = depth << 5;
    for (let j = 0; j < cols; j += 8) {
        for (let i = 0; i < rows; i += 4) {
            let a0 = a + i * aRow;
            let a1 = a0 + aRow;
            let a2 = a1 + aRow;
            let a3 = a2 + aRow;
            let w = b;
            const end = b + panel;
            let c00 = f32x4.splat(0);
            let c01 = c00;
            let c10 = c00;
            let c11 = c00;
            let c20 = c00;
            let c21 = c00;
            let c30 = c00;
            let c31 = c00;
            while (w < end) {
                const b0 = v128.load(w);
                const b1 = v128.load(w, 16);
                let x = v128.load32_splat(a0);
                c00 = (0, lanes_1.madd)(x, b0, c00);
                c01 = (0, lanes_1.madd)(x, b1, c01);
                x = v128.load32_splat(a1);
                c10 = (0, lanes_1.madd)(x, b0, c10);
                c11 = (0, lanes_1.madd)(x, b1, c11);
                x = v128.load32_splat(a2);
                c20 = (0, lanes_1.madd)(x, b0, c20);
                c21 = (0, lanes_1.madd)(x, b1, c21);
                x = v128.load32_splat(a3);
                c30 = (0, lanes_1.madd)(x, b0, c30);
                c31 = (0, lanes_1.madd)(x, b1, c31);
                a0 += 4;
                a1 += 4;
                a2 += 4;
                a3 += 4;
                w += 32;
            }
            let out = c + i * cRow + (j << 2);
            v128.store(out, c00);
            v128.store(out, c01, 16);
            out += cRow;
            v128.store(out, c10);
            v128.store(out, c11, 16);
            out += cRow;
            v128.store(out, c20);
            v128.store(out, c21, 16);
            out += cRow;
            v128.store(out, c30);
            v128.store(out, c31, 16);
        }
        b += panel;
    }
}
/** The same for any number of rows. */
function multiplyRows(a, aStride, b, c, cStride, rows, depth, cols) {
    const whole = rows & ~3;
    multiply(a, aStride, b, c, cStride, whole, depth, cols);
    // A lone row is computed as four rows at one place, so that nothing past the matrices is touched.
    for (let i = whole; i < rows; i++) {
        multiply(a + ((i * aStride) << 2), 0, b, c + ((i * cStride) << 2), 0, 4, depth, cols);
    }
}
/**
 * Packs `b[depth, cols]` for multiply, filling the last panel with zeros; element (d, c) stands `d * rowStep + c * colStep`
 * floats from `b`.
 */
function packPanels(b, depth, cols, rowStep, colStep, out) {
    for (let j = 0; j < cols; j += 8) {
        const lanes = min(8, cols - j);
        for (let d = 0; d < depth; d++, out += 32) {
            const src = b + ((d * rowStep + j * colStep) << 2);
            for (let l = 0; l < 8; l++) {
                store(out + (l << 2), l < lanes ? load(src + ((l * colStep) << 2)) : 0);
            }
        }
    }
}
/** `c[rows, cols] += aᵀ · b` of `a[depth, rows]` and `b[depth, cols]`; rows a multiple of 4, cols of 8, `c` dense. */
function multiplyTransposed(a, aStride, b, bStride, c, depth, rows, cols) {
    const aRow = aStride << 2;
    const bRow = bStride << 2;
    const cRow = cols << 2;
    for (let i = 0; i < rows; i += 4) {
        for (let j = 0; j < cols; j += 8) {
            let p = a + (i << 2);
            let q = b + (j << 2);
            const r0 = c + i * cRow + (j << 2);
            const r1 = r0 + cRow;
            const r2 = r1 + cRow;
            const r3 = r2 + cRow;
            let c00 = v128.load(r0);
            let c01 = v128.load(r0, 16);
            let c10 = v128.load(r1);
            let c11 = v128.load(r1, 16);
            let c20 = v128.load(r2);
            let c21 = v128.load(r2, 16);
            let c30 = v128.load(r3);
            let c31 = v128.load(r3, 16);
            for (let t = 0; t < depth; t++) {
                const b0 = v128.load(q);
                const b1 = v128.load(q, 16);
                let x = v128.load32_splat(p);
                c00 = (0, lanes_1.madd)(x, b0, c00);
                c01 = (0, lanes_1.madd)(x, b1, c01);
                x = v128.load32_splat(p, 4);
                c10 = (0, lanes_1.madd)(x, b0, c10);
                c11 = (0, lanes_1.madd)(x, b1, c11);
                x = v128.load32_splat(p, 8);
                c20 = (0, lanes_1.madd)(x, b0, c20);
                c21 = (0, lanes_1.madd)(x, b1, c21);
                x = v128.load32_splat(p, 12);
                c30 = (0, lanes_1.madd)(x, b0, c30);
                c31 = (0, lanes_1.madd)(x, b1, c31);
                p += aRow;
                q += bRow;
            }
            v128.store(r0, c00);
            v128.store(r0, c01, 16);
            v128.store(r1, c10);
            v128.store(r1, c11, 16);
            v128.store(r2, c20);
            v128.store(r2, c21, 16);
            v128.store(r3, c30);
            v128.store(r3, c31, 16);
        }
    }
}
