// Knows the gradients of depthwise convolutions; every channel is convolved with its own filters.
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
  TO,
  TOP,
  WIDTH,
  Y_HEIGHT,
  Y_WIDTH,
} from './convShape';
import { addRow, madd } from './lanes';

/** `dx[n, height, width, from]` of `dy` and `w[kernelHeight, kernelWidth, from, multiplier]`; a chunk is one image. */
export function depthwiseInputGrad(
  counter: usize,
  chunks: i32,
  scratch: usize,
  shape: usize,
  dy: usize,
  kernel: usize,
  dx: usize,
): void {
  const height = load<i32>(shape, HEIGHT);
  const width = load<i32>(shape, WIDTH);
  const from = load<i32>(shape, FROM);
  const yHeight = load<i32>(shape, Y_HEIGHT);
  const yWidth = load<i32>(shape, Y_WIDTH);
  const multiplier = load<i32>(shape, TO);
  const whole = multiplier == 1 ? from & ~3 : 0;
  const pixel = (<usize>from) << 2;
  for (;;) {
    const n = nextChunk(counter, chunks);
    if (n < 0) return;
    const image = dx + <usize>(n * height * width) * pixel;
    memory.fill(image, 0, <usize>(height * width) * pixel);
    for (let oh = 0; oh < yHeight; oh++) {
      for (let kh = 0; kh < load<i32>(shape, KERNEL_HEIGHT); kh++) {
        const h = oh * load<i32>(shape, STRIDE_H) + kh * load<i32>(shape, DILATION_H) - load<i32>(shape, TOP);
        if (h < 0 || h >= height) continue;
        for (let ow = 0; ow < yWidth; ow++) {
          const g = dy + <usize>((n * yHeight + oh) * yWidth + ow) * pixel * <usize>multiplier;
          for (let kw = 0; kw < load<i32>(shape, KERNEL_WIDTH); kw++) {
            const w =
              ow * load<i32>(shape, STRIDE_W) + kw * load<i32>(shape, DILATION_W) - load<i32>(shape, LEFT);
            if (w < 0 || w >= width) continue;
            const k = kernel + <usize>(kh * load<i32>(shape, KERNEL_WIDTH) + kw) * pixel * <usize>multiplier;
            const out = image + <usize>(h * width + w) * pixel;
            let c = 0;
            for (; c < whole; c += 4) {
              const o = (<usize>c) << 2;
              v128.store(out + o, madd(v128.load(g + o), v128.load(k + o), v128.load(out + o)));
            }
            for (; c < from; c++) {
              let sum = load<f32>(out + ((<usize>c) << 2));
              for (let q = c * multiplier; q < (c + 1) * multiplier; q++) {
                sum += load<f32>(g + ((<usize>q) << 2)) * load<f32>(k + ((<usize>q) << 2));
              }
              store<f32>(out + ((<usize>c) << 2), sum);
            }
          }
        }
      }
    }
  }
}

/** `sums[chunks]` of the filter's gradient, each shaped as the kernel; a chunk is `images` images. */
export function depthwiseFilterSums(
  counter: usize,
  chunks: i32,
  scratch: usize,
  shape: usize,
  x: usize,
  dy: usize,
  sums: usize,
  batch: i32,
  images: i32,
): void {
  const height = load<i32>(shape, HEIGHT);
  const width = load<i32>(shape, WIDTH);
  const from = load<i32>(shape, FROM);
  const yHeight = load<i32>(shape, Y_HEIGHT);
  const yWidth = load<i32>(shape, Y_WIDTH);
  const multiplier = load<i32>(shape, TO);
  const whole = multiplier == 1 ? from & ~3 : 0;
  const pixel = (<usize>from) << 2;
  const taps = load<i32>(shape, KERNEL_HEIGHT) * load<i32>(shape, KERNEL_WIDTH);
  const size = <usize>taps * pixel * <usize>multiplier;
  for (;;) {
    const chunk = nextChunk(counter, chunks);
    if (chunk < 0) return;
    const sum = sums + <usize>chunk * size;
    memory.fill(sum, 0, size);
    const end = min((chunk + 1) * images, batch);
    for (let n = chunk * images; n < end; n++) {
      for (let oh = 0; oh < yHeight; oh++) {
        for (let kh = 0; kh < load<i32>(shape, KERNEL_HEIGHT); kh++) {
          const h =
            oh * load<i32>(shape, STRIDE_H) + kh * load<i32>(shape, DILATION_H) - load<i32>(shape, TOP);
          if (h < 0 || h >= height) continue;
          for (let ow = 0; ow < yWidth; ow++) {
            const g = dy + <usize>((n * yHeight + oh) * yWidth + ow) * pixel * <usize>multiplier;
            for (let kw = 0; kw < load<i32>(shape, KERNEL_WIDTH); kw++) {
              const w =
                ow * load<i32>(shape, STRIDE_W) + kw * load<i32>(shape, DILATION_W) - load<i32>(shape, LEFT);
              if (w < 0 || w >= width) continue;
              const src = x + <usize>((n * height + h) * width + w) * pixel;
              const out = sum + <usize>(kh * load<i32>(shape, KERNEL_WIDTH) + kw) * pixel * <usize>multiplier;
              let c = 0;
              for (; c < whole; c += 4) {
                const o = (<usize>c) << 2;
                v128.store(out + o, madd(v128.load(src + o), v128.load(g + o), v128.load(out + o)));
              }
              for (; c < from; c++) {
                const value = load<f32>(src + ((<usize>c) << 2));
                for (let q = c * multiplier; q < (c + 1) * multiplier; q++) {
                  const o = (<usize>q) << 2;
                  store<f32>(out + o, load<f32>(out + o) + value * load<f32>(g + o));
                }
              }
            }
          }
        }
      }
    }
  }
}

/** Adds chunks 1, 2, … of `size` floats to the first one. */
export function addChunks(sums: usize, chunks: i32, size: i32): void {
  const bytes = (<usize>size) << 2;
  for (let chunk = 1; chunk < chunks; chunk++) addRow(sums + <usize>chunk * bytes, sums, bytes);
}
