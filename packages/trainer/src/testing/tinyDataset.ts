// Knows a data set that a small network can train on in a test within a second.
import { rngFromSeed } from '@asfp/core';
import { channelMoments } from '../data/channelMoments.ts';
import type { Dataset, PixelSplit } from '../data/dataset.ts';

/** 8×8×1 images of noise in two classes, the upper half or the lower half brighter. */
export function tinyDataset(trainCount: number, testCount: number): Dataset<PixelSplit> {
  const rng = rngFromSeed(3);
  const draw = (count: number): PixelSplit => {
    const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
    const pixels = Uint8Array.from({ length: 64 * count }, (_, at) => {
      const upper = at % 64 < 32;
      return rng.int(128) + (upper === ((labels[at >> 6] as number) === 0) ? 100 : 0);
    });
    return { count, pixels, labels };
  };
  const train = draw(trainCount);
  return {
    name: 'tiny',
    why: 'a test',
    source: 'a test',
    train,
    test: draw(testCount),
    height: 8,
    width: 8,
    channels: 1,
    labels: ['upper', 'lower'],
    ...channelMoments(train.pixels, 1),
  };
}
