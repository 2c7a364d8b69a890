// Knows that costs are found again in times that were made of them, and what choosing by wrong ones loses.
import { rngFromSeed } from '@asfp/core';
import { expect, test } from 'vitest';
import { convCost } from '../src/compiled/chooseConv.ts';
import { type ConvSize, type ConvWay, type ConvWork, convWork } from '../src/compiled/convWork.ts';
import { fitCosts, type LayerTimes, leastSquares, regrets } from './fitCosts.ts';

const truth: Readonly<Record<ConvWay, ConvWork>> = {
  gemm: { multiply: 0.02, lay: 0.1, store: 0.05, far: 0.03 },
  sixPoints: { multiply: 0.025, lay: 0.2, store: 0.3, far: 0.04 },
  fourPoints: { multiply: 0.022, lay: 0.15, store: 0, far: 0.02 },
};
const sides = [1, 3, 7, 14, 28, 56];
const widths = [4, 16, 40, 64, 200, 512];
const sizes = sides.flatMap((side) =>
  widths.map(
    (cols, i): ConvSize => ({
      ...{ batch: 1, channels: widths[(i + side) % widths.length] as number, cols, kernel: [3, 3] },
      ...{ strides: [1, 1], dilations: [1, 1], yHeight: side, yWidth: side },
    }),
  ),
);
const layersOf = (noise: () => number): LayerTimes[] =>
  sizes.map((size) => {
    const ns = (way: ConvWay): number => convCost(convWork(size, way), truth[way]) * noise();
    return { size, ns: { gemm: ns('gemm'), sixPoints: ns('sixPoints'), fourPoints: ns('fourPoints') } };
  });

test('exact times give the costs back', () => {
  const fitted = fitCosts(layersOf(() => 1));
  for (const way of ['gemm', 'sixPoints', 'fourPoints'] as const) {
    for (const kind of ['multiply', 'lay', 'store', 'far'] as const)
      expect(fitted[way][kind]).toBeCloseTo(truth[way][kind], 3);
  }
  expect(
    regrets(
      layersOf(() => 1),
      fitted,
    ),
  ).toEqual({ mean: 1, worst: 1 });
});

test('noise of 5 % costs little, and no cost is negative', () => {
  const rng = rngFromSeed(3);
  const fitted = fitCosts(layersOf(() => Math.exp(0.05 * rng.normal())));
  expect(
    Math.min(...Object.values(fitted).flatMap((costs) => Object.values(costs) as number[])),
  ).toBeGreaterThanOrEqual(0);
  expect(
    regrets(
      layersOf(() => 1),
      fitted,
    ).worst,
  ).toBeLessThan(1.1);
  const wrong = { ...truth, gemm: { multiply: 0, lay: 0, store: 0, far: 0 } };
  expect(
    regrets(
      layersOf(() => 1),
      wrong,
    ).worst,
  ).toBeGreaterThan(2);
});

test('what pulls a coordinate below zero leaves it there', () => {
  // Without the bound the second coordinate would be −1.
  expect(
    leastSquares([
      [1, 0],
      [2, 1],
    ]),
  ).toEqual([expect.closeTo(0.6, 9), 0]);
});
