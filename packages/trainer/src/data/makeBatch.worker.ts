// Knows the thread that makes batches: one order, one reply.
import { parentPort } from 'node:worker_threads';
import { AsfpError, describeError } from '@asfp/core';
import type { BatchOrder, BatchReply } from './batchWorkers.ts';
import { makeBatch } from './makeBatch.ts';

parentPort?.on('message', ({ id, task }: BatchOrder) => {
  const reply = (content: BatchReply, transfer: ArrayBuffer[] = []): void =>
    parentPort?.postMessage(content, transfer);
  makeBatch(task).then(
    (images) => reply({ id, images }, [images.buffer]),
    (error: unknown) =>
      reply({ id, failure: error instanceof AsfpError ? error.failure : describeError(error) }),
  );
});
