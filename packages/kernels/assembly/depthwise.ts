// Knows depthwise convolutions: every channel with a kernel of its own, four output pixels and four channels at a time.
import { clamp, highest, lowest, madd, zeroVectors } from './lanes';
import { from, to } from './share';

/** Columns of a filled row: what the last strip of four output pixels reads. */
// @inline
function filledWidth(yWidth: i32, kw: i32, strideX: i32, dilationX: i32): i32 {
  return (((yWidth + 3) & ~3) - 1) * strideX + (kw - 1) * dilationX + 1;
}

/**
 * `y = act(depthwise(x) + bias)`: x `[n, height, width, channels]`, kernel `[kh, kw, channels]`, y `[n, yHeight, yWidth,
 * channels]`; channels a multiple of 4. Scratch: `depthwiseScratch` bytes, a ring of filled image rows.
 */
export function depthwise(
  x: usize,
  kernel: usize,
  bias: usize,
  y: usize,
  scratch: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  yHeight: i32,
  yWidth: i32,
  kh: i32,
  kw: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  top: i32,
  left: i32,
  act: i32,
): void {
  const lo = f32x4.splat(lowest(act));
  const hi = f32x4.splat(highest(act));
  const pixel = (<usize>channels) << 2;
  const rowBytes = <usize>width * pixel;
  const filled = filledWidth(yWidth, kw, strideX, dilationX);
  const filledRow = <usize>filled * pixel;
  const slots = (kh - 1) * dilationY + 1;
  const inside = <usize>min(width, filled - left) * pixel;
  const zeros = scratch + <usize>slots * filledRow;
  const step = <usize>strideX * pixel;
  const tap = <usize>dilationX * pixel;
  zeroVectors(scratch, <usize>(slots + 1) * filledRow);
  const rows = batch * yHeight;
  const begin = from(rows);
  const end = to(rows);
  if (begin == end) return;
  const firstImage = begin / yHeight;
  x += <usize>firstImage * <usize>height * rowBytes;
  y += <usize>begin * <usize>yWidth * pixel;
  for (let n = firstImage; n * yHeight < end; n++) {
    let next = 0;
    const last = min(yHeight, end - n * yHeight);
    for (let yy = max(0, begin - n * yHeight); yy < last; yy++) {
      const first = yy * strideY - top;
      // Rows that no later window reads again are overwritten.
      next = max(next, max(0, first));
      for (const end = min(height, first + slots); next < end; next++) {
        let src = x + <usize>next * rowBytes;
        let dst = scratch + <usize>(next % slots) * filledRow + <usize>left * pixel;
        for (const last = dst + inside; dst < last; dst += 16, src += 16) v128.store(dst, v128.load(src));
      }
      for (let xx = 0; xx < yWidth; xx += 4) {
        const count = yWidth - xx;
        const at = <usize>xx * step;
        for (let c: usize = 0; c < pixel; c += 16) {
          let w = kernel + c;
          let s0 = v128.load(bias + c);
          let s1 = s0;
          let s2 = s0;
          let s3 = s0;
          for (let k = 0; k < kh; k++) {
            const h = first + k * dilationY;
            let p0 = (<u32>h < <u32>height ? scratch + <usize>(h % slots) * filledRow : zeros) + at + c;
            let p1 = p0 + step;
            let p2 = p1 + step;
            let p3 = p2 + step;
            for (let i = 0; i < kw; i++) {
              const v = v128.load(w);
              s0 = madd(v128.load(p0), v, s0);
              s1 = madd(v128.load(p1), v, s1);
              s2 = madd(v128.load(p2), v, s2);
              s3 = madd(v128.load(p3), v, s3);
              w += pixel;
              p0 += tap;
              p1 += tap;
              p2 += tap;
              p3 += tap;
            }
          }
          let out = y + <usize>xx * pixel + c;
          v128.store(out, clamp(s0, lo, hi));
          if (count > 1) v128.store((out += pixel), clamp(s1, lo, hi));
          if (count > 2) v128.store((out += pixel), clamp(s2, lo, hi));
          if (count > 3) v128.store((out += pixel), clamp(s3, lo, hi));
        }
      }
      y += <usize>yWidth * pixel;
    }
    x += <usize>height * rowBytes;
  }
}

/** Bytes of scratch that depthwise needs. */
export function depthwiseScratch(
  channels: i32,
  yWidth: i32,
  kh: i32,
  kw: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
): i32 {
  return (((kh - 1) * dilationY + 2) * filledWidth(yWidth, kw, strideX, dilationX) * channels) << 2;
}
