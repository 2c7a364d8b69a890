import { costTable, parseGraph } from '@asfp/core';
import { graphFromSeed, withStandIns } from '@asfp/core/testing';
import { expect, test } from 'vitest';
import { compact } from '../compact.ts';
import type { CutOptions } from '../cutOptions.ts';
import { proveEqual } from '../proof/proveEqual.ts';

/** Of eight filters, three are zero: two leave nothing, one leaves 0.5. */
const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,5,5,1]
k = const float32[1,1,1,8] values=[1,0,2,0,3,0,4,5]
b = const float32[8] values=[0,0,0,0.5,0,0,0,0]
w = const float32[1,1,8,2] seed=3
c = conv2d(x, k, b) activation="relu" pad="same" strides=[1,1]
y = conv2d(c, w) pad="same" strides=[1,1]
output "y" = y
`);

const filters = (options: CutOptions): number | undefined =>
  costTable(compact(graph, options).graph).layers.find(({ name }) => name === 'c')?.filters;

test('exact: all three go; keep: the one that leaves a constant stays', () => {
  expect(filters({})).toBe(5);
  expect(filters({ constants: 'keep' })).toBe(6);
});

test('multiples are filled with constant filters, up to the width that there was', () => {
  expect(filters({ multipleOf: 2 })).toBe(6);
  expect(filters({ multipleOf: 4 })).toBe(8);
  expect(filters({ multipleOf: 5 })).toBe(5);
  expect(filters({ multipleOf: 6 })).toBe(6);
  expect(filters({ multipleOf: 16 })).toBe(8);
});

test('whatever is asked, the network computes the same', () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = graphFromSeed(seed);
    for (const options of [{ constants: 'keep' as const }, { multipleOf: 4 }]) {
      const [before, after] = [withStandIns(random), withStandIns(compact(random, options).graph)];
      expect({ seed, options, ...proveEqual(before, after, 2) }).toMatchObject({ passed: true });
    }
  }
});
