import { rngFromSeed } from '@asfp/core';
import { expect, test } from 'vitest';
import { drawVariation, type Variation, writeVaried } from './augment.ts';

/** A 2 × 3 image of two channels, pixels 1 … 12, through a table that adds 1000 · channel. */
function varied(variation: Variation): number[] {
  const image = Uint8Array.from({ length: 12 }, (_, i) => i + 1);
  const table = Float32Array.from({ length: 512 }, (_, i) => (i % 256) + (i < 256 ? 0 : 1000));
  const into = new Float32Array(14).fill(-1);
  writeVaried(image, { height: 2, width: 3, channels: 2 }, variation, table, into, 1);
  expect([into[0], into[13]]).toEqual([-1, -1]);
  return [...into.subarray(1, 13)];
}

test('an unvaried image is only normalised', () => {
  expect(varied({ top: 0, left: 0, mirrored: false })).toEqual([
    1, 1002, 3, 1004, 5, 1006, 7, 1008, 9, 1010, 11, 1012,
  ]);
});

test('the border is black before normalisation: it becomes what the table has for 0', () => {
  expect(varied({ top: 1, left: -1, mirrored: false })).toEqual([
    0, 1000, 7, 1008, 9, 1010, 0, 1000, 0, 1000, 0, 1000,
  ]);
});

test('an image is mirrored first and shifted then', () => {
  expect(varied({ top: 0, left: 0, mirrored: true })).toEqual([
    5, 1006, 3, 1004, 1, 1002, 11, 1012, 9, 1010, 7, 1008,
  ]);
  expect(varied({ top: 0, left: 1, mirrored: true })).toEqual([
    3, 1004, 1, 1002, 0, 1000, 9, 1010, 7, 1008, 0, 1000,
  ]);
});

test('shifts reach from -4 to 4 and half of the images are mirrored, each as often within chance', () => {
  const rng = rngFromSeed(5);
  const drawn = Array.from({ length: 9000 }, (_, i) => drawVariation('crop-flip', rng.fork(String(i))));
  for (const key of ['top', 'left'] as const) {
    for (let shift = -4; shift <= 4; shift++) {
      const times = drawn.filter((variation) => variation[key] === shift).length;
      // Binomial: 1000 expected, deviation 30; five of them.
      expect(Math.abs(times - 1000)).toBeLessThan(150);
    }
  }
  expect(Math.abs(drawn.filter(({ mirrored }) => mirrored).length - 4500)).toBeLessThan(240);
  expect(drawn.every(({ top }) => Math.abs(top) <= 4)).toBe(true);
});

test('without mirroring none is mirrored, and without variation none is varied', () => {
  const rng = rngFromSeed(5);
  for (let i = 0; i < 200; i++) {
    expect(drawVariation('crop', rng.fork(String(i))).mirrored).toBe(false);
    expect(drawVariation('none', rng.fork(String(i)))).toEqual({ top: 0, left: 0, mirrored: false });
  }
});
