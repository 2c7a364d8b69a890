// Knows how far apart the outputs of two runs are, in float64.
import { type Distance, InternalError } from '@asfp/core';

/** One output of both runs, with the same shape; rows are along the last axis. */
export interface OutputPair {
  readonly name: string;
  readonly rowLength: number;
  readonly a: ArrayLike<number>;
  readonly b: ArrayLike<number>;
}

/** Compares the outputs pair by pair; throws an internal error when lengths differ. A NaN on one side only counts as an infinite error. */
export function compareRuns(pairs: readonly OutputPair[]): Distance {
  let maxAbsError = 0;
  let maxRelError = 0;
  for (const { name, a, b } of pairs) {
    if (a.length !== b.length)
      throw new InternalError(`output ${name}: ${a.length} values against ${b.length}`);
    let difference = 0;
    let largest = 0;
    for (let i = 0; i < a.length; i++) {
      const [x, y] = [a[i] as number, b[i] as number];
      const bothNaN = Number.isNaN(x) && Number.isNaN(y);
      const apart = x === y || bothNaN ? 0 : Math.abs(x - y);
      difference = Math.max(difference, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
      if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x));
    }
    maxAbsError = Math.max(maxAbsError, difference);
    if (difference > 0)
      maxRelError = Math.max(maxRelError, largest === 0 ? Number.POSITIVE_INFINITY : difference / largest);
  }
  return { maxAbsError, maxRelError, argmaxAgreement: agreement(pairs[0]) };
}

function agreement(pair: OutputPair | undefined): number {
  if (pair === undefined || pair.a.length === 0) return 1;
  const rows = pair.a.length / pair.rowLength;
  let same = 0;
  for (let row = 0; row < rows; row++) {
    if (
      argmax(pair.a, row * pair.rowLength, pair.rowLength) ===
      argmax(pair.b, row * pair.rowLength, pair.rowLength)
    )
      same++;
  }
  return same / rows;
}

function argmax(values: ArrayLike<number>, from: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++)
    if ((values[from + i] as number) > (values[from + best] as number)) best = i;
  return best;
}
