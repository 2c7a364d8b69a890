import { AsfpError } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { outOfMemory } from './outOfMemory.ts';

/** What an action throws. */
function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

test('buffers that cannot be had are told as what they are', () => {
  for (const size of [2 ** 52, 2 ** 53 - 1]) {
    const error = outOfMemory(
      thrown(() => new Float32Array(size)),
      'run',
    );
    expect(error).toMatchObject({
      code: 'out-of-memory',
      failure: { where: 'run', expected: 'enough memory' },
    });
  }
});

test.each([
  // TensorFlow's own words, on a GPU and on a CPU.
  'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[4096,64,112,112] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
  'Invalid TF_Status: 8\nMessage: failed to allocate memory',
  'WebAssembly.Memory(): could not allocate memory: Out of memory',
])('%s', (message) => {
  expect(outOfMemory(new Error(message), 'run')?.code).toBe('out-of-memory');
});

test('other failures, and those that have been told already, are left alone', () => {
  const shapes = thrown(() => tf.add(tf.zeros([2]), tf.zeros([3])));
  expect(outOfMemory(shapes, 'run')).toBeUndefined();
  const told = new AsfpError({
    code: 'wasm-memory',
    where: 'wasm',
    expected: 'room',
    found: 'out of memory',
  });
  expect(outOfMemory(told, 'run')).toBeUndefined();
});
