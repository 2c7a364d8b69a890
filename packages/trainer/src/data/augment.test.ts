import { rngFromSeed } from '@asfp/core';
import { expect, test } from 'vitest';
import { drawArea, drawVariation, type Variation, writeVaried } from './augment.ts';

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

test('a part of a picture has a share of its area from 0.08 to 1, evenly, and a ratio from 3/4 to 4/3, and lies inside', () => {
  const rng = rngFromSeed(6);
  // Large enough that rounding to whole pixels is below the tolerance, wide enough that a part of any share fits.
  const picture = { height: 4000, width: 4000 };
  const parts = Array.from({ length: 4000 }, (_, i) => drawArea(picture, rng.fork(String(i))));
  for (const { top, left, height, width } of parts) {
    expect(top >= 0 && left >= 0 && top + height <= 4000 && left + width <= 4000).toBe(true);
    expect(Math.abs(Math.log(width / height))).toBeLessThan(Math.log(4 / 3) + 1e-3);
  }
  const shares = parts.map(({ height, width }) => (height * width) / 16e6);
  expect(Math.min(...shares)).toBeGreaterThan(0.0799);
  // Shares up to 0.54 always fit in some ratio: below, each tenth of them is as likely as the next. 0.1 / 0.92 of all, minus
  // none that were drawn again: at least that; the deviation is 20, five of them are allowed.
  const tenths = [0.1, 0.2, 0.3, 0.4].map((from) => shares.filter((s) => s >= from && s < from + 0.1).length);
  for (const times of tenths) expect(times).toBeGreaterThan((4000 * 0.1) / 0.92 - 100);
  for (const times of tenths) expect(Math.abs(times - (tenths[0] as number))).toBeLessThan(140);
  expect(new Set(parts.map(({ left }) => left)).size).toBeGreaterThan(1000);
});

test('of a picture that no part fits, the largest middle part of an allowed ratio is shown', () => {
  const rng = rngFromSeed(1);
  expect(drawArea({ height: 10, width: 1000 }, rng)).toEqual({ top: 0, left: 493, height: 10, width: 13 });
  expect(drawArea({ height: 1000, width: 9 }, rng)).toEqual({ top: 494, left: 0, height: 12, width: 9 });
  expect(drawArea({ height: 1, width: 1 }, rng)).toEqual({ top: 0, left: 0, height: 1, width: 1 });
});
