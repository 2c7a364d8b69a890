// Knows how any picture becomes one of the network's size: test pictures byte by byte, others through a canvas.
import type { ModelInput } from '@asfp/core';
import type { Pixels } from '@asfp/edge-runtime';
import type { TestPicture } from './runFolder.ts';

/** What a canvas can draw, with its own size. */
export interface Drawable {
  readonly source: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

/** Any picture; one that has a network's size already comes with its own pixels. */
export interface Picture extends Drawable {
  readonly pixels?: Pixels;
}

/** A picture for a network: its own pixels where they fit, else drawn to its size. */
export function pixelsOf(picture: Picture, input: ModelInput): Pixels {
  const { pixels } = picture;
  return pixels?.width === input.width && pixels.height === input.height
    ? pixels
    : fromDrawable(picture, input);
}

/** A test picture as RGBA, nothing resampled. */
export function fromTestPicture({ width, height, channels, pixels }: TestPicture): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < 3; c++) data[4 * p + c] = pixels[p * channels + (channels === 1 ? 0 : c)] ?? 0;
    data[4 * p + 3] = 255;
  }
  return { width, height, data };
}

/** The middle of a picture, scaled to the input's size; grey when the network has one channel. */
function fromDrawable({ source, width, height }: Drawable, input: ModelInput): Pixels {
  const canvas = document.createElement('canvas');
  canvas.width = input.width;
  canvas.height = input.height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no 2D canvas');
  const scale = Math.min(width / input.width, height / input.height);
  const [w, h] = [input.width * scale, input.height * scale];
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, (width - w) / 2, (height - h) / 2, w, h, 0, 0, input.width, input.height);
  const { data } = context.getImageData(0, 0, input.width, input.height);
  if (input.channels === 1) {
    for (let at = 0; at < data.length; at += 4) {
      const [r = 0, g = 0, b = 0] = data.subarray(at, at + 3);
      data.fill(0.299 * r + 0.587 * g + 0.114 * b, at, at + 3);
    }
  }
  return { width: input.width, height: input.height, data };
}

/** Draws pixels into a canvas, which takes their size. */
export function showPixels(canvas: HTMLCanvasElement, { data, width, height }: Pixels): void {
  canvas.width = width;
  canvas.height = height;
  const copy = new Uint8ClampedArray(data);
  canvas.getContext('2d')?.putImageData(new ImageData(copy, width, height), 0, 0);
}
