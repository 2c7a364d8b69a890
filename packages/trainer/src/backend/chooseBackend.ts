// Knows how to make the best usable backend, or the one asked for, tfjs's current one.

import { AsfpError, assertInternal } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import { assertOneTfjs } from './assertOneTfjs.ts';
import {
  type BackendName,
  type BackendRefusal,
  type BackendRequest,
  backendNames,
  type TrainingBackend,
} from './backendNames.ts';
import { type BackendOptions, openBackend } from './openBackend.ts';

/**
 * Loads a backend and makes it tfjs's current one; `auto` takes the best that works and tells why the better ones do not.
 * Throws AsfpError `backend-unknown` for a name that is none, `backend-unusable` when the one asked for does not work.
 */
export async function chooseBackend(
  request: BackendRequest = 'auto',
  options: BackendOptions = {},
): Promise<TrainingBackend> {
  if (request !== 'auto' && !backendNames.includes(request)) {
    throw new AsfpError({
      code: 'backend-unknown',
      where: '--backend',
      expected: `one of auto, ${backendNames.join(', ')}`,
      found: `"${String(request)}"`,
    });
  }
  // tfjs has one current backend: while one is being made, the next waits.
  const before = opening;
  let done = (): void => {};
  opening = new Promise((resolve) => {
    done = resolve;
  });
  await before;
  try {
    return await openFirst(request, options);
  } finally {
    done();
  }
}

let opening: Promise<void> = Promise.resolve();

async function openFirst(request: BackendRequest, options: BackendOptions): Promise<TrainingBackend> {
  assertOneTfjs();
  const why: BackendRefusal[] = [];
  const candidates: readonly BackendName[] = request === 'auto' ? backendNames : [request];
  for (const name of candidates) {
    const opened = await openBackend(name, options);
    if ('reason' in opened) {
      why.push(opened);
      continue;
    }
    assertOneTfjs();
    assertInternal(
      tf.getBackend() === opened.tfjsName,
      `the backend ${opened.tfjsName} was asked for, tfjs runs ${tf.getBackend()}`,
    );
    return { name, version: opened.version, device: opened.device, why };
  }
  throw new AsfpError({
    code: 'backend-unusable',
    where: `backend ${request}`,
    expected: 'a backend that loads',
    found: why.map(({ name, reason }) => (name === request ? reason : `${name}: ${reason}`)).join('; '),
    cure: [...new Set(why.map((refusal) => refusal.cure))].join('; or: '),
  });
}
