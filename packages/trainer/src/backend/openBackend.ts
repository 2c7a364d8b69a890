// Knows how each backend is opened: it becomes tfjs's current one, or the reason why it cannot is told.
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendName, BackendRefusal, OpenedBackend } from './backendNames.ts';
import { openNativeBackend } from './openNativeBackend.ts';
import { openWasmBackend } from './openWasmBackend.ts';
import { openWebgpuBackend } from './openWebgpuBackend.ts';
import { processorName } from './processorName.ts';

/** Threads beyond this many gain nothing on the small kernels of a training step. */
const MOST_THREADS = 8;

/** What a caller may choose about how a backend runs. */
export interface BackendOptions {
  /** Threads that the wasm backend's kernels use, this one included; by default one a core, at most 8. */
  readonly threads?: number;
}

/** Loads the backend and makes it tfjs's current one, or says why that cannot be; a missing library does not throw. */
export async function openBackend(
  name: BackendName,
  { threads = Math.min(MOST_THREADS, availableParallelism()) }: BackendOptions = {},
): Promise<OpenedBackend | BackendRefusal> {
  // Production mode keeps tfjs's banners and warnings off the terminal.
  tf.env().set('PROD', true);
  switch (name) {
    case 'node-gpu':
    case 'node':
      return openNativeBackend(name);
    case 'webgpu':
      return openWebgpuBackend();
    case 'wasm':
      return openWasmBackend(threads);
    case 'cpu':
      return openCpuBackend();
  }
}

async function openCpuBackend(): Promise<OpenedBackend | BackendRefusal> {
  const { version_cpu: version } = await import('@tensorflow/tfjs-backend-cpu');
  if (!(await tf.setBackend('cpu'))) {
    return { name: 'cpu', reason: 'it did not start', cure: 'use --backend wasm' };
  }
  return {
    name: 'cpu',
    tfjsName: 'cpu',
    version,
    device: `${processorName()}, one thread, plain JavaScript`,
  };
}
