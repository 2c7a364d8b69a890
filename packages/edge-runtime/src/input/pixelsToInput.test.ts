// Knows normalised pixels, by hand.
import { expect, test } from 'vitest';
import { pixelsToInput } from './pixelsToInput.ts';

const shape = { height: 1, width: 2 };
const pixels = { ...shape, data: Uint8ClampedArray.of(255, 0, 51, 255, 102, 153, 204, 255) };

test('three channels: (pixel / 255 − mean) / deviation', () => {
  const input = { ...shape, channels: 3, mean: [0.5, 0.25, 0], deviation: [0.5, 0.25, 2] };
  const expected = [1, -1, 0.1, -0.2, 1.4, 0.4];
  pixelsToInput(pixels, input).forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] as number, 6);
  });
});

test('transparent pixels are shown over black', () => {
  const input = { ...shape, channels: 3, mean: [0, 0, 0], deviation: [1, 1, 1] };
  const data = Uint8ClampedArray.of(255, 0, 51, 51, 102, 153, 204, 0);
  const expected = [0.2, 0, 0.04, 0, 0, 0];
  pixelsToInput({ ...shape, data }, input).forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] as number, 6);
  });
});

test('one channel: luma', () => {
  const input = { ...shape, channels: 1, mean: [0], deviation: [1] };
  const values = pixelsToInput(pixels, input);
  expect(values).toHaveLength(2);
  expect(values[0]).toBeCloseTo(0.299 + 0.114 * 0.2, 6);
  expect(values[1]).toBeCloseTo(0.299 * 0.4 + 0.587 * 0.6 + 0.114 * 0.8, 6);
});

test('another size, or two channels, is refused', () => {
  const input = { height: 2, width: 2, channels: 3, mean: [], deviation: [] };
  expect(() => pixelsToInput(pixels, input)).toThrow(
    'picture: expected 2 × 2 pixels of RGBA, found 2 × 1, 8 bytes. Draw the picture to that size first',
  );
  expect(() => pixelsToInput(pixels, { ...input, ...shape, channels: 2 })).toThrow(
    'model card: expected an input of 1 or 3 channels, found 2',
  );
});
