import { expect, test } from 'vitest';
import { inferShapes } from '../graph/inferShapes.ts';
import { parseGraph } from '../graph/parseGraph.ts';
import { runGraph } from '../interpret/runGraph.ts';
import { channelShuffles } from './channelShuffle.ts';

/** The shuffle that ends in y, found in the graph of x `[n, h, w, c]` and checked with the interpreter. */
function shuffleOf(shape: string, body: string): readonly number[] | undefined {
  const graph = parseGraph(`graph "g"\nx = input dtype="float32" shape=${shape}\n${body}\noutput "y" = y\n`);
  const found = channelShuffles(graph, inferShapes(graph)).get('y');
  const [n, h, w, c] = (JSON.parse(shape) as (number | null)[]).map((dim) => dim ?? 2) as number[];
  const size = [n, h, w, c] as [number, number, number, number];
  const values = Float64Array.from({ length: size.reduce((a, b) => a * b) }, (_, i) => i);
  const y = runGraph(graph, { x: { shape: size, values } }).get('y');
  const moved = found?.order.map((from) => from - (c as number)) ?? [];
  const expected = values.map((value, i) => value - (i % size[3]) + (moved[i % size[3]] as number) + size[3]);
  if (found === undefined) return undefined;
  // An order that is not what the nodes do is none.
  return String(y?.values) === String(expected) ? found.order : [Number.NaN];
}

test('groups swapped, as ShuffleNet does it', () => {
  const order = shuffleOf(
    '[null,4,3,6]',
    `a = reshape(x) shape=[-1,4,3,2,3]
b = transpose(a) perm=[0,1,2,4,3]
y = reshape(b) shape=[-1,4,3,6]`,
  );
  expect(order).toEqual([0, 3, 1, 4, 2, 5]);
});

test('positions in one row, axes of size 1, and groups of groups', () => {
  const order = shuffleOf(
    '[null,4,3,8]',
    `a = reshape(x) shape=[-1,12,1,2,2,2]
b = transpose(a) perm=[0,2,1,5,3,4]
y = reshape(b) shape=[-1,4,3,8]`,
  );
  expect(order).toEqual([0, 2, 4, 6, 1, 3, 5, 7]);
});

test('channels first for the time being, as converters from PyTorch write it', () => {
  const order = shuffleOf(
    '[null,4,3,6]',
    `a = transpose(x) perm=[0,3,1,2]
b = reshape(a) shape=[-1,3,2,4,3]
c = transpose(b) perm=[0,2,1,3,4]
d = reshape(c) shape=[-1,6,4,3]
y = transpose(d) perm=[0,2,3,1]`,
  );
  expect(order).toEqual([0, 2, 4, 1, 3, 5]);
});

test('what goes and comes back changes nothing', () => {
  const there = 'a = transpose(x) perm=[0,3,1,2]\ny = transpose(a) perm=[0,2,3,1]';
  expect(shuffleOf('[null,4,3,3]', there)).toEqual([0, 1, 2]);
  expect(shuffleOf('[null,1,1,2]', 'y = transpose(x) perm=[0,2,1,3]')).toEqual([0, 1]);
  expect(shuffleOf('[null,4,3,3]', 'y = reshape(x) shape=[-1,4,3,3]')).toEqual([0, 1, 2]);
});

test('what moves positions, mixes them with channels or changes the batch is no shuffle', () => {
  const turned = 'y = transpose(x) perm=[0,2,1,3]';
  expect(shuffleOf('[null,3,3,2]', turned)).toBeUndefined();
  const mixed = `a = reshape(x) shape=[-1,2,4,3]\nb = transpose(a) perm=[0,2,1,3]\ny = reshape(b) shape=[-1,4,3,2]`;
  expect(shuffleOf('[null,4,3,2]', mixed)).toBeUndefined();
  const uneven = `a = reshape(x) shape=[-1,9,4]\nb = transpose(a) perm=[0,2,1]\ny = reshape(b) shape=[-1,3,2,6]`;
  expect(shuffleOf('[null,3,2,6]', uneven)).toBeUndefined();
  const batch = `a = reshape(x) shape=[2,-1,3,2]\nb = transpose(a) perm=[1,0,2,3]\ny = reshape(b) shape=[-1,3,3,2]`;
  expect(shuffleOf('[null,3,3,2]', batch)).toBeUndefined();
});
