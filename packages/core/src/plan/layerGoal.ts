// Knows the share of filters that one layer loses in the end: the common rate, its own, or none.

/** Rates by layer; names may hold `*` for any text. */
export interface LayerRates {
  readonly rate: number;
  /** Layers that keep all filters. */
  readonly exclude: readonly string[];
  /** Rates of some layers, by name or pattern; of several that fit, the last counts. */
  readonly layerRates: Readonly<Record<string, number>>;
}

/** The goal rate of a layer; `exclude` goes before `layerRates`, and that before the common rate. */
export function layerGoal(name: string, { rate, exclude, layerRates }: LayerRates): number {
  if (exclude.some((pattern) => fitsPattern(name, pattern))) return 0;
  const own = Object.entries(layerRates).filter(([pattern]) => fitsPattern(name, pattern));
  return own.at(-1)?.[1] ?? rate;
}

/** Whether a name is a pattern's: `*` stands for any text, also none. */
export function fitsPattern(name: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  if (others.length === 0) return name === pattern;
  const last = others.pop() as string;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
