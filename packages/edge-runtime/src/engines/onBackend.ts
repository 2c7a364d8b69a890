// Knows that tfjs has one backend for the whole page: work takes turns, and each turn runs on the backend it needs.
import { AsfpError, assertInternal } from '@asfp/core';
import { engine, getBackend, type KernelBackend, setBackend } from '@tensorflow/tfjs-core';

/** tfjs's names of the backends used here. */
export type BackendName = 'wasm' | 'webgl' | 'webgpu';

let lastTurn: Promise<unknown> = Promise.resolve();

/** Runs the work when all earlier work has ended, so that nobody changes tfjs's backend under it. */
export function inTurn<T>(work: () => T | Promise<T>): Promise<T> {
  const turn = lastTurn.then(work);
  lastTurn = turn.catch(() => undefined);
  return turn;
}

/** Runs `initialise` in its turn, unless the backend was initialised before; it must leave the backend usable. */
export function initialiseOnce(backend: BackendName, initialise: () => Promise<void>): Promise<void> {
  return inTurn(async () => {
    // tfjs's own findBackend would start one that is missing.
    if (!engine().registry[backend]) await initialise();
  });
}

/** A backend that was initialised; an internal error when it was not. */
export function backendNamed(backend: BackendName): KernelBackend {
  const found = engine().registry[backend];
  assertInternal(found, `the ${backend} backend is used before its start`);
  return found;
}

/**
 * Waits for its turn, makes the backend the current one, and runs the work. Throws an AsfpError when the backend is
 * not the current one at the start or at the end.
 */
export function onBackend<T>(backend: BackendName, work: () => T | Promise<T>): Promise<T> {
  return inTurn(async () => {
    backendNamed(backend);
    if (getBackend() !== backend) await setBackend(backend);
    assertCurrent(backend, 'to start on');
    const result = await work();
    assertCurrent(backend, 'to stay on');
    return result;
  });
}

function assertCurrent(backend: BackendName, when: string): void {
  const current = getBackend();
  if (current === backend) return;
  throw new AsfpError({
    code: 'engine-switched',
    where: `engine tfjs-${backend}`,
    expected: `tfjs ${when} its ${backend} backend`,
    found: current ? `the ${current} backend` : 'no backend',
    cure: 'Another part of the page sets the backend of tfjs: leave it to the sessions',
  });
}
