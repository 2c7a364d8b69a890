// Knows round numbers for axes.

/** Round steps of 1, 2 or 5 times a power of ten that cover `low` to `high` with at most `most` intervals; the first is at or below `low`, the last at or above `high`. */
export function ticks(low: number, high: number, most: number): number[] {
  if (!(high > low)) return [low, low + 1];
  const rough = (high - low) / most;
  const base = 10 ** Math.floor(Math.log10(rough));
  const covers = (step: number): boolean =>
    Math.ceil(high / step - 1e-9) - Math.floor(low / step + 1e-9) <= most;
  const step = [1, 2, 5, 10, 20, 50].map((factor) => factor * base).find(covers) ?? 100 * base;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
