// Knows how each backend is loaded, what it needs, and what to say when it cannot be had.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { describeError } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendName, BackendRefusal } from './backendNames.ts';
import { sharedWasmBackend } from './wasm/sharedWasmBackend.ts';
import { useThreads } from './wasm/kernels.ts';

/** A backend that has just become tfjs's current one. */
export interface OpenedBackend {
  readonly name: BackendName;
  /** The name under which tfjs knows it. */
  readonly tfjsName: string;
  readonly version: string;
  readonly device: string;
}

/** Loads the backend and makes it tfjs's current one, or says why that cannot be; never throws for a missing library. */
export async function openBackend(name: BackendName): Promise<OpenedBackend | BackendRefusal> {
  // Production mode keeps tfjs's banners and warnings off the terminal.
  tf.env().set('PROD', true);
  switch (name) {
    case 'node-gpu':
      return openNative(name, '@tensorflow/tfjs-node-gpu');
    case 'node':
      return openNative(name, '@tensorflow/tfjs-node');
    case 'wasm':
      return openWasm(Number(process.env['ASFP_THREADS'] ?? 1));
    case 'cpu':
      return openCpu();
  }
}

async function openNative(
  name: 'node' | 'node-gpu',
  library: string,
): Promise<OpenedBackend | BackendRefusal> {
  const refuse = (reason: string, cure: string): BackendRefusal => ({ name, reason, cure });
  const useAnother = 'use --backend wasm, which needs nothing';
  let folder: string;
  try {
    folder = dirname(createRequire(import.meta.url).resolve(`${library}/package.json`));
  } catch {
    return refuse(
      `${library} is not installed`,
      `install the optional dependency ${library}, or ${useAnother}`,
    );
  }
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 23) {
    return refuse(
      `${library} 4.22.0 calls functions that Node ${major} no longer has`,
      `run Node 20 or 22, or ${useAnother}`,
    );
  }
  // Looked for before the import, which takes a second and would leave half of the library behind.
  const lib = join(folder, 'lib');
  const built =
    existsSync(lib) && readdirSync(lib).some((entry) => existsSync(join(lib, entry, 'tfjs_binding.node')));
  if (!built) {
    return refuse(
      `the native addon of ${library} has not been downloaded or built`,
      `run npm rebuild ${library} --build-addon-from-source where its download host can be reached, or ${useAnother}`,
    );
  }
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  try {
    await import(library);
    if (!(await tf.setBackend('tensorflow'))) return refuse(`${library} did not start`, useAnother);
  } catch (error) {
    return refuse(`${library} did not load: ${oneLine(describeError(error))}`, useAnother);
  }
  const native =
    (tf.backend() as unknown as { binding?: { TF_Version?: string } }).binding?.TF_Version ?? 'unknown';
  const device = name === 'node-gpu' ? 'CUDA GPU' : `${processor()}, ${cpus().length} cores`;
  return { name, tfjsName: 'tensorflow', version: `${versionIn(folder)} (TensorFlow ${native})`, device };
}

async function openWasm(threads: number): Promise<OpenedBackend | BackendRefusal> {
  const before = new Map(emscriptenEvents.map((event) => [event, process.listeners(event as 'exit')]));
  let version: string;
  try {
    ({ version_wasm: version } = await import('@tensorflow/tfjs-backend-wasm'));
    if (threads > 1 && !tf.engine().registry['wasm']) {
      tf.removeBackend('wasm');
      tf.registerBackend('wasm', sharedWasmBackend, 2);
    }
    if (!(await tf.setBackend('wasm'))) {
      return { name: 'wasm', reason: 'the WebAssembly module did not start', cure: 'use --backend cpu' };
    }
  } catch (error) {
    return { name: 'wasm', reason: oneLine(describeError(error)), cure: 'use --backend cpu' };
  } finally {
    // The module installs handlers that throw every unhandled error again, over the program's own handling.
    for (const event of emscriptenEvents) {
      for (const listener of process.listeners(event as 'exit')) {
        if (!before.get(event)?.includes(listener)) process.off(event, listener);
      }
    }
  }
  useThreads(tf.backend(), threads);
  return { name: 'wasm', tfjsName: 'wasm', version, device: `${processor()}, ${threads === 1 ? 'one thread' : `${threads} threads`}` };
}

async function openCpu(): Promise<OpenedBackend | BackendRefusal> {
  const { version_cpu: version } = await import('@tensorflow/tfjs-backend-cpu');
  if (!(await tf.setBackend('cpu')))
    return { name: 'cpu', reason: 'it did not start', cure: 'use --backend wasm' };
  return { name: 'cpu', tfjsName: 'cpu', version, device: `${processor()}, one thread, plain JavaScript` };
}

const emscriptenEvents = ['uncaughtException', 'unhandledRejection'] as const;

function processor(): string {
  return cpus()[0]?.model.trim() || process.arch;
}

function versionIn(folder: string): string {
  return String(
    (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown }).version,
  );
}

function oneLine(text: string): string {
  return (text.split('\n')[0] ?? '').trim();
}
