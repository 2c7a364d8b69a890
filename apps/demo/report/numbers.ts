// Knows how numbers are written: three significant digits for measurements, units, a spread where there is one.

/** Between a number and its unit: no line break. */
const gap = '\u00a0';
/** Between thousands. */
const thin = '\u202f';

/** Between the ends of an interval; the word joiner is there since a line may break after a dash. */
const dash = `${gap}–\u2060${gap}`;

/** What stands where a number would, had it been measured. */
export const notMeasured = 'not measured';

/** A count in full, thousands apart: `12 239 488`. */
export function exact(count: number): string {
  const [whole = '', fraction] = plain(count).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thin);
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A measurement with three significant digits, never with an exponent: `1.24`, `0.0457`, `1 230`. */
export function rounded(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const parts = value.toPrecision(digits);
  if (!parts.includes('e'))
    return parts.includes('.') || Math.abs(value) < 1000 ? minus(parts) : exact(Number(parts));
  return Math.abs(value) >= 1 ? exact(Number(parts)) : minus(Number(parts).toFixed(12).replace(/0+$/, ''));
}

/** A number that was chosen, not measured, without zeros at its end: `0.005`. */
export function lean(value: number, digits = 3): string {
  return Number.isFinite(value) ? exact(Number(value.toPrecision(digits))) : notFinite(value);
}

/** Two figures with their unit once where it is the same: `4.71` and `1.87 ms`. */
export function fromTo(before: string, after: string): readonly [string, string] {
  const [number = '', unit] = before.split(gap);
  return [unit !== undefined && after.endsWith(`${gap}${unit}`) ? number : before, after];
}

/** Milliseconds. */
export function ms(value: number): string {
  return `${rounded(value)}${gap}ms`;
}

/** An interval without its unit: `1.24 – 1.31`. */
export function interval([low, high]: readonly [number, number]): string {
  return `${rounded(low)}${dash}${rounded(high)}`;
}

/** An interval in milliseconds. */
export function msInterval(range: readonly [number, number]): string {
  return `${interval(range)}${gap}ms`;
}

/** A share as a percentage: `percent(0.5172)` is `51.7 %`. */
export function percent(share: number, decimals = 1): string {
  return Number.isFinite(share) ? `${minus((share * 100).toFixed(decimals))}${gap}%` : notFinite(share);
}

/** An interval of shares as percentages: `85.8 – 87.2 %`. */
export function percentInterval(range: readonly [number, number]): string {
  return `${range.map((share) => (share * 100).toFixed(1)).join(dash)}${gap}%`;
}

/** A difference of two shares in percentage points, without its sign. */
export function points(difference: number): string {
  return (Math.abs(difference) * 100).toFixed(1);
}

/** A factor: `2.1×`. */
export function times(factor: number, digits = 2): string {
  return `${rounded(factor, digits)}×`;
}

/** A count with three digits and a letter for thousands, millions or billions: `12.2 M`. */
export function short(count: number): string {
  const [scaled, letter] = scale(count, ['', 'k', 'M', 'G']);
  return letter === '' ? exact(scaled) : `${rounded(scaled)}${gap}${letter}`;
}

/** Bytes, in powers of 1000: `303 kB`. */
export function bytes(count: number): string {
  const [scaled, unit] = scale(count, ['B', 'kB', 'MB', 'GB']);
  return `${unit === 'B' ? exact(scaled) : rounded(scaled)}${gap}${unit}`;
}

/** A small error in powers of ten: `3.12 × 10⁻⁷`; zero stays 0. */
export function power(value: number): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return notFinite(value);
  const [factor = '', exponent = '0'] = value.toExponential(2).split('e');
  const digits = [...String(Number(exponent))].map((sign) =>
    sign === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)],
  );
  const lean = factor.replace(/\.?0+$/, '');
  return lean === '1' ? `10${digits.join('')}` : `${lean}${gap}×${gap}10${digits.join('')}`;
}

function scale(count: number, units: readonly string[]): readonly [number, string] {
  let scaled = count;
  let at = 0;
  // 999 950 has three digits only as 1.00 M.
  while (Math.abs(scaled) >= 999.5 && at < units.length - 1) {
    scaled /= 1000;
    at++;
  }
  return [scaled, units[at] ?? ''];
}

function plain(value: number): string {
  return Number.isFinite(value) ? minus(String(value)) : notFinite(value);
}

function minus(text: string): string {
  return text.replace('-', '−');
}

/** JSON has no infinity: what was one when written is null when read. */
function notFinite(value: number | null): string {
  return value === Number.POSITIVE_INFINITY || value === null ? 'infinite' : 'not a number';
}
