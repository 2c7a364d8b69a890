// Knows that an open model holds its weights no more often than it must; alone in its file, so that nobody else's garbage is counted.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseGraph, writeGraphModel } from '@asfp/core';
import { openModel } from '@asfp/edge-runtime';
import { expect, test } from 'vitest';

/** A convolution of 2048 channels, and nothing of the graph that it was written from. */
function wideModel(): { readonly json: object; readonly shards: ReadonlyMap<string, Uint8Array> } {
  return writeGraphModel(
    parseGraph(`graph "wide"
x = input dtype="float32" shape=[null,1,1,2048]
k = const float32[1,1,2048,2048] seed=1
y = conv2d(x, k) pad="same" strides=[1,1]
output "y" = y
`),
  );
}

test('the compiled engine holds weights once beside the file, not once more as they were packed', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a turn has left on the stack goes after it, and some buffers only with the next collection.
  const arrays = async (): Promise<number> => {
    const seen: number[] = [];
    for (let i = 0; i < 8; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      collect();
      seen.push(process.memoryUsage().arrayBuffers);
    }
    return Math.min(...seen);
  };
  const model = wideModel();
  const before = await arrays();
  const session = await openModel(model, { engine: 'compiled', threads: 1 });
  // The session's own copy of the file; what was packed from it lies in WebAssembly's memory alone, which is not counted here.
  const copies = ((await arrays()) - before) / (4 * 2048 ** 2);
  expect(copies).toBeGreaterThan(0.9);
  expect(copies).toBeLessThan(1.1);
  const [first = 0] = await session.run(new Float32Array(2048).fill(1));
  expect(Math.abs(first)).toBeGreaterThan(0);
  await session.dispose();
});
