// Knows the element by element work of training: ReLU and its gradient, sums of tensors, the optimizer's update.
import { nextChunk } from './chunks';

/** `y = min(max(x, 0), top)`; `top` infinite for plain ReLU, its bits as an i32. A chunk is `perChunk` floats, a multiple of 4. */
export function relu(
  counter: usize,
  chunks: i32,
  scratch: usize,
  x: usize,
  y: usize,
  size: i32,
  perChunk: i32,
  top: i32,
): void {
  const limit = reinterpret<f32>(top);
  const limits = f32x4.splat(limit);
  const zero = f32x4.splat(0);
  for (;;) {
    const chunk = nextChunk(counter, chunks);
    if (chunk < 0) return;
    const first = (<usize>(chunk * perChunk)) << 2;
    const end = first + ((<usize>min(perChunk, size - chunk * perChunk)) << 2);
    let o = first;
    for (; o + 16 <= end; o += 16) v128.store(y + o, f32x4.min(f32x4.max(v128.load(x + o), zero), limits));
    for (; o < end; o += 4) store<f32>(y + o, min<f32>(max<f32>(load<f32>(x + o), 0), limit));
  }
}

/** `dx = dy` where `0 < x <= top`, else 0. */
export function reluGrad(
  counter: usize,
  chunks: i32,
  scratch: usize,
  dy: usize,
  x: usize,
  dx: usize,
  size: i32,
  perChunk: i32,
  top: i32,
): void {
  const limit = reinterpret<f32>(top);
  const limits = f32x4.splat(limit);
  const zero = f32x4.splat(0);
  for (;;) {
    const chunk = nextChunk(counter, chunks);
    if (chunk < 0) return;
    const first = (<usize>(chunk * perChunk)) << 2;
    const end = first + ((<usize>min(perChunk, size - chunk * perChunk)) << 2);
    let o = first;
    for (; o + 16 <= end; o += 16) {
      const v = v128.load(x + o);
      v128.store(dx + o, v128.and(v128.load(dy + o), v128.and(f32x4.gt(v, zero), f32x4.le(v, limits))));
    }
    for (; o < end; o += 4) {
      const v = load<f32>(x + o);
      store<f32>(dx + o, v > 0 && v <= limit ? load<f32>(dy + o) : <f32>0);
    }
  }
}

/** `y = a + b` of tensors of one shape. */
export function add(
  counter: usize,
  chunks: i32,
  scratch: usize,
  a: usize,
  b: usize,
  y: usize,
  size: i32,
  perChunk: i32,
): void {
  for (;;) {
    const chunk = nextChunk(counter, chunks);
    if (chunk < 0) return;
    const first = (<usize>(chunk * perChunk)) << 2;
    const end = first + ((<usize>min(perChunk, size - chunk * perChunk)) << 2);
    let o = first;
    for (; o + 16 <= end; o += 16) v128.store(y + o, f32x4.add(v128.load(a + o), v128.load(b + o)));
    for (; o < end; o += 4) store<f32>(y + o, load<f32>(a + o) + load<f32>(b + o));
  }
}
