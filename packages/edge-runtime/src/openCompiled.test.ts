// Knows the way to a session in one piece: it answers as openModel's does, and stops when it is told to.
import { parseGraph, writeGraphModel } from '@asfp/core';
import { expect, test } from 'vitest';
import { openCompiled } from './openCompiled.ts';

const source = writeGraphModel(
  parseGraph(`graph "g"
x = input dtype="float32" shape=[null,2]
k = const float32[2,3] seed=1
y = matMul(x, k)
output "y" = y
`),
);

test('opens a model and runs it', async () => {
  const session = await openCompiled(source);
  expect(session.info).toMatchObject({ engineUsed: 'compiled', threads: 1 });
  expect((await session.run(Float32Array.of(1, 0))).length).toBe(3);
  await session.dispose();
});

test('aborted while it opens, it rejects with the reason', async () => {
  const controller = new AbortController();
  const opening = openCompiled(source, { signal: controller.signal });
  const reason = new Error('not wanted any more');
  controller.abort(reason);
  await expect(opening).rejects.toBe(reason);
});
