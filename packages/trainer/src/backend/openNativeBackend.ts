// Knows what tfjs-node and tfjs-node-gpu need, and why they so often cannot be had.
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { describeError } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendRefusal, OpenedBackend } from './backendNames.ts';
import { installedAddon, installedFolder } from './native/installedFolder.ts';
import { loadBuiltAddon } from './native/loadBuiltAddon.ts';
import {
  type NativeName,
  type NativeNote,
  nativeHome,
  nativeLibraries,
  readNativeNote,
} from './native/nativeHome.ts';
import { restoreUtil } from './native/restoreUtil.ts';
import { hasNvidiaCard, nvidiaCardName } from './nvidiaCards.ts';
import { processorName } from './processorName.ts';
import type { TensorflowBackend } from './tensorflow/tensorflowBackend.ts';

const GPU_CURE = 'see docs/gpu-servers.md, or use --backend node';
const USE_WASM = 'use --backend wasm, which needs nothing';

/** Loads a native backend; every hindrance is a refusal, found before the import where it can be. */
export async function openNativeBackend(
  name: NativeName,
  { home = nativeHome(name) }: { readonly home?: string } = {},
): Promise<OpenedBackend | BackendRefusal> {
  const library = nativeLibraries[name];
  const known = readNativeNote(home);
  const built = known?.installed === undefined ? known : undefined;
  // A process holds one native library: one with a GPU that is not there serves the processor as well.
  const present = 'tensorflow' in tf.engine().registryFactory;
  const hindrance = present
    ? undefined
    : findHindrance({ name, gpu: hasNvidiaCard(), built, folder: installedFolder(library) });
  if (hindrance !== undefined) return hindrance;
  // TensorFlow's own log stays at errors unless the user wants more.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  // Otherwise it takes all memory of the card at once.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  const require = createRequire(import.meta.url);
  restoreUtil(require('node:util') as object);
  try {
    if (present) await tf.ready();
    else if (built) loadBuiltAddon(home, library);
    else await (name === 'node' ? import('@tensorflow/tfjs-node') : import('@tensorflow/tfjs-node-gpu'));
    if (!(await tf.setBackend('tensorflow'))) {
      return { name, reason: `${library} did not start`, cure: USE_WASM };
    }
  } catch (error) {
    const [reason = ''] = describeError(error).split('\n');
    const cure = built ? `build it anew with ${commandOf(name)}, or ${USE_WASM}` : USE_WASM;
    return { name, reason: `${library} did not load: ${reason.trim()}`, cure };
  }
  const { binding } = tf.backend() as unknown as TensorflowBackend;
  const onGpu = name === 'node-gpu';
  if (onGpu && !binding.isUsingGpuDevice()) {
    tf.removeBackend('tensorflow');
    return {
      name,
      reason: 'TensorFlow finds no CUDA GPU',
      cure: `see docs/gpu-servers.md, or use --backend node`,
    };
  }
  return {
    name,
    tfjsName: 'tensorflow',
    version: `${tf.version_core} (TensorFlow ${binding.TF_Version ?? 'of unknown version'})`,
    device: onGpu ? nvidiaCardName() : `${processorName()}, ${availableParallelism()} threads`,
  };
}

/** What is known of a native library before it is loaded. */
export interface NativeFacts {
  readonly name: NativeName;
  /** Whether the machine has an NVIDIA GPU. */
  readonly gpu: boolean;
  /** The addon that was built here, if one was. */
  readonly built: NativeNote | undefined;
  /** Where the library is installed, if it is. */
  readonly folder: string | undefined;
}

/**
 * What keeps a native library from loading, as far as files tell; the import itself would take a second to find out, and leave
 * half of the library behind.
 */
export function findHindrance({ name, gpu, built, folder }: NativeFacts): BackendRefusal | undefined {
  const library = nativeLibraries[name];
  if (name === 'node-gpu' && !gpu) {
    return { name, reason: 'this machine has no NVIDIA GPU, or no driver for it', cure: GPU_CURE };
  }
  if (built !== undefined) return undefined;
  const cure = `run ${commandOf(name)}, which downloads or builds it, or ${USE_WASM}`;
  if (folder === undefined) return { name, reason: `${library} is not installed`, cure };
  if (installedAddon(folder) === undefined) {
    return { name, reason: `the native addon of ${library} was neither downloaded nor built`, cure };
  }
  return undefined;
}

function commandOf(name: NativeName): string {
  return name === 'node' ? 'asfp native' : 'asfp native --gpu';
}
