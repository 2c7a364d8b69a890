import { expect, test } from 'vitest';
import { parseGraph } from './parseGraph.ts';
import { printGraph } from './printGraph.ts';

const text = `graph "tiny"
x = input dtype="float32" shape=[null,4,4,1] : [?, 4, 4, 1]
k = const float32[3,3,1,2] values=[1,0,0,0,0,0,0,0,0.5,1,0,0,0,0,0,0,0,-2] : [3, 3, 1, 2]
b = const float32[2] values=[0,1] : [2]
c = conv2d(x, k, b) activation="relu" pad="same" strides=[2,2] : [?, 2, 2, 2]
p = pad(c) paddings=[[0,0],[0,0],[0,0],[0,2]] value=0 : [?, 2, 2, 4]
m = mean(p) axes=[1,2] keepDims=false : [?, 4]
output "logits" = m
`;

test('the text form survives a round trip', () => {
  expect(printGraph(parseGraph(text))).toBe(text);
});

test('large constants are shown by hash, and seeds fill them alike each time', () => {
  const seeded = 'graph "s"\nk = const float32[8,8] seed=3\noutput "k" = k\n';
  const once = printGraph(parseGraph(seeded));
  expect(once).toMatch(/hash=[0-9a-f]{8}/);
  expect(printGraph(parseGraph(seeded))).toBe(once);
  expect(printGraph(parseGraph(seeded.replace('seed=3', 'seed=4')))).not.toBe(once);
});

test.each([
  ['x = conv9(y)', 'line 2: expected a node, a constant or an output, found x = conv9(y)'],
  ['x = unary(y) fn="relu"\noutput "x" = x', 'x: expected its input y to stand before it'],
  ['x = input dtype="float32" shape=[1]', 'g: expected at least one output, found none'],
  [
    'x = input dtype="float32" shape=[1,4,4,3]\nk = const float32[1,1,2,2] values=[1,2,3,4]\ny = conv2d(x, k) pad="same" strides=[1,1]\noutput "y" = y',
    'y: expected 2 input channels, found 3',
  ],
])('a text that is no graph is refused: %s', (body, message) => {
  expect(() => parseGraph(`graph "g"\n${body}\n`)).toThrow(message);
});
