// Knows the gradient of average pooling.
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
              v128.store(at + o, f32x4.add(v128.load(at + o), f32x4.mul(v128.load(g + o), shares)));
            }
            for (; o < pixel; o += 4) store<f32>(at + o, load<f32>(at + o) + load<f32>(g + o) * share);
          }
        }
      }
    }
  }
}
