import { type Graph, parseGraph } from '@asfp/core';
import { expect, test } from 'vitest';
import { proveOnOracle, workOf } from './oracleProof.ts';
import { type ProofCase, proofCases } from './proofCases.ts';

const network = (weight: number, side = 160): Graph =>
  parseGraph(`graph "g"
x = input dtype="float32" shape=[null,${side},${side},1]
k = const float32[3,3,1,1] values=[1,2,3,4,${weight},6,7,8,9]
c = conv2d(x, k) pad="same" strides=[2,2]
y = mean(c) axes=[1,2] keepDims=false
output "y" = y
`);

const graph = network(5);
const { cases } = proofCases(graph);
const perImage = workOf(graph, (cases[0] as ProofCase).feeds);

/** Runner's shapes by case under a budget of so many runs of one image. */
function ran(images: number, after = graph): { runs: string[]; notRun: readonly string[] } {
  // Three passes for each image: the original, its bound, the compact one.
  const { runs, notRun } = proveOnOracle(graph, after, cases, false, 3.01 * images * perImage);
  return { runs: runs.map((run) => `${run.case} ${run.shapes['x']?.join('×')}`), notRun };
}

test('the work of an image is its multiply-adds and a share for each value', () => {
  expect(perImage).toBe(80 * 80 * 9 + 9 + 20 * (160 * 160 + 80 * 80 + 1));
});

test('the budget decides: all cases, one image of each kind, one image, a smaller one, none', () => {
  expect(ran(9)).toEqual({
    runs: ['seeded 4×160×160×1', 'edges 4×160×160×1', 'large 1×160×160×1'],
    notRun: [],
  });
  expect(ran(2).runs).toEqual(['seeded 1×160×160×1', 'large 1×160×160×1']);
  expect(ran(1).runs).toEqual(['seeded 1×160×160×1']);
  const small = ran(0.7);
  expect(small.runs).toEqual(['seeded 1×64×64×1', 'large 1×64×64×1']);
  expect(small.notRun[0]).toMatch(
    /one image each of: seeded, large, and of 64×64 instead of the model's own size$/,
  );
  expect(ran(0.01)).toMatchObject({ runs: [], notRun: [expect.stringMatching(/which one image exceeds$/)] });
});

test('a smaller picture that disagrees says nothing, the model’s own size disagrees', () => {
  expect(ran(0.7, network(5.01)).runs).toEqual([]);
  expect(proveOnOracle(graph, network(5.01), cases).runs.map(({ passed }) => passed)).toEqual([
    false,
    false,
    false,
  ]);
});
