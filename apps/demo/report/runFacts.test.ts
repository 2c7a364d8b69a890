// Knows what events come to, resumed runs included.
import type { EndEvent, EpochEvent } from '@asfp/core';
import { expect, test } from 'vitest';
import { accuracyLost, runFacts, shareInterval } from './runFacts.ts';
import { sampleParts } from './testing/sampleParts.ts';

const { events } = sampleParts;
const [start, first, second] = events as [never, EpochEvent, EpochEvent];
const end = events.at(-1) as EndEvent;

test('an epoch that was trained twice counts as it came out last', () => {
  const again = { ...second, loss: 0.5 };
  const facts = runFacts([start, first, second, start, again]);
  expect(facts.epochs).toEqual([first, again]);
  expect(facts.last).toBe(again);
  expect(facts.end).toBeUndefined();
});

test('accuracies are compared only on the same images', () => {
  expect(accuracyLost(runFacts(events))).toBeUndefined();
  const onAll = { ...first, evalImages: end.testImages, accuracyBefore: 0.87 };
  expect(accuracyLost(runFacts([onAll, end]))).toBeCloseTo(0.0048, 12);
  expect(accuracyLost(runFacts([onAll]))).toBeUndefined();
});

test('the interval of a share solves the equation that defines it', () => {
  // Its ends are the shares p from which the observed one lies 1.96 standard errors away: (x − p)² = z² p (1 − p) / n.
  for (const [share, images] of [
    [0.8, 10],
    [0.8652, 10000],
    [0.5, 3],
  ] as const) {
    for (const p of shareInterval(share, images)) {
      expect((share - p) ** 2).toBeCloseTo((1.959964 ** 2 * p * (1 - p)) / images, 12);
    }
  }
  expect(shareInterval(1, 50)[1]).toBeCloseTo(1, 12);
  expect(shareInterval(0, 50)[0]).toBeCloseTo(0, 12);
});
