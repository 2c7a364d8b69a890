// Knows how the wasm backend starts in Node, with threads of ours where they are wanted, and leaves the process as it was.
import { describeError } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendRefusal, OpenedBackend } from './backendNames.ts';
import { processorName } from './processorName.ts';
import { threadsOf, useThreads } from './wasm/kernels.ts';
import { sharedWasmBackend } from './wasm/sharedWasmBackend.ts';

/** Loads the wasm backend for `threads` threads; one that is loaded already keeps the threads it has. */
export async function openWasmBackend(threads: number): Promise<OpenedBackend | BackendRefusal> {
  const takeAway = rememberListeners();
  const cure = 'use --backend cpu';
  let version: string;
  try {
    ({ version_wasm: version } = await import('@tensorflow/tfjs-backend-wasm'));
    const fresh = !('wasm' in tf.engine().registry);
    if (fresh && threads > 1) {
      tf.removeBackend('wasm');
      tf.registerBackend('wasm', sharedWasmBackend);
    }
    if (!(await tf.setBackend('wasm'))) {
      return { name: 'wasm', reason: 'the WebAssembly module did not start', cure };
    }
    if (fresh) useThreads(tf.backend(), threads);
  } catch (error) {
    return { name: 'wasm', reason: describeError(error), cure };
  } finally {
    takeAway();
  }
  const count = threadsOf(tf.backend());
  const device = `${processorName()}, ${count === 1 ? 'one thread' : `${count} threads`}`;
  return { name: 'wasm', tfjsName: 'wasm', version, device };
}

/**
 * The module's loader installs handlers that throw every unhandled error once more, over the program's own handling; the
 * function given back removes those that came since.
 */
function rememberListeners(): () => void {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set(process.rawListeners(event)));
  return () => {
    for (const [i, event] of events.entries()) {
      for (const listener of process.rawListeners(event)) {
        if (!before[i]?.has(listener)) process.off(event, listener as () => void);
      }
    }
  };
}
