"use strict";
// Knows how blocks of a tensor are moved: slices and paddings.
Object.defineProperty(exports, "__esModule", { value: true });
exports.moveBlock = moveBlock;
/**
 * Copies `n0 x n1 x n2` runs of `run` floats; the runs of each side stand by the strides `a0, a1, a2` and `b0, b1, b2`, in floats.
 */
function moveBlock(src, dst, n0, n1, n2, run, a0, a1, a2, b0, b1, b2) {
    const bytes = run << 2;
    const whole = bytes & ~15;
    for (let i = 0; i < n0; i++) {
        for (let j = 0; j < n1; j++) {
            for (let k = 0; k < n2; k++) {
                const p = src + ((i * a0 + j * a1 + k * a2) << 2);
                const q = dst + ((i * b0 + j * b1 + k * b2) << 2);
                let o = 0;
                for (; o < whole; o += 16)
                    v128.store(q + o, v128.load(p + o));
                for (; o < bytes; o += 4)
                    store(q + o, load(p + o));
            }
        }
    }
}
