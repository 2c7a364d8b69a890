// Knows the order, the rules and the results of a comparison, with a clock that stands still unless told.
import { median, type Rng, rngFromSeed } from '@asfp/core';
import { expect, test } from 'vitest';
import { type CompareOptions, compareLatency, type Rival, ratioOf } from './compareLatency.ts';

/** Rivals that take the time that `cost` says, on a clock of their own. */
function bench(costs: Readonly<Record<string, (run: number) => number>>): {
  readonly rivals: Rival[];
  readonly clock: () => number;
  readonly log: string[];
} {
  let time = 0;
  const log: string[] = [];
  const rivals = Object.entries(costs).map(([name, cost]): Rival => {
    let runs = 0;
    return {
      name,
      run: async () => {
        log.push(name);
        time += cost(runs++);
      },
    };
  });
  return { rivals, clock: () => time, log };
}

const options = (over: Partial<CompareOptions>): CompareOptions => ({
  budgetMs: 1e9,
  warmUpRuns: 2,
  maxRounds: 10,
  ...over,
});

test('first run, warm-up and rounds are kept apart, and every round has each rival once', async () => {
  const { rivals, clock, log } = bench({ a: (run) => 100 - run, b: (run) => 10 + run });
  const result = await compareLatency(rivals, options({ clock }));
  expect(result).toMatchObject({ rounds: 10, stoppedBy: 'rounds' });
  expect(result.rivals[0]).toEqual({
    name: 'a',
    firstRunMs: 100,
    samplesMs: Array.from({ length: 10 }, (_, i) => 97 - i),
  });
  expect(result.rivals[1]?.samplesMs).toEqual(Array.from({ length: 10 }, (_, i) => 13 + i));
  expect(log.slice(0, 6)).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  const rounds = Array.from({ length: 10 }, (_, i) => log.slice(6 + 2 * i, 8 + 2 * i).join(''));
  expect(new Set(rounds)).toEqual(new Set(['ab', 'ba']));
});

test('warm-up goes on for its time, but for no more than a quarter of the budget', async () => {
  const warmUps = async (over: Partial<CompareOptions>): Promise<number> => {
    const { rivals, clock, log } = bench({ a: () => 8, b: () => 2 });
    const { rounds } = await compareLatency(rivals, options({ clock, ...over }));
    return log.length / 2 - 1 - rounds;
  };
  expect(await warmUps({ warmUpMs: 50 })).toBe(10);
  expect(await warmUps({ warmUpMs: 5 })).toBe(2);
  expect(await warmUps({ warmUpMs: 50, budgetMs: 120 })).toBe(3);
  expect(await warmUps({ warmUpRuns: 0 })).toBe(0);
});

test('narrow intervals stop it', async () => {
  const { rivals, clock } = bench({ a: () => 8, b: () => 4 });
  const result = await compareLatency(rivals, options({ clock, maxRounds: 1000 }));
  expect(result.stoppedBy).toBe('interval');
  expect(result.rounds).toBeGreaterThanOrEqual(20);
  expect(result.rounds).toBeLessThan(40);
});

test('a spent budget stops it, but never before the least number of rounds', async () => {
  const rng = rngFromSeed(3);
  const noisy = (): number => 10 + 90 * rng.next();
  const one = bench({ a: noisy, b: noisy });
  const enough = await compareLatency(
    one.rivals,
    options({ clock: one.clock, budgetMs: 3000, maxRounds: 1000 }),
  );
  expect(enough.stoppedBy).toBe('budget');
  expect(one.clock()).toBeGreaterThanOrEqual(3000);
  expect(one.clock()).toBeLessThan(3000 + 400);
  const two = bench({ a: noisy, b: noisy });
  const least = await compareLatency(two.rivals, options({ clock: two.clock, budgetMs: 1, minRounds: 7 }));
  expect(least).toMatchObject({ stoppedBy: 'budget', rounds: 7 });
});

test('a rival that fails keeps its reason, the others go on', async () => {
  const { rivals, clock } = bench({ a: () => 1, b: () => 2 });
  let runs = 0;
  const broken: Rival = {
    name: 'broken',
    run: async () => {
      if (++runs === 5) throw new Error('context lost');
    },
  };
  const result = await compareLatency([broken, ...rivals], options({ clock }));
  expect(result.rivals[0]).toEqual({
    name: 'broken',
    firstRunMs: null,
    samplesMs: [],
    error: 'context lost',
  });
  expect(result.rivals[1]?.samplesMs).toHaveLength(10);
  expect(runs).toBe(5);
  const alone = await compareLatency(
    [{ name: 'x', run: () => Promise.reject(new Error('no')) }],
    options({}),
  );
  expect(alone).toMatchObject({ stoppedBy: 'nobody left', rounds: 0 });
});

test('onRound counts, and an abort rejects with the signal’s reason', async () => {
  const { rivals, clock } = bench({ a: () => 1 });
  const stop = new AbortController();
  const reason = new Error('enough');
  const seen: number[] = [];
  const onRound = (rounds: number): void => {
    seen.push(rounds);
    if (rounds === 3) stop.abort(reason);
  };
  const measuring = compareLatency(rivals, options({ clock, onRound, signal: stop.signal }));
  await expect(measuring).rejects.toBe(reason);
  expect(seen).toEqual([1, 2, 3]);
});

test('the interval of a ratio holds the true ratio about 19 times in 20', () => {
  const rng = rngFromSeed(11);
  // Log-normal times, slow outliers included; the medians are 3 and 2.
  const times = (middle: number): number[] =>
    Array.from({ length: 60 }, () => middle * Math.exp(0.2 * rng.normal()) * (rng.next() < 0.05 ? 5 : 1));
  let held = 0;
  for (let trial = 0; trial < 100; trial++) {
    const { ratioCi } = ratioOf(times(3), times(2), rng);
    if (ratioCi[0] <= 1.5 && 1.5 <= ratioCi[1]) held++;
  }
  // Binomial with p = 0.95: four standard deviations are 9 of 100.
  expect(held).toBeGreaterThanOrEqual(95 - 9);
  expect(held).toBeLessThanOrEqual(100);
});

/** A machine that speeds up and slows down slowly, jitters, and is now and then disturbed: the factor of the next run. */
function restless(rng: Rng): () => number {
  let drift = 0;
  return () => {
    drift = 0.95 * drift + 0.02 * rng.normal();
    return Math.exp(drift + 0.05 * rng.normal()) * (rng.next() < 0.03 ? 3 : 1);
  };
}

test('a rival against itself: the interval holds 1, also where it decides when to stop', async () => {
  let held = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const factor = restless(rngFromSeed(seed));
    const { rivals, clock } = bench({ one: () => 2 * factor(), other: () => 2 * factor() });
    const rng = rngFromSeed(1000 + seed);
    const { rivals: times } = await compareLatency(rivals, options({ clock, rng, maxRounds: 200 }));
    const [one, other] = times.map(({ samplesMs }) => samplesMs) as [number[], number[]];
    const { ratioCi } = ratioOf(one, other, rng);
    if (ratioCi[0] <= 1 && 1 <= ratioCi[1]) held++;
  }
  // The lab's own bar is 18 of 20.
  expect(held).toBeGreaterThanOrEqual(36);
});

test('a known delay is found within 5 %, whatever the machine does meanwhile', async () => {
  for (const delay of [0.5, 2, 8]) {
    const factor = restless(rngFromSeed(5));
    const { rivals, clock } = bench({ plain: () => 2 * factor(), slowed: () => 2 * factor() + delay });
    const { rivals: times } = await compareLatency(rivals, options({ clock, maxRounds: 1000 }));
    const [plain, slowed] = times.map(({ samplesMs }) => median(samplesMs)) as [number, number];
    expect(Math.abs((slowed - plain) / delay - 1)).toBeLessThan(0.05);
  }
});
