// Knows the transforms of Winograd's F(4 x 4, 3 x 3) for kernels: there, and back for their gradient.
import { addRow, copyRow, madd, up4, up8 } from './lanes';

/** Four floats, `step` bytes apart; those past `count` are zero. */
function gather(at: usize, step: usize, count: i32): v128 {
  if (step == 4 && count > 3) return v128.load(at);
  let lanes = f32x4.replace_lane(f32x4.splat(0), 0, load<f32>(at));
  if (count > 1) lanes = f32x4.replace_lane(lanes, 1, load<f32>(at + step));
  if (count > 2) lanes = f32x4.replace_lane(lanes, 2, load<f32>(at + 2 * step));
  if (count > 3) lanes = f32x4.replace_lane(lanes, 3, load<f32>(at + 3 * step));
  return lanes;
}

/** `y = G g`: three vectors to six, stored `step` bytes apart. */
function filterTransform(g0: v128, g1: v128, g2: v128, dst: usize, step: usize): void {
  const sixth = f32x4.splat(1 / <f32>6);
  const part = f32x4.splat(1 / <f32>24);
  const s = f32x4.add(g0, g2);
  const q = madd(g2, f32x4.splat(4), g0);
  const twice = f32x4.add(g1, g1);
  v128.store(dst, f32x4.mul(g0, f32x4.splat(0.25)));
  v128.store(dst + step, f32x4.neg(f32x4.mul(f32x4.add(s, g1), sixth)));
  v128.store(dst + 2 * step, f32x4.mul(f32x4.sub(g1, s), sixth));
  v128.store(dst + 3 * step, f32x4.mul(f32x4.add(q, twice), part));
  v128.store(dst + 4 * step, f32x4.mul(f32x4.sub(q, twice), part));
  v128.store(dst + 5 * step, g2);
}

/** `y = Gᵀ s`: six vectors, `step` bytes apart, to three, `dstStep` apart. */
function filterAdjoint(src: usize, step: usize, dst: usize, dstStep: usize): void {
  const sixth = f32x4.splat(1 / <f32>6);
  const part = f32x4.splat(1 / <f32>24);
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
export function winogradWeights(
  kernel: usize,
  inChannels: i32,
  outChannels: i32,
  turned: i32,
  u: usize,
  t: usize,
): void {
  const from = turned ? outChannels : inChannels;
  const to = turned ? inChannels : outChannels;
  const from4 = up4(from);
  const to8 = up8(to);
  const plane = (<usize>(from4 * to8)) << 2;
  if (from != from4 || to != to8) memory.fill(u, 0, 36 * plane);
  const tap = (<usize>(inChannels * outChannels)) << 2;
  const fromStep = (<usize>(turned ? 1 : outChannels)) << 2;
  const toStep = (<usize>(turned ? outChannels : <i32>1)) << 2;
  for (let c = 0; c < from; c++) {
    for (let k = 0; k < to; k += 4) {
      const g = kernel + <usize>c * fromStep + <usize>k * toStep;
      const out = u + ((<usize>(((k >> 3) * from4 + c) * 8 + (k & 7))) << 2);
      const count = to - k;
      for (let i: usize = 0; i < 3; i++) {
        const top: usize = turned ? 8 - i : i;
        const g0 = gather(g + top * tap, toStep, count);
        const second: usize = turned ? top - 3 : top + 3;
        const third: usize = turned ? top - 6 : top + 6;
        const g1 = gather(g + second * tap, toStep, count);
        const g2 = gather(g + third * tap, toStep, count);
        filterTransform(g0, g1, g2, t + (i << 4), 48);
      }
      for (let i: usize = 0; i < 6; i++) {
        const row = t + i * 48;
        filterTransform(v128.load(row), v128.load(row, 16), v128.load(row, 32), out + i * 6 * plane, plane);
      }
    }
  }
}

/** Adds the chunks' sums and transforms them back, `Gᵀ s G`, into `dw[3, 3, from, to]`; 512 bytes of scratch at `t`. */
export function winogradFilter(sums: usize, chunks: i32, from: i32, to: i32, dw: usize, t: usize): void {
  const to8 = up8(to);
  const plane = (<usize>(up4(from) * to8)) << 2;
  const size: usize = 36 * plane;
  for (let chunk = 1; chunk < chunks; chunk++) addRow(sums + <usize>chunk * size, sums, size);
  const tap = (<usize>(from * to)) << 2;
  const back = t + 288;
  for (let c = 0; c < from; c++) {
    for (let k = 0; k < to; k += 4) {
      const s = sums + ((<usize>(c * to8 + k)) << 2);
      for (let i: usize = 0; i < 6; i++) filterAdjoint(s + i * plane, 6 * plane, t + (i << 4), 96);
      for (let i: usize = 0; i < 3; i++) filterAdjoint(t + i * 96, 16, back + i * 48, 16);
      const out = dw + ((<usize>(c * to + k)) << 2);
      const bytes = (<usize>min(4, to - k)) << 2;
      for (let i: usize = 0; i < 9; i++) copyRow(back + (i << 4), out + i * tap, bytes);
    }
  }
}
