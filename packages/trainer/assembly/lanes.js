"use strict";
// Knows the vectors of four floats: fused multiply-add where the build has it, filling counts up, and moving short rows.
Object.defineProperty(exports, "__esModule", { value: true });
exports.madd = madd;
exports.nmadd = nmadd;
exports.up4 = up4;
exports.up8 = up8;
exports.copyRow = copyRow;
exports.zeroRow = zeroRow;
exports.addRow = addRow;
/** `a · b + c`; rounded once where the build has relaxed SIMD and the machine can. */
function madd(a, b, c) {
    return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}
/** `c − a · b`. */
function nmadd(a, b, c) {
    return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_nmadd(a, b, c) : f32x4.sub(c, f32x4.mul(a, b));
}
/** The next multiple of 4. */
function up4(n) {
    return (n + 3) & ~3;
}
/** The next multiple of 8. */
function up8(n) {
    return (n + 7) & ~7;
}
/** Copies `bytes` bytes, a multiple of 4; for short rows faster than memory.copy. */
function copyRow(src, dst, bytes) {
    const whole = bytes & ~15;
    let o = 0;
    for (; o < whole; o += 16)
        v128.store(dst + o, v128.load(src + o));
    for (; o < bytes; o += 4)
        store(dst + o, load(src + o));
}
/** Sets `bytes` bytes, a multiple of 4, to zero. */
function zeroRow(dst, bytes) {
    const whole = bytes & ~15;
    let o = 0;
    for (; o < whole; o += 16)
        v128.store(dst + o, f32x4.splat(0));
    for (; o < bytes; o += 4)
        store(dst + o, 0);
}
/** `dst += src` over `bytes` bytes, a multiple of 4. */
function addRow(src, dst, bytes) {
    const whole = bytes & ~15;
    let o = 0;
    for (; o < whole; o += 16)
        v128.store(dst + o, f32x4.add(v128.load(dst + o), v128.load(src + o)));
    for (; o < bytes; o += 4)
        store(dst + o, load(dst + o) + load(src + o));
}
