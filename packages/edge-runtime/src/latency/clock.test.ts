// Knows how fine a clock is seen to be.
import { expect, test } from 'vitest';
import { clockResolution } from './clock.ts';
import { measureOnce } from './measureOnce.ts';

test('the smallest step of a coarse clock is found', () => {
  let reads = 0;
  const steps = [0, 0, 3, 3, 3, 5, 9, 9];
  const clock = (): number => steps[reads++] ?? 9 + reads;
  expect(clockResolution(clock, 3)).toBe(2);
});

test('a timed run ends when its work has ended', async () => {
  let time = 5;
  const timed = await measureOnce(
    async () => {
      time += 3;
      await Promise.resolve();
      time += 4;
      return 'output';
    },
    () => time,
  );
  expect(timed).toEqual({ result: 'output', ms: 7 });
});
