import { rngFromSeed } from '@asfp/core';
import { expect, test } from 'vitest';
import { type BatchTask, makeBatch } from './makeBatch.ts';

/** One grey image whose pixels are their column times 16, as often as there are positions. */
function task(augmentation: BatchTask['augmentation'], count: number): BatchTask {
  const row = Array.from({ length: 16 }, (_, column) => 16 * column);
  const image = Array.from({ length: 16 }, () => row).flat();
  return {
    height: 16,
    width: 16,
    channels: 1,
    mean: [0],
    deviation: [1 / 255],
    images: Uint8Array.from({ length: count * 256 }, (_, i) => image[i % 256] as number),
    positions: Int32Array.from({ length: count }, (_, i) => i),
    augmentation,
    rng: rngFromSeed(1).state(),
  };
}

test('a part of a grey image in memory is stretched to the size, half of them mirrored', async () => {
  const count = 400;
  const images = await makeBatch(task('resized-crop', count));
  let mirrored = 0;
  for (let i = 0; i < count; i++) {
    const row = images.subarray(i * 256, i * 256 + 16);
    const [first, last] = [row[0] as number, row[15] as number];
    if (first > last) mirrored++;
    // The same in every row, steadily up or down, and never outside the image's own values.
    for (let r = 1; r < 16; r++)
      expect(images.subarray(i * 256 + 16 * r, i * 256 + 16 * r + 16)).toEqual(row);
    const sorted = [...row].sort((a, b) => (first > last ? b - a : a - b));
    expect([...row]).toEqual(sorted);
    expect(Math.min(...row) >= 0 && Math.max(...row) <= 240).toBe(true);
  }
  // Binomial: 200 expected, deviation 10; five of them.
  expect(Math.abs(mirrored - 200)).toBeLessThan(50);
});

test('an image does not depend on what else is in the batch', async () => {
  const whole = task('resized-crop', 8);
  const images = await makeBatch(whole);
  const alone = await makeBatch({
    ...whole,
    images: (whole.images as Uint8Array).slice(0, 256),
    positions: Int32Array.of(5),
  });
  expect(alone).toEqual(images.slice(5 * 256, 6 * 256));
});
