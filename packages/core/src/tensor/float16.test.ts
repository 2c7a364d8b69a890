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
  for (let bits = 0; bits < 65536; bits++) {
    const value = fromFloat16(bits);
    if (!Object.is(value, byDefinition(bits))) expect([bits, value]).toEqual([bits, byDefinition(bits)]);
    const back = Number.isNaN(value) ? 0x7e00 : bits;
    if (toFloat16(value) !== back) expect([bits, toFloat16(value)]).toEqual([bits, back]);
  }
});

test('between any two neighbours the nearest is taken, and from the middle the even one', () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [fromFloat16(bits), fromFloat16(bits + 1)];
    const middle = (low + high) / 2;
    const even = bits % 2 === 0 ? bits : bits + 1;
    const found = [middle, middle - (high - low) * 2 ** -14, middle + (high - low) * 2 ** -14].map(toFloat16);
    if (found[0] !== even || found[1] !== bits || found[2] !== bits + 1) {
      expect(found).toEqual([even, bits, bits + 1]);
    }
    if (toFloat16(-middle) !== (even | 0x8000)) expect(toFloat16(-middle)).toBe(even | 0x8000);
  }
});

test('what is too large becomes infinite, what is too small zero', () => {
  expect([65519.99, 65520, -1e30, Infinity, 2 ** -25, 2 ** -24, -0, NaN].map(toFloat16)).toEqual([
    0x7bff, 0x7c00, 0xfc00, 0x7c00, 0, 1, 0x8000, 0x7e00,
  ]);
});
