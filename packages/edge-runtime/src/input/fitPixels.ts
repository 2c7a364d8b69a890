// Knows how a picture of any size becomes one of the network's: its middle, each pixel the mean of those it covers.
import { AsfpError } from '@asfp/core';
import type { Pixels } from './pixelsToInput.ts';

/** A number of pixels each way. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** The part of a picture that is shown, in its own pixels. */
export interface PicturePart extends PictureSize {
  readonly left: number;
  readonly top: number;
}

/** The largest part in the middle that has the shape of `size`. */
export function middlePart(own: PictureSize, size: PictureSize): PicturePart {
  const scale = Math.min(own.width / size.width, own.height / size.height);
  const [width, height] = [size.width * scale, size.height * scale];
  return { width, height, left: (own.width - width) / 2, top: (own.height - height) / 2 };
}

/**
 * The middle of a picture at another size, linear between pixels when it grows, and over all pixels that it covers when
 * it shrinks (a triangle filter); transparent pixels are black. A picture of that size comes back as it is. Throws
 * AsfpError `picture-size` when the bytes are not the picture's.
 */
export function fitPixels(pixels: Pixels, size: PictureSize): Pixels {
  const { data, width, height } = pixels;
  const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (!whole || data.length !== 4 * width * height) {
    throw new AsfpError({
      code: 'picture-size',
      where: 'picture',
      expected: 'pixels of RGBA, four bytes each, and at least one',
      found: `${width} × ${height}, ${data.length} bytes`,
    });
  }
  if (width === size.width && height === size.height) return pixels;
  const part = middlePart(pixels, size);
  const columns = spans(part.left, part.width, size.width, width);
  const rows = spans(part.top, part.height, size.height, height);
  const firstRow = rows[0]?.start ?? 0;
  const last = rows.at(-1);
  const endRow = last ? last.start + last.weights.length : 0;

  const narrow = new Float32Array((endRow - firstRow) * size.width * 3);
  for (let y = firstRow; y < endRow; y++) {
    for (const [x, { start, weights }] of columns.entries()) {
      const to = ((y - firstRow) * size.width + x) * 3;
      for (const [i, weight] of weights.entries()) {
        const from = 4 * (y * width + start + i);
        const shown = (weight * (data[from + 3] as number)) / 255;
        for (let c = 0; c < 3; c++) narrow[to + c] = at(narrow, to + c) + shown * (data[from + c] as number);
      }
    }
  }
  const fitted = new Uint8ClampedArray(size.width * size.height * 4);
  for (const [y, { start, weights }] of rows.entries()) {
    for (let x = 0; x < size.width; x++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (const [i, weight] of weights.entries()) {
          sum += weight * at(narrow, ((start + i - firstRow) * size.width + x) * 3 + c);
        }
        fitted[4 * (y * size.width + x) + c] = sum;
      }
      fitted[4 * (y * size.width + x) + 3] = 255;
    }
  }
  return { data: fitted, width: size.width, height: size.height };
}

/** Which pixels of an axis one new pixel is made of, and how much of each; the weights add up to 1. */
interface Span {
  readonly start: number;
  readonly weights: readonly number[];
}

function spans(from: number, length: number, count: number, end: number): Span[] {
  const scale = length / count;
  const reach = Math.max(1, scale);
  return Array.from({ length: count }, (_, i): Span => {
    const centre = from + (i + 0.5) * scale;
    // What lies beside the part that is shown has no say in it.
    const start = Math.max(0, Math.floor(from), Math.floor(centre - reach));
    const stop = Math.min(end, Math.ceil(from + length), Math.ceil(centre + reach));
    const raw = Array.from({ length: stop - start }, (_value, j) =>
      Math.max(0, 1 - Math.abs(start + j + 0.5 - centre) / reach),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return { start, weights: raw.map((weight) => weight / sum) };
  });
}

function at(values: Float32Array, i: number): number {
  return values[i] as number;
}
