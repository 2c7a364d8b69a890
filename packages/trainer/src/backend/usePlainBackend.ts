// Knows how a model runs once on a backend as its package brings it, and the backend before is put back.
import { AsfpError } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import { assertOneTfjs } from './assertOneTfjs.ts';
import { openBackend } from './openBackend.ts';
import { ownKernels } from './ownKernels.ts';

/** The backends that every machine has. */
export type PlainBackendName = 'wasm' | 'cpu';

/**
 * Runs `work` on a backend, one thread, and tells by which name: `wasm with training kernels` in a process that trained
 * before. Throws AsfpError `backend-unusable` where it does not start, besides what `work` throws.
 */
export async function usePlainBackend<T>(
  name: PlainBackendName,
  work: (toldName: string) => Promise<T>,
): Promise<T> {
  assertOneTfjs();
  const current = tf.engine().backendName;
  const opened = await openBackend(name, { threads: 1 });
  if ('reason' in opened) {
    throw new AsfpError({
      code: 'backend-unusable',
      where: `backend ${name}`,
      expected: 'a backend that loads',
      found: opened.reason,
      cure: opened.cure,
    });
  }
  try {
    return await work(tf.getKernel(ownKernels.normTraining, name) ? `${name} with training kernels` : name);
  } finally {
    if (current) await tf.setBackend(current);
  }
}
