// Knows how tfjs-node is loaded from the folder of an addon that was built here, on the tfjs-core of this process.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { nativeFiles, tfjsNames } from './nativeHome.ts';

interface BackendModule {
  readonly NodeJSKernelBackend: new (binding: unknown, library: string) => tf.KernelBackend;
}

/** Registers the backend `tensorflow` and its kernels, from a folder that `buildNative` filled; throws what the loader throws. */
export function loadBuiltAddon(home: string, library: string): void {
  const require = createRequire(join(home, nativeFiles.sources, 'package.json'));
  // First what fails where a library is missing, so that nothing stays registered then.
  const binding: unknown = require(join(home, nativeFiles.addon));
  shareTfjs(require);
  require('./dist/register_all_kernels.js');
  const { NodeJSKernelBackend } = require('./dist/nodejs_kernel_backend.js') as BackendModule;
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, library), 3);
}

/** Makes our tfjs-core what the folder's files get from `require`, by either name: they use no other part of tfjs. */
function shareTfjs(require: NodeJS.Require): void {
  const own: unknown = createRequire(import.meta.url)('@tensorflow/tfjs-core');
  for (const name of tfjsNames) {
    const path = require.resolve(name);
    const module: Partial<NodeJS.Module> = { id: path, filename: path, loaded: true, exports: own };
    require.cache[path] = module as NodeJS.Module;
  }
}
