import { costTable, type Graph, parseGraph, runGraph } from '@asfp/core';
import { graphFromSeed, withStandIns } from '@asfp/core/testing';
import { expect, test } from 'vitest';
import { compact } from '../compact.ts';
import { proveEqual } from '../proof/proveEqual.ts';
import { foldBorders } from './foldBorders.ts';

/** Two of four filters are zero and leave 0.5 and 2 to what reads them. */
const withTail = (tail: string): Graph =>
  parseGraph(`graph "g"
x = input dtype="float32" shape=[null,5,5,1]
k = const float32[1,1,1,4] values=[1,0,2,0]
b = const float32[4] values=[0,0.5,0,2]
c = conv2d(x, k, b) activation="relu" pad="same" strides=[1,1]
d = const float32[3,3,4,1] seed=2
w = const float32[3,3,4,2] seed=3
${tail}
output "y" = y
`);

const tails = {
  'SAME padding': 'y = conv2d(c, w) pad="same" strides=[1,1]',
  'an explicit frame': `p = pad(c) paddings=[[0,0],[1,1],[1,1],[0,0]] value=0
y = conv2d(p, w) pad="valid" strides=[1,1]`,
  'a depthwise convolution between': `e = depthwiseConv2d(c, d) pad="same" strides=[1,1]
y = conv2d(e, w) pad="same" strides=[1,1]`,
};

for (const [name, tail] of Object.entries(tails)) {
  test(`${name}: inside the image nothing changes, and no filter has to carry a constant`, () => {
    const graph = withTail(tail);
    const { graph: folded, notes } = foldBorders.run(graph);
    expect(notes.length).toBeGreaterThan(0);
    const feeds = { x: { shape: [1, 5, 5, 1], values: Array.from({ length: 25 }, (_, i) => Math.sin(i)) } };
    const [a, b] = [graph, folded].map((each) => runGraph(each, feeds).get('y')?.values ?? []);
    const apart = (row: number, col: number): number =>
      Math.abs((a?.[(row * 5 + col) * 2] as number) - (b?.[(row * 5 + col) * 2] as number));
    expect(apart(2, 2)).toBeLessThan(1e-6);
    expect(apart(0, 0)).toBeGreaterThan(1e-3);
    const { graph: small } = compact(folded);
    expect(proveEqual(folded, small, 4)).toMatchObject({ passed: true });
    expect(costTable(small).layers[0]?.filters).toBe(2);
    expect(costTable(compact(graph).graph).layers[0]?.filters).toBeGreaterThan(2);
  });
}

test('where no padding shows there is nothing to do', () => {
  const graph = withTail('y = conv2d(c, w) pad="valid" strides=[1,1]');
  expect(foldBorders.run(graph)).toEqual({ graph, notes: [] });
});

test('random graphs: what is folded stays a legal graph, and compacts', () => {
  for (let seed = 0; seed < 30; seed++) {
    const { graph: folded } = foldBorders.run(graphFromSeed(seed));
    const [before, after] = [withStandIns(folded), withStandIns(compact(folded).graph)];
    expect({ seed, ...proveEqual(before, after, 2) }).toMatchObject({ passed: true });
  }
});
