import { expect, test } from 'vitest';
import { fromFloat16, toFloat16 } from './float16.ts';

/** The definition, by its parts as text. */
function byDefinition(bits: number): number {
  const digits = bits.toString(2).padStart(16, '0');
  const sign = digits[0] === '1' ? -1 : 1;
  const exponent = Number.parseInt(digits.slice(1, 6), 2);
  const fraction = Number.parseInt(digits.slice(6), 2) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction);
}

test('all 65,536 bit patterns are read by the definition and written back as they were', () => {
  const wrong: unknown[] = [];
  for (let bits = 0; bits < 65536; bits++) {
    const value = fromFloat16(bits);
    const back = Number.isNaN(value) ? 0x7e00 : bits;
    if (!Object.is(value, byDefinition(bits)) || toFloat16(value) !== back) wrong.push({ bits, value });
  }
  expect(wrong).toEqual([]);
});

test('between any two neighbours the nearest is taken, and from the middle the even one', () => {
  const wrong: unknown[] = [];
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [fromFloat16(bits), fromFloat16(bits + 1)];
    const [middle, little] = [(low + high) / 2, (high - low) * 2 ** -14];
    const even = bits % 2 === 0 ? bits : bits + 1;
    const found = [middle, middle - little, middle + little, -middle].map(toFloat16);
    if (String(found) !== String([even, bits, bits + 1, even | 0x8000])) wrong.push({ bits, found });
  }
  expect(wrong).toEqual([]);
});

test('what is too large becomes infinite, what is too small zero', () => {
  expect([65519.99, 65520, -1e30, Infinity, 2 ** -25, 2 ** -24, -0, NaN].map(toFloat16)).toEqual([
    0x7bff, 0x7c00, 0xfc00, 0x7c00, 0, 1, 0x8000, 0x7e00,
  ]);
});
