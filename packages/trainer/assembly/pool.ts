// Knows the gradients of pooling.

import { nextChunk } from './chunks';
import {
  DILATION_H,
  DILATION_W,
  FROM,
  HEIGHT,
  KERNEL_HEIGHT,
  KERNEL_WIDTH,
  LEFT,
  STRIDE_H,
  STRIDE_W,
  TOP,
  WIDTH,
  Y_HEIGHT,
  Y_WIDTH,
} from './convShape';
import { madd } from './lanes';

/** `dx`: every window spreads its gradient evenly, each place taking `dy / (kernelHeight · kernelWidth)`; a chunk is one image. */
export function averagePoolGrad(
  counter: usize,
  chunks: i32,
  scratch: usize,
  shape: usize,
  dy: usize,
  dx: usize,
): void {
  const height = load<i32>(shape, HEIGHT);
  const width = load<i32>(shape, WIDTH);
  const yHeight = load<i32>(shape, Y_HEIGHT);
  const yWidth = load<i32>(shape, Y_WIDTH);
  const kernelHeight = load<i32>(shape, KERNEL_HEIGHT);
  const kernelWidth = load<i32>(shape, KERNEL_WIDTH);
  const pixel = (<usize>load<i32>(shape, FROM)) << 2;
  const whole = pixel & ~15;
  const share = <f32>1 / <f32>(kernelHeight * kernelWidth);
  const shares = f32x4.splat(share);
  for (;;) {
    const n = nextChunk(counter, chunks);
    if (n < 0) return;
    const image = dx + <usize>(n * height * width) * pixel;
    memory.fill(image, 0, <usize>(height * width) * pixel);
    let g = dy + <usize>(n * yHeight * yWidth) * pixel;
    for (let oh = 0; oh < yHeight; oh++) {
      const h0 = oh * load<i32>(shape, STRIDE_H) - load<i32>(shape, TOP);
      for (let ow = 0; ow < yWidth; ow++, g += pixel) {
        const w0 = ow * load<i32>(shape, STRIDE_W) - load<i32>(shape, LEFT);
        for (let kh = 0; kh < kernelHeight; kh++) {
          const h = h0 + kh * load<i32>(shape, DILATION_H);
          if (h < 0 || h >= height) continue;
          for (let kw = 0; kw < kernelWidth; kw++) {
            const w = w0 + kw * load<i32>(shape, DILATION_W);
            if (w < 0 || w >= width) continue;
            const at = image + <usize>(h * width + w) * pixel;
            let o: usize = 0;
            for (; o < whole; o += 16) {
              v128.store(at + o, madd(v128.load(g + o), shares, v128.load(at + o)));
            }
            for (; o < pixel; o += 4) store<f32>(at + o, load<f32>(at + o) + load<f32>(g + o) * share);
          }
        }
      }
    }
  }
}

/** `dx`: every window gives its gradient to its largest place, the first of equal ones; a chunk is one image. */
export function maxPoolGrad(
  counter: usize,
  chunks: i32,
  scratch: usize,
  shape: usize,
  x: usize,
  dy: usize,
  dx: usize,
): void {
  const height = load<i32>(shape, HEIGHT);
  const width = load<i32>(shape, WIDTH);
  const yHeight = load<i32>(shape, Y_HEIGHT);
  const yWidth = load<i32>(shape, Y_WIDTH);
  const dilationH = load<i32>(shape, DILATION_H);
  const dilationW = load<i32>(shape, DILATION_W);
  const pixel = (<usize>load<i32>(shape, FROM)) << 2;
  const whole = pixel & ~15;
  for (;;) {
    const n = nextChunk(counter, chunks);
    if (n < 0) return;
    const image = x + <usize>(n * height * width) * pixel;
    // From a place in the image to the same place in its gradient.
    const over = dx - x;
    memory.fill(image + over, 0, <usize>(height * width) * pixel);
    let g = dy + <usize>(n * yHeight * yWidth) * pixel;
    for (let oh = 0; oh < yHeight; oh++) {
      const h0 = oh * load<i32>(shape, STRIDE_H) - load<i32>(shape, TOP);
      const h1 = min(height, h0 + load<i32>(shape, KERNEL_HEIGHT) * dilationH);
      for (let ow = 0; ow < yWidth; ow++, g += pixel) {
        const w0 = ow * load<i32>(shape, STRIDE_W) - load<i32>(shape, LEFT);
        const w1 = min(width, w0 + load<i32>(shape, KERNEL_WIDTH) * dilationW);
        let o: usize = 0;
        for (; o < whole; o += 16) {
          let largest = f32x4.splat(-Infinity);
          let places = i32x4.splat(<i32>image);
          for (let h = h0; h < h1; h += dilationH) {
            if (h < 0) continue;
            for (let w = w0; w < w1; w += dilationW) {
              if (w < 0) continue;
              const at = image + <usize>(h * width + w) * pixel;
              const value = v128.load(at + o);
              const larger = f32x4.gt(value, largest);
              largest = v128.bitselect(value, largest, larger);
              places = v128.bitselect(i32x4.splat(<i32>at), places, larger);
            }
          }
          give(<usize>i32x4.extract_lane(places, 0) + over + o, g + o);
          give(<usize>i32x4.extract_lane(places, 1) + over + o + 4, g + o + 4);
          give(<usize>i32x4.extract_lane(places, 2) + over + o + 8, g + o + 8);
          give(<usize>i32x4.extract_lane(places, 3) + over + o + 12, g + o + 12);
        }
        for (; o < pixel; o += 4) {
          let largest: f32 = -Infinity;
          let place = image;
          for (let h = h0; h < h1; h += dilationH) {
            if (h < 0) continue;
            for (let w = w0; w < w1; w += dilationW) {
              if (w < 0) continue;
              const at = image + <usize>(h * width + w) * pixel;
              const value = load<f32>(at + o);
              if (value > largest) {
                largest = value;
                place = at;
              }
            }
          }
          give(place + over + o, g + o);
        }
      }
    }
  }
}

/** Adds the float at `from` to that at `to`. */
function give(to: usize, from: usize): void {
  store<f32>(to, load<f32>(to) + load<f32>(from));
}
