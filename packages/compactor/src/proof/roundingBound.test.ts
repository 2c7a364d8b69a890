import { type Feeds, parseGraph, runGraph } from '@asfp/core';
import { expect, test } from 'vitest';
import { roundingBound } from './roundingBound.ts';

const unit = 4 * 2 ** -24;

function boundOf(body: string, values: readonly number[]): number[] {
  const graph = parseGraph(
    `graph "g"\nx = input dtype="float32" shape=[null,${values.length}]\n${body}\noutput "y" = y\n`,
  );
  const feeds: Feeds = { x: { shape: [2, values.length], values: [...values, ...values.map((x) => x + 1)] } };
  const bound = roundingBound(graph, feeds).get('y');
  expect(bound?.length).toBe(runGraph(graph, feeds).get('y')?.values.length);
  // The second row only keeps the channels from being the same everywhere.
  return [...(bound ?? [])].slice(0, (bound?.length ?? 0) / 2);
}

test('a layer: every product and the bias count with their own size, though they cancel', () => {
  const body =
    'k = const float32[2,1] values=[3,-2]\nb = const float32[1] values=[-0.5]\ny = matMul(x, k, b)';
  expect(boundOf(body, [2, 2])).toEqual([unit * 10.5]);
});

test('the error of a layer goes through the next, with the slope of the function between them', () => {
  const body = `k = const float32[1,1] values=[2]
a = matMul(x, k)
s = unary(a) fn="sigmoid"
l = const float32[1,1] values=[-8]
y = matMul(s, l)`;
  const sigmoid = 1 / (1 + Math.exp(-6));
  expect(boundOf(body, [3])[0]).toBeCloseTo(((1 + unit) * 8 * (unit * 6)) / 4 + unit * 8 * sigmoid, 15);
});

test('products of two values take both errors', () => {
  const body = 'k = const float32[1,1] values=[2]\na = matMul(x, k)\ny = binary(a, a) fn="mul"';
  expect(boundOf(body, [3])[0]).toBeCloseTo(2 * 6 * (2 * unit * 6), 10);
});

test('moving values about costs nothing', () => {
  expect(boundOf('a = reshape(x) shape=[-1,1,1,4]\ny = transpose(a) perm=[0,3,1,2]', [1, 2, 3, 4])).toEqual([
    0, 0, 0, 0,
  ]);
});
