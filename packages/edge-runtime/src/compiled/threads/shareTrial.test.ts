import { expect, test } from 'vitest';
import { shareTrial } from './shareTrial.ts';

/** Which of so many runs are shared, when they take these times. */
function shared(runs: number, times: (run: number, isShared: boolean) => number): boolean[] {
  const trial = shareTrial();
  return Array.from({ length: runs }, (_, run) => {
    const isShared = trial.share();
    trial.record(times(run, isShared));
    return isShared;
  });
}

test('after eight runs of each kind, in turns, those that are faster go on', () => {
  const first = Array.from({ length: 16 }, (_, run) => run % 2 === 0);
  expect(shared(100, (_, isShared) => (isShared ? 1 : 2))).toEqual([...first, ...new Array(84).fill(true)]);
  expect(shared(100, (_, isShared) => (isShared ? 2 : 1))).toEqual([...first, ...new Array(84).fill(false)]);
});

test('single slow runs, such as the very first ones, change nothing', () => {
  expect(shared(20, (run, isShared) => (run < 6 ? 100 : isShared ? 1 : 2)).at(-1)).toBe(true);
});

test('a machine that is busy for a while is asked again', () => {
  const runs = shared(600, (run, isShared) => (isShared ? (run < 300 ? 3 : 1) : 2));
  expect(runs.slice(16, 256).some(Boolean)).toBe(false);
  expect(runs.slice(256 + 16, 512).some(Boolean)).toBe(false);
  expect(runs.slice(512 + 16).every(Boolean)).toBe(true);
});
