import { expect, test } from 'vitest';
import { makeSynthetic } from './synthetic.ts';

test('the same seed draws the same pixels, another seed others', () => {
  const [a, b, c] = [1, 1, 2].map((seed) => makeSynthetic({ limit: 20, seed }));
  expect(a?.train.pixels).toEqual(b?.train.pixels);
  expect(a?.train.pixels).not.toEqual(c?.train.pixels);
  expect(a?.train.pixels).not.toEqual(a?.test.pixels.subarray(0, a.train.pixels.length));
});

test('every class is drawn as often, and a limit bounds the training images alone', () => {
  const { train, test: held, labels } = makeSynthetic({ limit: 30 });
  expect(labels).toHaveLength(10);
  expect(new Set(labels).size).toBe(10);
  expect([train.count, held.count]).toEqual([30, 2000]);
  for (const split of [train, held]) {
    const counts = new Array<number>(10).fill(0);
    for (const label of split.labels) counts[label] = (counts[label] ?? 0) + 1;
    expect(new Set(counts)).toEqual(new Set([split.count / 10]));
  }
});
