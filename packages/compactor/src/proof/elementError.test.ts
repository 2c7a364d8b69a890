import { activate, type BinaryFn, combine, rngFromSeed, type UnaryFn } from '@asfp/core';
import { expect, test } from 'vitest';
import { binaryError, unaryError } from './elementError.ts';

const unaryFns: readonly UnaryFn[] = [
  ...(['relu', 'relu6', 'elu', 'leakyRelu', 'sigmoid', 'tanh', 'identity', 'selu', 'softplus'] as const),
  ...(['abs', 'neg', 'exp', 'log', 'sqrt', 'rsqrt', 'square', 'reciprocal', 'erf'] as const),
];
const binaryFns: readonly BinaryFn[] = [
  ...(['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'squaredDifference', 'prelu', 'pow'] as const),
];

/** Float64's own rounding in computing either value. */
const slack = 1e-12;

test.each(unaryFns)('%s never moves further than its bound', (fn) => {
  const rng = rngFromSeed(3);
  for (let i = 0; i < 2000; i++) {
    const [x, error] = [3 * rng.normal(), 0.3 * rng.next()];
    const bound = unaryError(fn, 0.25, x, error);
    if (bound === Number.POSITIVE_INFINITY) continue;
    const moved = x + error * (2 * rng.next() - 1);
    const apart = Math.abs(activate(fn, 0.25, moved) - activate(fn, 0.25, x));
    expect(apart, `${fn}(${x} ± ${error})`).toBeLessThanOrEqual(bound + slack * (1 + bound));
  }
});

test.each(binaryFns)('%s never moves further than its bound', (fn) => {
  const rng = rngFromSeed(4);
  for (let i = 0; i < 2000; i++) {
    const [a, b, errorA, errorB] = [3 * rng.normal(), 3 * rng.normal(), 0.3 * rng.next(), 0.3 * rng.next()];
    const bound = binaryError(fn, a, b, errorA, errorB);
    if (bound === Number.POSITIVE_INFINITY) continue;
    const moved = combine(fn, a + errorA * (2 * rng.next() - 1), b + errorB * (2 * rng.next() - 1));
    const apart = Math.abs(moved - combine(fn, a, b));
    expect(apart, `${fn}(${a} ± ${errorA}, ${b} ± ${errorB})`).toBeLessThanOrEqual(
      bound + slack * (1 + bound),
    );
  }
});

test('a whole power of any number never moves further than its bound', () => {
  const rng = rngFromSeed(5);
  for (let i = 0; i < 2000; i++) {
    const [a, error, b] = [rng.normal(), rng.next(), 1 + rng.int(5)];
    const apart = Math.abs((a + error * (2 * rng.next() - 1)) ** b - a ** b);
    expect(apart, `(${a} ± ${error})^${b}`).toBeLessThanOrEqual(
      binaryError('pow', a, b, error, 0) * (1 + slack) + slack,
    );
  }
});

test('near a pole there is no bound', () => {
  expect(unaryError('log', 0, 0.1, 0.2)).toBe(Number.POSITIVE_INFINITY);
  expect(binaryError('div', 1, 0.1, 0, 0.2)).toBe(Number.POSITIVE_INFINITY);
  expect(binaryError('pow', 0.1, 0.5, 0.2, 0)).toBe(Number.POSITIVE_INFINITY);
});
