import { parseGraph } from '@asfp/core';
import { expect, test } from 'vitest';
import { compact } from './compact.ts';
import type { CutOptions } from './cutOptions.ts';
import { keptReasons } from './keptReasons.ts';

/** Four filters, of which two are zero and leave `left`; then a tail that reads c. */
function reason(left: readonly [number, number], tail: string, options: CutOptions = {}): string | undefined {
  const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,5,5,1]
k = const float32[1,1,1,4] values=[1,0,2,0]
b = const float32[4] values=[0,${left[0]},0,${left[1]}]
c = conv2d(x, k, b) activation="relu" pad="same" strides=[1,1]
d = const float32[3,3,4,1] seed=2
v = const float32[1,1,4,2] seed=4
w = const float32[3,3,4,2] seed=3
${tail}
output "y" = y
`);
  return keptReasons(compact(graph, options).graph, options)('c');
}

test('each reason by name', () => {
  expect(reason([0, 0], 'y = mean(c) axes=[1,2] keepDims=true')).toBe(
    'it reaches y, a result of the network',
  );
  expect(reason([1, 0], 'y = conv2d(c, w) pad="same" strides=[1,1]')).toBe(
    'it carries a constant into y, whose padding shows',
  );
  expect(reason([1, 0], 'p = softmax(c)\ny = conv2d(p, v) pad="same" strides=[1,1]')).toBe(undefined);
  expect(
    reason(
      [1, 0],
      'p = depthwiseConv2d(c, d) pad="same" strides=[1,1]\ny = conv2d(p, v) pad="same" strides=[1,1]',
    ),
  ).toBe('its constant is uneven after p, whose padding shows');
  expect(
    reason(
      [1, 0],
      'p = pad(c) paddings=[[0,0],[1,1],[1,1],[0,0]] value=0\ny = conv2d(p, w) pad="valid" strides=[1,1]',
    ),
  ).toBe('its constant is framed by p');
});

test('what the user asked for is a reason', () => {
  const even = 'y = conv2d(c, v) pad="same" strides=[1,1]';
  expect(reason([1, 0], even)).toBe(undefined);
  expect(reason([1, 0], even, { constants: 'keep' })).toBe('its constant would change y');
  expect(reason([1, 0], even, { multipleOf: 4 })).toBe('the layer keeps a multiple of 4 filters');
});

test('several reasons are counted', () => {
  const tail = `y = conv2d(c, w) pad="same" strides=[1,1]`;
  expect(reason([1, 0.5], tail, { multipleOf: 4 })).toBe(
    '1: it carries a constant into y, whose padding shows; 1: the layer keeps a multiple of 4 filters',
  );
});

test('who needs the channel is named: a result, an op that is not understood, a wall behind other nodes', () => {
  const keep: CutOptions = { constants: 'keep' };
  expect(reason([1, 0], 'y = unary(c) fn="relu"')).toBe('it reaches y, a result of the network');
  const opaque =
    'n = unary(c) fn="neg"\np = opaque(n) attr={} kind="Cos"\ny = mean(p) axes=[1,2] keepDims=true';
  // A scatter gives the op all its channels back, so nothing stays; a constant may not go into one under `keep`.
  expect(reason([1, 0], opaque)).toBe(undefined);
  expect(reason([1, 0], opaque, keep)).toBe(
    'p needs all channels: an operation that is not understood (Cos)',
  );
  const turned = 'p = transpose(c) perm=[0,3,1,2]\ny = mean(p) axes=[2] keepDims=true';
  expect(reason([1, 0], turned)).toBe(undefined);
  expect(reason([1, 0], turned, keep)).toBe('p needs all channels: it moves the channels to another axis');
});

test('with constants kept, whoever would get one is named; zeros go all the same', () => {
  const keep: CutOptions = { constants: 'keep' };
  const padded = 'y = conv2d(c, w) pad="same" strides=[1,1]';
  // One channel carries both constants, so the other goes.
  expect(reason([1, 0.5], padded)).toBe('it carries a constant into y, whose padding shows');
  expect(reason([1, 0.5], padded, keep)).toBe('its constant would change y');
  expect(reason([1, 0], 'y = conv2d(c, w) pad="valid" strides=[1,1]', keep)).toBe(
    'its constant would change y',
  );
  expect(reason([1, 0], 'y = conv2d(c, w) pad="valid" strides=[1,1]')).toBe(undefined);
  expect(reason([0, 0], padded, keep)).toBe(undefined);
});
