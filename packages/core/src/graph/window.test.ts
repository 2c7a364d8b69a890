import { expect, test } from 'vitest';
import { seesPadding, windowAxis, windowOutput } from './window.ts';

// Sizes and paddings as TensorFlow's documentation defines SAME and VALID.
test.each([
  [28, 3, 1, 1, 'same', { out: 28, before: 1, after: 1 }],
  [28, 3, 2, 1, 'same', { out: 14, before: 0, after: 1 }],
  [7, 3, 2, 1, 'same', { out: 4, before: 1, after: 1 }],
  [7, 2, 5, 1, 'same', { out: 2, before: 0, after: 0 }],
  [8, 3, 1, 2, 'same', { out: 8, before: 2, after: 2 }],
  [28, 3, 2, 1, 'valid', { out: 13, before: 0, after: 0 }],
  [
    8,
    3,
    1,
    1,
    [
      [2, 0],
      [0, 0],
    ] as const,
    { out: 8, before: 2, after: 0 },
  ],
] as const)(
  'size %d, window %d, stride %d, dilation %d, %s',
  (size, window, stride, dilation, pad, expected) => {
    expect(windowAxis(size, window, stride, dilation, pad, 0)).toEqual(expected);
  },
);

test('a window that does not fit is refused by name', () => {
  expect(() => windowOutput([2, 8], [3, 3], [1, 1], [1, 1], 'valid', 'conv')).toThrow(
    "conv: expected an image of at least the window's height 3, found 2",
  );
});

test('padding shows for SAME with a wide window, never for 1 × 1 or VALID, always for explicit padding', () => {
  const see = (
    size: number | null,
    window: number,
    stride: number,
    pad: Parameters<typeof seesPadding>[4],
  ): boolean => seesPadding([size, size], [window, window], [stride, stride], [1, 1], pad);
  expect(see(8, 3, 1, 'same')).toBe(true);
  expect(see(8, 1, 2, 'same')).toBe(false);
  expect(see(8, 2, 2, 'same')).toBe(false);
  expect(see(7, 2, 2, 'same')).toBe(true);
  expect(see(8, 3, 1, 'valid')).toBe(false);
  expect(see(null, 3, 1, 'same')).toBe(true);
  expect(
    see(8, 1, 1, [
      [1, 0],
      [0, 0],
    ]),
  ).toBe(true);
  expect(
    see(8, 3, 1, [
      [0, 0],
      [0, 0],
    ]),
  ).toBe(false);
});
