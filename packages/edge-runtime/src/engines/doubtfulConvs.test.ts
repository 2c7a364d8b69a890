// Knows the convolutions that tfjs's wasm backend gets wrong: doubted, tried, and refused by name.
import { AsfpError, float32Tensor, parseGraph, runGraph, writeGraphModel } from '@asfp/core';
import { expect, test } from 'vitest';
import type { ModelSource } from '../fetch/modelSource.ts';
import { openModel } from '../openModel.ts';

/** A convolution alone, on pictures of `[h, w, 1]`. */
function model(op: string, kernel: string, strides: string, size: string, pad = 'same') {
  const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,${size},1]
k = const float32[${kernel},1,1] seed=3
y = ${op}(x, k) pad="${pad}" strides=[${strides}]
output "y" = y
`);
  const { json, shards } = writeGraphModel(graph);
  const source: ModelSource = { json, shards };
  return { graph, source };
}

async function open(source: ModelSource): Promise<string> {
  try {
    const session = await openModel(source, { engine: 'tfjs-wasm' });
    await session.dispose();
    return 'accepted';
  } catch (error) {
    if (error instanceof AsfpError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

test.each([
  ['conv2d', '2,1', '5,2', '7,8'],
  ['conv2d', '1,3', '2,2', '8,8'],
  ['conv2d', '2,2', '2,5', '7,8'],
  ['conv2d', '1,3', '2,2', 'null,null'],
  ['depthwiseConv2d', '1,3', '2,2', '8,8'],
])('%s of %s, stride %s, on %s is refused', async (...args) => {
  const text = await open(model(...args).source);
  expect(text).toMatch(
    /^wrong-kernel: model\.json, y: expected engine tfjs-wasm to compute a (conv2d|depthwiseConv2d) of kernel /,
  );
  expect(text).toMatch(/found numbers that are off by \d/);
});

test('the text says which convolution, and what to do', async () => {
  const text = await open(model('conv2d', '2,1', '5,2', '7,8').source);
  expect(text.replace(/off by [\d.]*\d/, 'off by …')).toMatchInlineSnapshot(
    `"wrong-kernel: model.json, y: expected engine tfjs-wasm to compute a conv2d of kernel 2 × 1, stride 5 × 2 and padding SAME as plain loops do, found numbers that are off by …. Open it with engine 'compiled' or 'auto'"`,
  );
});

test.each([
  // Nothing to doubt: VALID, a stride within the kernel, a kernel of one pixel.
  [[7, 8], '1,3', '2,2', 'valid'],
  [[7, 8], '3,3', '2,2', 'same'],
  [[7, 8], '1,1', '2,2', 'same'],
  // Doubted, but right where the rows come out even.
  [[7, 8], '1,3', '2,2', 'same'],
  [[27, 20], '1,3', '2,2', 'same'],
])(
  'on %j, a kernel of %s with stride %s, %s, is accepted, and right',
  async ([h, w], kernel, strides, pad) => {
    const [height, width] = [h as number, w as number];
    const { graph, source } = model('conv2d', kernel, strides, `${height},${width}`, pad);
    const session = await openModel(source, { engine: 'tfjs-wasm' });
    const values = Array.from({ length: height * width }, (_, i) => Math.sin(i));
    const x = float32Tensor([1, height, width, 1], values);
    const wanted = runGraph(graph, { x }).get('y')?.values ?? [];
    const distances = Array.from(await session.run(x), (value, i) => Math.abs(value - (wanted[i] as number)));
    expect(Math.max(...distances)).toBeLessThan(1e-5);
    await session.dispose();
  },
);

test('auto leaves a wrong kernel to another engine', async () => {
  const session = await openModel(model('conv2d', '2,1', '5,2', '7,8').source);
  expect(session.info.engineUsed).toBe('compiled');
  await session.dispose();
});
