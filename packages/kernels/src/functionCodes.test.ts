import { expect, test } from 'vitest';
import { binaryCodes, functionCodes, reduceCodes } from './functionCodes.ts';
import { testBuilds, testKernels, testNumbers } from './testing/testKernels.ts';

const { exp, log, sqrt, abs, tanh, min, max } = Math;

/** The error function by its series, in float64. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / sqrt(Math.PI)) * sum;
}

const ALPHA = 0.3;
const functions: Readonly<Record<keyof typeof functionCodes, (x: number) => number>> = {
  identity: (x) => x,
  relu: (x) => max(x, 0),
  relu6: (x) => min(6, max(x, 0)),
  elu: (x) => (x < 0 ? Math.expm1(x) : x),
  leakyRelu: (x) => (x < 0 ? Math.fround(ALPHA) * x : x),
  sigmoid: (x) => 1 / (1 + exp(-x)),
  tanh: (x) => tanh(x),
  selu: (x) => 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * Math.expm1(x) : x),
  softplus: (x) => max(x, 0) + Math.log1p(exp(-abs(x))),
  abs: (x) => abs(x),
  neg: (x) => -x,
  exp: (x) => exp(x),
  log: (x) => log(x),
  sqrt: (x) => sqrt(x),
  rsqrt: (x) => 1 / sqrt(x),
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
  erf,
};

const positive = new Set(['log', 'sqrt', 'rsqrt']);

for (const build of testBuilds) {
  test.each(Object.keys(functions) as (keyof typeof functions)[])(`${build}: %s`, (name) => {
    const sizes = [1e-6, 0.01, 0.2, 0.3, 0.62, 0.64, 1, 2.5, 3.5, 20, 60];
    const x = Float32Array.from(
      sizes.flatMap((size) => [size, -size, size * 0.77, -size * 0.77]),
      (value) => (positive.has(name) ? abs(value) : value),
    );
    const values = name === 'erf' ? x.map((value) => value / 20) : x;
    const { kernels, put, room, read } = testKernels(build);
    const y = room(values.length);
    kernels.unary(put(values), y, values.length / 4, functionCodes[name], ALPHA);
    const found = read(y, values.length);
    for (const [i, value] of values.entries()) {
      const expected = functions[name](value);
      // Polynomials of a few 1e-7 relatively; erf's is good to 1.5e-7 absolutely, and its terms of up to 1.5 round.
      const allowed = name === 'erf' ? 1.5e-7 + 4 * 1.5 * 2 ** -24 : abs(expected) * 1e-6 + 1e-38;
      expect(abs((found[i] as number) - expected)).toBeLessThanOrEqual(allowed);
    }
  });

  test(`${build}: what has no number`, () => {
    const { kernels, put, room, read } = testKernels(build);
    const at = (name: keyof typeof functionCodes, values: number[]): number[] => {
      const y = room(4);
      kernels.unary(put(values), y, 1, functionCodes[name], ALPHA);
      return [...read(y, 4)];
    };
    const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY];
    expect(at('exp', [inf, -inf, 100, -100])).toEqual([inf, 0, inf, 0]);
    expect(at('log', [0, -1, inf, 1])).toEqual([-inf, nan, inf, 0]);
    expect(at('relu', [nan, -inf, inf, -0])).toEqual([nan, 0, inf, expect.closeTo(0)]);
    expect(at('relu6', [nan, inf, 7, -1])).toEqual([nan, 6, 6, 0]);
    expect(at('sigmoid', [inf, -inf, 200, -200])).toEqual([1, 0, 1, 0]);
    expect(at('tanh', [inf, -inf, 50, -50])).toEqual([1, -1, 1, -1]);
  });

  test(`${build}: functions of two elements, with broadcasting`, () => {
    const combine: Readonly<Record<keyof typeof binaryCodes, (a: number, b: number) => number>> = {
      add: (a, b) => a + b,
      sub: (a, b) => a - b,
      mul: (a, b) => a * b,
      div: (a, b) => a / b,
      maximum: max,
      minimum: min,
      squaredDifference: (a, b) => (a - b) ** 2,
      prelu: (a, b) => (a < 0 ? a * b : a),
    };
    const [n, rows, columns, channels] = [2, 3, 2, 8];
    const a = testNumbers(n * rows * columns * channels, 1);
    const gate = testNumbers(n * channels, 2);
    const each = testNumbers(n * rows * columns, 3);
    for (const [name, fn] of Object.entries(combine) as [
      keyof typeof binaryCodes,
      (a: number, b: number) => number,
    ][]) {
      const { kernels, put, room, read } = testKernels(build);
      const y = room(a.length);
      const aSteps = [rows * columns * channels * 4, columns * channels * 4, channels * 4, 1];
      const code = binaryCodes[name];
      kernels.binary(
        put(a),
        put(gate),
        y,
        n,
        rows,
        columns,
        channels / 4,
        ...aSteps,
        channels * 4,
        0,
        0,
        1,
        code,
        1,
      );
      for (const [i, found] of read(y, a.length).entries()) {
        const image = Math.floor(i / (rows * columns * channels));
        const expected = max(0, fn(a[i] as number, gate[image * channels + (i % channels)] as number));
        expect(abs(found - expected)).toBeLessThanOrEqual(abs(expected) * 2 ** -22);
      }
      // One float for all channels of a pixel, on the left.
      const bSteps = [rows * columns * 4, columns * 4, 4, 0];
      kernels.binary(put(each), put(a), y, n, rows, columns, channels / 4, ...bSteps, ...aSteps, code, 0);
      for (const [i, found] of read(y, a.length).entries()) {
        const expected = fn(each[Math.floor(i / channels)] as number, a[i] as number);
        expect(abs(found - expected)).toBeLessThanOrEqual(abs(expected) * 2 ** -22);
      }
    }
  });

  test(`${build}: reductions over pixels and over any axes agree with plain sums`, () => {
    const [n, h, w, c] = [2, 3, 5, 8];
    const x = testNumbers(n * h * w * c, 5);
    for (const [name, code] of Object.entries(reduceCodes)) {
      const { kernels, put, room, read } = testKernels(build);
      const [y, z] = [room(n * c), room(n * w)];
      kernels.pool(put(x), y, n, h, w, c, 1, 1, h, w, 1, 1, 0, 0, code);
      const share = name === 'mean' ? 1 / (h * c) : 1;
      kernels.reduceAxes(
        put(x),
        z,
        room(2 * n * w),
        n,
        h,
        w,
        c,
        h * w * c,
        w * c,
        c,
        w,
        0,
        1,
        0,
        n * w,
        code,
        share,
      );
      const over = (values: number[]): number => {
        if (name === 'max') return max(...values);
        if (name === 'min') return min(...values);
        return values.reduce((sum, value) => sum + value, 0) / (name === 'mean' ? values.length : 1);
      };
      for (const [i, found] of read(y, n * c).entries()) {
        const image = [...x.slice(Math.floor(i / c) * h * w * c, (Math.floor(i / c) + 1) * h * w * c)];
        expect(found).toBeCloseTo(over(image.filter((_, at) => at % c === i % c)), 5);
      }
      for (const [i, found] of read(z, n * w).entries()) {
        const image = [...x.slice(Math.floor(i / w) * h * w * c, (Math.floor(i / w) + 1) * h * w * c)];
        expect(found).toBeCloseTo(over(image.filter((_, at) => Math.floor(at / c) % w === i % w)), 5);
      }
    }
  });

  test(`${build}: sums of thousands of values are rounded once`, () => {
    const [side, c] = [128, 4];
    // Far from zero: added up one by one in float32, these lose hundreds of roundings.
    const x = Float32Array.from(testNumbers(side * side * c, 6), (value) => value + 100);
    const exact = [0, 1, 2, 3].map((at) =>
      x.reduce((sum, value, i) => (i % c === at ? sum + value : sum), 0),
    );
    const { kernels, put, room, read } = testKernels(build);
    const [y, z] = [room(c), room(c)];
    const from = put(x);
    kernels.pool(from, y, 1, side, side, c, 1, 1, side, side, 1, 1, 0, 0, reduceCodes.mean);
    const steps = [side * side * c, side * c, c, 0, 0, 0, 1, c];
    kernels.reduceAxes(from, z, room(2 * c), 1, side, side, c, ...steps, reduceCodes.sum, 1);
    for (const [at, sum] of exact.entries()) {
      expect(abs((read(y, c)[at] as number) * side ** 2 - sum)).toBeLessThanOrEqual(sum * 2 ** -24);
      expect(abs((read(z, c)[at] as number) - sum)).toBeLessThanOrEqual(sum * 2 ** -24);
    }
  });
}
