import {
  type Graph,
  type HostTensor,
  narrow,
  parseGraph,
  readModel,
  runGraph,
  writeGraphModel,
} from '@asfp/core';
import { expect, test } from 'vitest';
import { compact } from '../compact.ts';
import { runPasses } from '../pipeline/runPasses.ts';
import { narrowWeights } from './narrowWeights.ts';

const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,4,4,3]
k = const float32[3,3,3,4] seed=1
b = const float32[4] seed=2
c = conv2d(x, k, b) activation="relu" pad="same" strides=[1,1]
m = mean(c) axes=[1,2] keepDims=false
d = const float32[4,2] seed=3
y = matMul(m, d)
e = const float32[2] seed=4
z = binary(y, e) fn="mul"
output "z" = z
`);

function tensorOf(of: Graph, name: string): HostTensor {
  const node = of.nodes.find((each) => each.name === name);
  if (node?.op !== 'const') throw new Error(`no constant ${name}`);
  return node.attrs.tensor;
}

test.each(['float16', 'uint16', 'uint8'] as const)(
  '%s: kernels alone, and what is written is what was meant',
  (to) => {
    const { graph: narrowed, records } = runPasses(graph, [narrowWeights(to)]);
    expect(records).toMatchObject([{ name: 'narrowWeights', changed: true }]);
    expect(records[0]?.notes.join('\n')).toMatch(
      to === 'float16'
        ? /^2 kernels as float16$/
        : /^2 kernels as \w+, filters off by [\d.]+ % of their norm at most$/,
    );
    const forms = ['k', 'b', 'd', 'e'].map((name) => tensorOf(narrowed, name).stored?.dtype);
    expect(forms).toEqual([to, undefined, to, undefined]);
    const read = readModel(writeGraphModel(narrowed), 'm');
    for (const name of ['k', 'b', 'd', 'e']) expect(tensorOf(read, name)).toEqual(tensorOf(narrowed, name));
    const feeds = { x: { shape: [1, 4, 4, 3], values: Float32Array.from({ length: 48 }, (_, i) => i % 5) } };
    expect(runGraph(read, feeds)).toEqual(runGraph(narrowed, feeds));
  },
);

test('what is stored as narrow already stays bit for bit, and what cannot be held stays float32', () => {
  const narrowed = narrowWeights('uint8').run(graph).graph;
  const again = narrowWeights('float16').run(narrowed);
  expect(again).toEqual({ graph: narrowed, notes: ['k stays uint8, as it was', 'd stays uint8, as it was'] });
  expect(again.graph).toBe(narrowed);
  const large = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,2]
k = const float32[2,2] values=[1,2,3,70000]
y = matMul(x, k)
output "y" = y
`);
  expect(narrowWeights('float16').run(large)).toEqual({
    graph: large,
    notes: ['k stays float32: it has numbers that float16 cannot hold'],
  });
});

test('integers too coarse for the smallest filter: that kernel becomes float16, by its own filters', () => {
  const text = (layer: string, shape: string): string => `graph "g"
x = input dtype="float32" shape=[null,1,1,2]
k = const float32[${shape}] values=[1,0.0255,-1,0.0255]
${layer}
output "y" = y
`;
  const conv = 'y = conv2d(x, k) pad="same" strides=[1,1]';
  const transposed = 'y = convTranspose2d(x, k) pad="same" size=[1,1] strides=[1,1]';
  const forms = (layer: string, shape: string): [string | undefined, string] => {
    const { graph: narrowed, notes } = narrowWeights('uint8').run(parseGraph(text(layer, shape)));
    return [tensorOf(narrowed, 'k').stored?.dtype, notes.join('; ')];
  };
  // Steps of 2/255; the second filter is [0.0255, 0.0255], a quarter of a step off.
  expect(forms(conv, '1,1,2,2')).toEqual([
    'float16',
    '0 kernels as uint8, filters off by 0 % of their norm at most; 1 kernels as float16, where uint8 moves a filter by more than 5 % of its norm: k (7.7 %)',
  ]);
  // Its filters are the rows, and each has a weight that the steps are small for.
  expect(forms(transposed, '1,1,2,2')[0]).toBe('uint8');
});

test('a quantized kernel that is only cut keeps its numbers', () => {
  const text = `graph "g"
x = input dtype="float32" shape=[null,2]
k = const float32[2,3] values=[1,0,2,3,0,4]
h = matMul(x, k) activation="relu"
d = const float32[3,2] values=[1,2,3,4,5,6]
y = matMul(h, d)
output "y" = y
`;
  const quantized = narrowWeights('uint8').run(parseGraph(text)).graph;
  const small = compact(quantized).graph;
  const [k, d] = [tensorOf(small, 'h/kernel'), tensorOf(small, 'y/kernel')];
  const [k0, d0] = [tensorOf(quantized, 'k'), tensorOf(quantized, 'd')];
  expect([k.shape, d.shape]).toEqual([
    [2, 2],
    [2, 2],
  ]);
  expect([...(k.stored?.values ?? [])]).toEqual([0, 2, 3, 5].map((i) => k0.stored?.values[i]));
  expect([...(d.stored?.values ?? [])]).toEqual([0, 1, 4, 5].map((i) => d0.stored?.values[i]));
  expect([k.stored?.scale, d.stored?.min]).toEqual([k0.stored?.scale, d0.stored?.min]);
});

test('a quantized bias that only changes its place keeps its numbers', () => {
  const text = `graph "g"
x = input dtype="float32" shape=[null,2,2,2]
k = const float32[1,1,2,3] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
b = const float32[1,1,1,3] seed=2
s = binary(c, b) fn="add"
y = unary(s) fn="relu"
output "y" = y
`;
  const plain = parseGraph(text);
  const half = narrow(tensorOf(plain, 'b'), 'float16') as HostTensor;
  const quantized: Graph = {
    ...plain,
    nodes: plain.nodes.map((node) =>
      node.op === 'const' && node.name === 'b' ? { ...node, attrs: { tensor: half } } : node,
    ),
  };
  expect(tensorOf(compact(quantized).graph, 'c/bias')).toEqual({ ...half, shape: [3] });
});
