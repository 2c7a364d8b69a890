import { type Graph, parseGraph } from '@asfp/core';
import { expect, test } from 'vitest';
import { compact } from '../compact.ts';
import { proveEqual } from '../proof/proveEqual.ts';

const swapped = `s = reshape(c) shape=[-1,4,3,2,3]
t = transpose(s) perm=[0,1,2,4,3]
u = reshape(t) shape=[-1,4,3,6]`;

/** A layer of six filters, some of them zero with a bias, something that moves them, and a layer that reads the result. */
function between(kernel: string, moves: string, more = ''): Graph {
  return parseGraph(`graph "g"
x = input dtype="float32" shape=[null,4,3,1]
k = const float32[1,1,1,6] values=${kernel}
b = const float32[6] values=[1,2,3,4,5,6]
c = conv2d(x, k, b) pad="same" strides=[1,1]
${moves}
w = const float32[3,3,6,2] seed=1
y = conv2d(u, w) pad="valid" strides=[1,1]
output "y" = y
${more}`);
}

/** The nodes of the compacted graph other than weights, after a proof that it computes the same. */
function compacted(graph: Graph): string[] {
  const small = compact(graph).graph;
  expect(proveEqual(graph, small, 4)).toMatchObject({ passed: true });
  expect(compact(small).graph).toBe(small);
  return small.nodes.flatMap(({ name, op, inputs, attrs }) => {
    if (op === 'input' || op === 'const') return [];
    return [`${name} ${op} ${inputs[0]}${'shape' in attrs ? ` ${JSON.stringify(attrs.shape)}` : ''}`];
  });
}

function filtersOf(graph: Graph): number | undefined {
  const kernel = compact(graph).graph.nodes.find(({ name }) => name === 'c/kernel');
  return kernel?.op === 'const' ? kernel.attrs.tensor.shape.at(-1) : undefined;
}

test('uneven filters leave through a shuffle, which becomes a gather of those that are left', () => {
  const graph = between('[1,0,2,3,4,0]', swapped);
  expect(compacted(graph)).toEqual(['c conv2d x', 'u gather c', 'y conv2d u']);
  expect(filtersOf(graph)).toBe(4);
});

test('the same filters of each group leave it a shuffle', () => {
  const graph = between('[1,0,2,3,0,4]', swapped);
  expect(compacted(graph)).toEqual([
    'c conv2d x',
    'u/apart reshape c [-1,4,3,2,2]',
    'u/turned transpose u/apart',
    'u reshape u/turned [-1,4,3,4]',
    'y conv2d u',
  ]);
  expect(filtersOf(graph)).toBe(4);
});

test('filters whose constant is all that a padded layer reads leave through a shuffle, but for the carrier', () => {
  const graph = between('[1,0,2,0,0,3]', swapped);
  const padded = graph.nodes.map((node) =>
    node.name === 'y' && node.op === 'conv2d'
      ? { ...node, attrs: { ...node.attrs, pad: 'same' as const } }
      : node,
  );
  const same: Graph = { ...graph, nodes: padded };
  expect(compacted(same).slice(0, 2)).toEqual(['c conv2d x', 'u/apart reshape c [-1,4,3,2,2]']);
  expect(filtersOf(same)).toBe(4);
});

test('a shuffle of which nothing is cut stays as it was', () => {
  const graph = between('[1,2,3,4,5,6]', swapped);
  expect(compacted(graph)).toEqual([
    'c conv2d x',
    's reshape c [-1,4,3,2,3]',
    't transpose s',
    'u reshape t [-1,4,3,6]',
    'y conv2d u',
  ]);
});

test('a shuffle with the channels first for the time being', () => {
  const first = `a = transpose(c) perm=[0,3,1,2]
d = reshape(a) shape=[-1,3,2,4,3]
e = transpose(d) perm=[0,2,1,3,4]
f = reshape(e) shape=[-1,6,4,3]
u = transpose(f) perm=[0,2,3,1]`;
  expect(compacted(between('[1,0,2,3,4,0]', first))).toEqual(['c conv2d x', 'u gather c', 'y conv2d u']);
});

test('a shuffle that is written as a gather', () => {
  const gather = `i = const int32[6] values=[0,3,1,4,2,5]\nu = gather(c, i) axis=3`;
  const graph = between('[1,0,2,3,4,0]', gather);
  expect(compacted(graph)).toEqual(['c conv2d x', 'u gather c', 'y conv2d u']);
  expect(filtersOf(graph)).toBe(4);
});

test('half of the shuffled channels unread: their filters leave', () => {
  const half = `${swapped}
h = slice(u) begin=[0,0,0,0] size=[-1,-1,-1,2]
v = const float32[1,1,2,2] seed=2
z = conv2d(h, v) pad="same" strides=[1,1]`;
  const graph = between('[1,2,3,4,5,6]', half);
  const outputs = [{ name: 'z', from: 'z' }];
  expect(filtersOf({ ...graph, outputs })).toBe(2);
  expect(compacted({ ...graph, outputs })).toEqual(['c conv2d x', 'z conv2d c']);
});

test('turns that undo each other are taken out', () => {
  const there = 'a = transpose(c) perm=[0,3,1,2]\nu = transpose(a) perm=[0,2,3,1]';
  expect(compacted(between('[1,2,3,4,5,6]', there))).toEqual(['c conv2d x', 'y conv2d c']);
});

test('a turn that is read in between gets its constants back, and the shuffle is cut all the same', () => {
  const graph = between('[1,0,2,3,4,0]', swapped, 'output "t" = t\n');
  expect(compacted(graph)).toEqual([
    'c conv2d x',
    'c/scatter scatter c',
    's reshape c/scatter [-1,4,3,2,3]',
    't transpose s',
    'u gather c',
    'y conv2d u',
  ]);
  expect(filtersOf(graph)).toBe(4);
});
