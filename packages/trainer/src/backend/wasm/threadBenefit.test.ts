import { expect, test } from 'vitest';
import { type ThreadBenefit, threadBenefit } from './threadBenefit.ts';

/** Runs rounds that wait as told for each unit of work; tells how many of them were shared. */
function sharedOf(benefit: ThreadBenefit, rounds: number, wait: number): number {
  let shared = 0;
  for (let i = 0; i < rounds; i++) {
    if (!benefit.share()) continue;
    shared++;
    benefit.record(1, wait);
  }
  return shared;
}

test('little waiting: every round is shared', () => {
  expect(sharedOf(threadBenefit(), 5000, 0.5)).toBe(5000);
});

test('much waiting: short trials, further and further apart', () => {
  const benefit = threadBenefit();
  expect(sharedOf(benefit, 20, 2)).toBe(20);
  expect(sharedOf(benefit, 500, 2)).toBe(0);
  expect(sharedOf(benefit, 20, 2)).toBe(20);
  expect(sharedOf(benefit, 1000, 2)).toBe(0);
  // A trial, then pauses of 2000, 4000, 8000, 8000 and 8000, each with a trial after it.
  expect(sharedOf(benefit, 20 + 2020 + 4020 + 3 * 8020, 2)).toBe(6 * 20);
});

test('one long wait among many short ones changes nothing', () => {
  const benefit = threadBenefit();
  sharedOf(benefit, 100, 0.05);
  benefit.record(1, 8);
  expect(sharedOf(benefit, 100, 0.05)).toBe(100);
});

test('when the machine has become quiet, sharing comes back, and later pauses are short again', () => {
  const benefit = threadBenefit();
  sharedOf(benefit, 40_000, 2);
  sharedOf(benefit, 8000, 0.1);
  expect(sharedOf(benefit, 300, 0.1)).toBe(300);
  expect(sharedOf(benefit, 300, 2)).toBeLessThan(60);
  sharedOf(benefit, 260, 0.1);
  expect(sharedOf(benefit, 100, 0.1)).toBe(100);
});
