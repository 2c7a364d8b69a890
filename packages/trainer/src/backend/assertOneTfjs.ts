// Knows how to see whether more than one copy of tfjs-core is in the process.
import { createRequire } from 'node:module';
import { AsfpError } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';

const coreFile = /[\\/]tfjs-core[\\/]dist[\\/]tf-core\.[^\\/]*js$/;

/**
 * Throws AsfpError `tfjs-twice` when two copies of tfjs-core are loaded: they would share one engine, and tensors of one are
 * strangers to the other. `loadedFiles` are the paths of the modules that the process has loaded, by default Node's own list.
 */
export function assertOneTfjs(
  loadedFiles: readonly string[] = Object.keys(createRequire(import.meta.url).cache),
): void {
  const copies = loadedFiles.filter((file) => coreFile.test(file));
  // The engine is kept on the global object by the copy that came first; its environment is of that copy's class.
  const foreignEngine = !(tf.env() instanceof tf.Environment);
  if (copies.length < 2 && !foreignEngine) return;
  throw new AsfpError({
    code: 'tfjs-twice',
    where: '@tensorflow/tfjs-core',
    expected: 'one copy in the process',
    found: copies.length > 1 ? copies.join(' and ') : 'an engine that another copy made',
    cure: 'Give every @tensorflow package the version 4.22.0 and install anew, so that they share one tfjs-core',
  });
}
