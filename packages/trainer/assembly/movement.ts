// Knows how blocks of a tensor are moved: slices and paddings.

/**
 * Copies `n0 x n1 x n2` runs of `run` floats; the runs of each side stand by the strides `a0, a1, a2` and `b0, b1, b2`, in floats.
 */
export function moveBlock(
  src: usize,
  dst: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  run: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  b0: i32,
  b1: i32,
  b2: i32,
): void {
  const bytes = (<usize>run) << 2;
  const whole = bytes & ~15;
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++) {
      for (let k = 0; k < n2; k++) {
        const p = src + ((<usize>(i * a0 + j * a1 + k * a2)) << 2);
        const q = dst + ((<usize>(i * b0 + j * b1 + k * b2)) << 2);
        let o: usize = 0;
        for (; o < whole; o += 16) v128.store(q + o, v128.load(p + o));
        for (; o < bytes; o += 4) store<f32>(q + o, load<f32>(p + o));
      }
    }
  }
}
