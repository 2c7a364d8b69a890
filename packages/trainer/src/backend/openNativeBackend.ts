// Knows what tfjs-node and tfjs-node-gpu need, and why they so often cannot be had.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { describeError } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendRefusal, OpenedBackend } from './backendNames.ts';
import { processorName } from './processorName.ts';

type NativeName = 'node' | 'node-gpu';
type Library = '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';

/** The first Node whose `util` lacks functions that tfjs-node 4.22.0 calls. */
const FIRST_NODE_WITHOUT = 23;
const USE_WASM = 'use --backend wasm, which needs nothing';

/** Loads a native backend; every hindrance is a refusal, found before the import where it can be. */
export async function openNativeBackend(
  name: NativeName,
  library: Library,
): Promise<OpenedBackend | BackendRefusal> {
  const folder = folderOf(library);
  const hindrance = findHindrance(name, library, folder, process.versions.node);
  if (folder === undefined || hindrance !== undefined) return hindrance as BackendRefusal;
  // TensorFlow's own log stays at errors unless the user wants more.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  try {
    await (name === 'node' ? import('@tensorflow/tfjs-node') : import('@tensorflow/tfjs-node-gpu'));
    if (!(await tf.setBackend('tensorflow'))) {
      return { name, reason: `${library} did not start`, cure: USE_WASM };
    }
  } catch (error) {
    const [reason = ''] = describeError(error).split('\n');
    return { name, reason: `${library} did not load: ${reason.trim()}`, cure: USE_WASM };
  }
  return {
    name,
    tfjsName: 'tensorflow',
    version: `${versionIn(folder)} (TensorFlow ${nativeVersion()})`,
    device: name === 'node-gpu' ? 'CUDA GPU' : `${processorName()}, ${availableParallelism()} threads`,
  };
}

/**
 * What keeps a native library from loading, as far as files and versions tell; `folder` is where it is installed. The import
 * itself would take a second to find out, and leave half of the library behind.
 */
export function findHindrance(
  name: NativeName,
  library: string,
  folder: string | undefined,
  nodeVersion: string,
): BackendRefusal | undefined {
  if (folder === undefined) {
    const cure = `install the optional dependency ${library}, or ${USE_WASM}`;
    return { name, reason: `${library} is not installed`, cure };
  }
  const major = Number.parseInt(nodeVersion, 10);
  if (major >= FIRST_NODE_WITHOUT) {
    const reason = `${library} 4.22.0 calls functions that Node ${major} no longer has`;
    return { name, reason, cure: `run Node 20 or 22, or ${USE_WASM}` };
  }
  if (!hasAddon(join(folder, 'lib'))) {
    return {
      name,
      reason: `the native addon of ${library} was neither downloaded nor built`,
      cure: `run npm rebuild ${library} --build-addon-from-source where its host can be reached, or ${USE_WASM}`,
    };
  }
  return undefined;
}

function hasAddon(lib: string): boolean {
  return (
    existsSync(lib) && readdirSync(lib).some((entry) => existsSync(join(lib, entry, 'tfjs_binding.node')))
  );
}

function folderOf(library: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${library}/package.json`));
  } catch {
    return undefined;
  }
}

function versionIn(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown };
  return String(manifest.version);
}

function nativeVersion(): string {
  const { binding } = tf.backend() as unknown as { binding?: { TF_Version?: string } };
  return binding?.TF_Version ?? 'of unknown version';
}
