// Knows resized pictures, by hand.
import { expect, test } from 'vitest';
import { fitPixels, middlePart } from './fitPixels.ts';
import type { Pixels } from './pixelsToInput.ts';

/** Grey pixels, opaque. */
function grey(width: number, height: number, values: readonly number[]): Pixels {
  return { width, height, data: Uint8ClampedArray.from(values.flatMap((v) => [v, v, v, 255])) };
}
const reds = ({ data }: Pixels): number[] => [...data].filter((_, i) => i % 4 === 0);

test('the middle has the shape of the new size', () => {
  expect(middlePart({ width: 200, height: 100 }, { width: 50, height: 50 })).toEqual({
    width: 100,
    height: 100,
    left: 50,
    top: 0,
  });
  expect(middlePart({ width: 10, height: 40 }, { width: 20, height: 10 })).toEqual({
    width: 10,
    height: 5,
    left: 0,
    top: 17.5,
  });
});

test('half the size: a triangle over four pixels, cut off at the border', () => {
  // Weights 1 3 3 1; the first pixel has no left neighbour: 3 3 1.
  const small = fitPixels(grey(4, 1, [0, 70, 140, 210]), { width: 2, height: 1 });
  expect(middlePart({ width: 4, height: 1 }, { width: 2, height: 1 })).toMatchObject({ width: 2, left: 1 });
  // Only the middle 2 × 1 is shown here, pixel for pixel.
  expect(reds(small)).toEqual([70, 140]);
  const square = fitPixels(
    grey(
      4,
      4,
      new Array(16).fill(0).map((_, i) => 70 * (i % 4)),
    ),
    {
      width: 2,
      height: 2,
    },
  );
  const left = (3 * 70 + 140) / 7;
  expect(reds(square)).toEqual([left, 210 - left, left, 210 - left].map(Math.round));
});

test('twice the size: linear between neighbours', () => {
  const large = fitPixels(grey(2, 2, [0, 100, 0, 100]), { width: 4, height: 4 });
  expect(reds(large).slice(0, 4)).toEqual([0, 25, 75, 100]);
});

test('a plain picture stays plain at every size, and transparent pixels are black', () => {
  const plain = grey(7, 5, new Array(35).fill(201));
  for (const size of [1, 2, 3, 5, 8, 31]) {
    expect(new Set(reds(fitPixels(plain, { width: size, height: size })))).toEqual(new Set([201]));
  }
  const clear = { ...plain, data: plain.data.map((value, i) => (i % 4 === 3 ? 0 : value)) };
  expect(new Set(reds(fitPixels(clear, { width: 2, height: 2 })))).toEqual(new Set([0]));
});

test('a picture of the right size is not touched; one that is none is refused', () => {
  const right = grey(2, 1, [1, 2]);
  expect(fitPixels(right, { width: 2, height: 1 })).toBe(right);
  const broken = { width: 3, height: 2, data: new Uint8ClampedArray(23) };
  expect(() => fitPixels(broken, { width: 3, height: 2 })).toThrow(
    'picture: expected pixels of RGBA, four bytes each, and at least one, found 3 × 2, 23 bytes',
  );
  const none = { width: 0, height: 0, data: new Uint8ClampedArray(0) };
  expect(() => fitPixels(none, { width: 3, height: 2 })).toThrow('found 0 × 0');
});
