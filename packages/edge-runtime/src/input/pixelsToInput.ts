// Knows how pixels of a picture become the numbers that a network was trained on.
import { AsfpError, type ModelInput } from '@asfp/core';

/** A picture as a canvas gives it: RGBA, 8 bits a channel, `[height, width, 4]`. */
export interface Pixels {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Weights of ITU-R BT.601 luma, for networks that take one channel. */
const LUMA = [0.299, 0.587, 0.114] as const;

/**
 * `(pixel / 255 − mean) / deviation` of each channel, `[1, height, width, channels]`; transparent pixels are shown over
 * black, as in training, and a network of one channel is given the luma. Throws an AsfpError for a picture of another
 * size, or a channel count of neither 1 nor 3.
 */
export function pixelsToInput(pixels: Pixels, input: ModelInput): Float32Array {
  const { height, width, channels, mean, deviation } = input;
  if (pixels.width !== width || pixels.height !== height || pixels.data.length !== width * height * 4) {
    throw new AsfpError({
      code: 'picture-size',
      where: 'picture',
      expected: `${width} × ${height} pixels of RGBA`,
      found: `${pixels.width} × ${pixels.height}, ${pixels.data.length} bytes`,
      cure: 'Draw the picture to that size first',
    });
  }
  if (channels !== 1 && channels !== 3) {
    throw new AsfpError({
      code: 'picture-channels',
      where: 'model card',
      expected: 'an input of 1 or 3 channels',
      found: String(channels),
    });
  }
  const { data } = pixels;
  const values = new Float32Array(height * width * channels);
  for (let p = 0; p < height * width; p++) {
    const shown = (data[4 * p + 3] as number) / 255;
    for (let c = 0; c < channels; c++) {
      const value = channels === 3 ? (data[4 * p + c] as number) : lumaAt(data, 4 * p);
      values[p * channels + c] = ((value * shown) / 255 - (mean[c] ?? 0)) / (deviation[c] ?? 1);
    }
  }
  return values;
}

function lumaAt(data: Pixels['data'], at: number): number {
  const [red, green, blue] = LUMA;
  return red * (data[at] as number) + green * (data[at + 1] as number) + blue * (data[at + 2] as number);
}
