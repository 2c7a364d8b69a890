import { type Graph, type ProofRun, parseGraph, writeGraphModel } from '@asfp/core';
import { expect, test } from 'vitest';
import { inMemory, proveModels } from './proveModels.ts';

const network = (shape: string, weight: number, middle = ''): Graph =>
  parseGraph(`graph "g"
x = input dtype="float32" shape=${shape}
k = const float32[3,3,2,2] seed=1
b = const float32[2] values=[0.5,-0.25]
d = const float32[2,2] values=[1,2,${weight},4]
c = conv2d(x, k, b) activation="relu" pad="same" strides=[1,1]
${middle}
m = mean(${middle === '' ? 'c' : 'o'}) axes=[1,2] keepDims=false
y = matMul(m, d)
output "y" = y
`);

const opaque = 'o = opaque(c) attr={} kind="Cos"';
const fixed = '[null,5,6,2]';

async function runsOf(a: Graph, b: Graph): Promise<readonly ProofRun[]> {
  return (await proveModels(inMemory(a, 'a'), inMemory(b, 'b'))).runs ?? [];
}

test('the same network: both runners, all values, batch 4 and 1, each with its tolerance', async () => {
  const runs = await runsOf(network(fixed, 3), network(fixed, 3));
  expect(
    runs.map(({ runner, case: name, images, shapes }) => [runner, name, images.length, shapes['x']]),
  ).toEqual(
    ['oracle', 'tfjs wasm'].flatMap((runner) => [
      [runner, 'seeded', 4, [4, 5, 6, 2]],
      [runner, 'edges', 4, [4, 5, 6, 2]],
      [runner, 'large', 1, [1, 5, 6, 2]],
    ]),
  );
  expect(runs[1]?.images).toEqual(['zeros', 'ones', 'minus ones', 'low and high']);
  expect(
    runs.every(({ passed, maxRelError, tolerance }) => passed && maxRelError === 0 && tolerance < 5e-5),
  ).toBe(true);
});

test('answers without a single number prove nothing', async () => {
  const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,2]
m = unary(x) fn="abs"
n = unary(m) fn="neg"
o = const float32[2] values=[-1,-1]
s = binary(n, o) fn="add"
y = unary(s) fn="log"
output "y" = y
`);
  await expect(proveModels(inMemory(graph, 'a'), inMemory(graph, 'b'))).rejects.toThrow(
    'a: expected a model that the interpreter or tfjs can run, found no answer that is a number',
  );
});

test('one weight altered by a thousandth: the oracle and tfjs each see it', async () => {
  const runs = await runsOf(network(fixed, 3), network(fixed, 3.003));
  for (const runner of ['oracle', 'tfjs wasm']) {
    const own = runs.filter((run) => run.runner === runner);
    expect(own.find((run) => run.case === 'seeded')).toMatchObject({ passed: false, where: 'y' });
  }
});

test('a file that says something else than its graph: tfjs alone sees it', async () => {
  const [good, bad] = [network(fixed, 3), network(fixed, 4)];
  const { runs = [], passed } = await proveModels(inMemory(good, 'a'), {
    graph: good,
    files: writeGraphModel(bad),
    where: 'b',
  });
  expect(passed).toBe(false);
  expect([...new Set(runs.filter((run) => !run.passed).map(({ runner }) => runner))]).toEqual(['tfjs wasm']);
});

test('an op that the oracle does not know: tfjs alone proves it, and that is said', async () => {
  const [a, b] = [network(fixed, 3, opaque), network(fixed, 3.01, opaque)];
  const proof = await proveModels(inMemory(a, 'a'), inMemory(a, 'b'));
  expect(proof).toMatchObject({ passed: true, notRun: ['oracle: it does not know the op Cos (o)'] });
  expect(new Set(proof.runs?.map(({ runner }) => runner))).toEqual(new Set(['tfjs wasm']));
  expect((await proveModels(inMemory(a, 'a'), inMemory(b, 'b'))).passed).toBe(false);
});

test('an op that the wasm backend lacks: the cpu backend proves it, and that is said', async () => {
  // The equation is abcd,abcd->abcd, in base64.
  const graph = network(
    fixed,
    3,
    'o = opaque(c, c) attr={"equation":{"s":"YWJjZCxhYmNkLT5hYmNk"}} kind="Einsum"',
  );
  const { runs, notRun } = await proveModels(inMemory(graph, 'a'), inMemory(graph, 'b'));
  expect(new Set(runs?.map(({ runner }) => runner))).toEqual(new Set(['tfjs cpu']));
  expect(notRun?.[1]).toMatch(/^tfjs wasm, .*Einsum/);
});

test('open sizes: two of them, and the ones that the network refuses by name', async () => {
  const graph = network('[null,null,null,2]', 3, 'o = slice(c) begin=[0,64,0,0] size=[-1,1,1,-1]');
  const { runs = [], notRun } = await proveModels(inMemory(graph, 'a'), inMemory(graph, 'b'));
  expect(new Set(runs.map(({ shapes }) => shapes['x']?.join()))).toEqual(
    new Set(['4,96,80,2', '1,96,80,2', '1,128,96,2']),
  );
  expect(notRun?.[0]).toMatch(/^size 64×64: /);
});

test('a fixed batch: as many runs as there are images', async () => {
  const graph = network('[1,5,6,2]', 3);
  const { runs = [], notRun } = await proveModels(inMemory(graph, 'a'), inMemory(graph, 'b'));
  expect(runs.filter(({ runner }) => runner === 'oracle')).toHaveLength(9);
  expect(notRun).toEqual(['other batches: the model is made for 1']);
});
