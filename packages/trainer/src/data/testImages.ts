// Knows how to give test pictures away, for a page or a proof, as they are.
import { type Dataset, imageAt } from './dataset.ts';

/** One test picture. */
export interface TestImage {
  /** `[h, w, c]`, 0 … 255. */
  readonly pixels: Uint8Array;
  readonly label: number;
}

/** The first `count` test pictures, or as many as there are. */
export function testImages(dataset: Dataset, count: number): TestImage[] {
  const { test } = dataset;
  return Array.from({ length: Math.min(count, test.count) }, (_, position) => ({
    pixels: imageAt(test, position),
    label: test.labels[position] as number,
  }));
}
