// Knows how numbers look: digits, units, spaces, signs.
import { expect, test } from 'vitest';
import {
  bytes,
  exact,
  fromTo,
  interval,
  lean,
  ms,
  percent,
  points,
  power,
  rounded,
  short,
  times,
} from './numbers.ts';

/** Narrow and joined spaces as plain ones, so that expectations can be read. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ').replace(/\u2060/g, '');

test('counts are written in full, thousands apart', () => {
  expect([0, 999, 1000, 12239488, -1234].map((count) => plain(exact(count)))).toEqual([
    '0',
    '999',
    '1 000',
    '12 239 488',
    '−1 234',
  ]);
});

test('measurements have three significant digits and no exponent', () => {
  expect([1.2345, 0.045678, 1234.5, 99.96, 1e-7, -2.5, 0].map((value) => plain(rounded(value)))).toEqual([
    '1.23',
    '0.0457',
    '1 230',
    '100',
    '0.0000001',
    '−2.50',
    '0.00',
  ]);
});

test('what JSON could not hold is named', () => {
  expect(rounded(Number.POSITIVE_INFINITY)).toBe('infinite');
  expect(power(null as unknown as number)).toBe('infinite');
  expect(percent(Number.NaN)).toBe('not a number');
});

test('chosen numbers have no zeros at their end', () => {
  expect([0.005, 0.1, 0.020000000000000004, 20000].map((value) => plain(lean(value)))).toEqual([
    '0.005',
    '0.1',
    '0.02',
    '20 000',
  ]);
});

test('large counts and bytes carry a prefix, and never four digits before it', () => {
  expect([999, 999.5, 75002, 9145216, 999_950, 3.2e9].map((count) => plain(short(count)))).toEqual([
    '999',
    '1.00 k',
    '75.0 k',
    '9.15 M',
    '1.00 M',
    '3.20 G',
  ]);
  expect([12, 303080].map((count) => plain(bytes(count)))).toEqual(['12 B', '303 kB']);
});

test('errors are powers of ten', () => {
  expect([3.1226e-7, 1e-4, 0, 0.0213].map((value) => plain(power(value)))).toEqual([
    '3.12 × 10⁻⁷',
    '10⁻⁴',
    '0',
    '2.13 × 10⁻²',
  ]);
});

test('shares, factors, points and intervals', () => {
  expect(plain(percent(0.51704))).toBe('51.7 %');
  expect(points(-0.0021)).toBe('0.2');
  expect(times(2.4731)).toBe('2.5×');
  expect(plain(ms(1.2345))).toBe('1.23 ms');
  expect(plain(interval([4.6, 4.84]))).toBe('4.60 – 4.84');
});

test('a shared unit is written once', () => {
  expect(fromTo(ms(4.71), ms(1.87)).map(plain)).toEqual(['4.71', '1.87 ms']);
  expect(fromTo(bytes(1200), bytes(900)).map(plain)).toEqual(['1.20 kB', '900 B']);
});
