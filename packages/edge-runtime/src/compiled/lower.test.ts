// Knows which steps graphs become: what is fused into a store, and what has a step of its own.
import { parseGraph } from '@asfp/core';
import { kernelBytes, openKernels } from '@asfp/kernels';
import { expect, test } from 'vitest';
import { lower } from './lower.ts';
import { planMemory } from './memoryPlan.ts';

const sizes = openKernels(await WebAssembly.compile(await kernelBytes('simd')), 1);

function stepsOf(text: string): string[] {
  return lower(parseGraph(text), {}, sizes).list.steps.map(({ kernel }) => kernel);
}

const head = `graph "g"
x = input dtype="float32" shape=[1,8,8,16]
k = const float32[3,3,16,16] seed=1
n = const float32[3,3,16,4] seed=2
g = const float32[4] values=[1,2,3,4]
`;

test('a block whose branch is cut is one step a convolution: norm, scatter, sum and clamp are in its store', () => {
  const block = (way: string): string =>
    `${head}a = conv2d(x, k) activation="relu" pad="same" strides=[1,1]
b = conv2d(a, n) pad="same" strides=[1,1]
m = batchNorm(b, g, g, g, g) epsilon=0.001
s = ${way}
y = binary(x, s) fn="add"
z = unary(y) fn="relu"
output "z" = z
`;
  const scatter = 'scatter(m) fill=[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0] positions=[1,5,6,9] size=16';
  // The first step clears what lies behind the input.
  expect(stepsOf(block(scatter))).toEqual(['fill', 'winograd', 'winograd']);
  const padding = 'pad(m) paddings=[[0,0],[0,0],[0,0],[3,9]] value=0';
  expect(stepsOf(block(padding))).toEqual(['fill', 'winograd', 'winograd']);
});

test('a stem is one step, Winograd with stride 2 too, and reads the picture as it is given where rows are whole vectors', () => {
  const stem = (width: number, size = 7, stride = 2): string => `graph "g"
x = input dtype="float32" shape=[1,32,${width},3]
k = const float32[${size},${size},3,16] seed=1
y = conv2d(x, k) pad="same" strides=[${stride},${stride}]
output "y" = y
`;
  expect(stepsOf(stem(32))).toEqual(['fill', 'winograd']);
  expect(stepsOf(stem(32, 5))).toEqual(['fill', 'winograd']);
  expect(stepsOf(stem(32, 3, 1))).toEqual(['fill', 'winograd']);
  expect(stepsOf(stem(30))).toEqual(['fill', 'copy', 'clearPads', 'winograd']);
  // Two taps a part, an even size of stride 2, a stride of 3: products of patches, which need no vectors.
  expect(stepsOf(stem(30, 3))).toEqual(['fill', 'convGemm']);
  expect(stepsOf(stem(30, 6))).toEqual(['fill', 'convGemm']);
  expect(stepsOf(stem(30, 7, 3))).toEqual(['fill', 'convGemm']);
});

test('a map that is hardly larger than a tile goes on four points, a larger one on six', () => {
  const points = (side: number): unknown => {
    const text = `graph "g"
x = input dtype="float32" shape=[1,${side},${side},128]
k = const float32[3,3,128,128] seed=1
y = conv2d(x, k) pad="same" strides=[1,1]
output "y" = y
`;
    return lower(parseGraph(text), {}, sizes).list.steps[1]?.args['points'];
  };
  expect([4, 28].map(points)).toEqual([4, 6]);
});

test('what others read, too, is stored by itself', () => {
  const text = `${head}b = conv2d(x, k) pad="same" strides=[1,1]
y = binary(x, b) fn="add"
z = binary(y, b) fn="mul"
output "z" = z
`;
  expect(stepsOf(text)).toEqual(['fill', 'winograd', 'binary', 'binary']);
});

test('of two convolutions that are added the later one adds', () => {
  const text = `${head}p = const float32[1,1,16,16] seed=3
b = conv2d(x, k) pad="same" strides=[1,1]
c = conv2d(x, p) pad="same" strides=[1,1]
y = binary(b, c) fn="add"
output "y" = y
`;
  expect(stepsOf(text)).toEqual(['fill', 'winograd', 'convGemm']);
});

test('a shuffle is one gather, a reshape nothing', () => {
  const text = `graph "g"
x = input dtype="float32" shape=[1,4,4,8]
a = reshape(x) shape=[1,4,4,2,4]
b = transpose(a) perm=[0,1,2,4,3]
c = reshape(b) shape=[1,4,4,8]
y = reshape(c) shape=[1,128]
output "y" = y
`;
  expect(stepsOf(text)).toEqual(['fill', 'gather']);
});

test('buffers that live at the same time lie apart; others share', () => {
  const buffer = (bytes: number, first: number, last: number) => ({ bytes, data: undefined, first, last });
  const buffers = [
    buffer(100, 0, 1),
    buffer(200, 1, 2),
    buffer(100, 2, 3),
    { ...buffer(64, 0, 3), data: new Uint8Array(64) },
  ];
  const { addresses, end, arenaBytes } = planMemory(buffers, 1000);
  const [a, b, c, constant] = addresses as [number, number, number, number];
  expect(constant).toBe(1024);
  expect(a).toBe(c);
  expect(Math.abs(a - b)).toBeGreaterThanOrEqual(a < b ? 100 : 200);
  expect(arenaBytes).toBe(end - (1024 + 128));
  expect(addresses.every((address) => address % 64 === 0)).toBe(true);
});
