// Knows where a native addon that was built on this machine is kept, and what is written about it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import { cacheFolder } from '../../data/cacheFolder.ts';

/** The backends that run on TensorFlow's own library. */
export type NativeName = 'node' | 'node-gpu';

/** The library on npm that belongs to each. */
export const nativeLibraries: {
  readonly node: '@tensorflow/tfjs-node';
  readonly 'node-gpu': '@tensorflow/tfjs-node-gpu';
} = {
  node: '@tensorflow/tfjs-node',
  'node-gpu': '@tensorflow/tfjs-node-gpu',
};

/** What `native.json` says about the addon beside it. */
export interface NativeNote {
  readonly format: 'asfp.native/1';
  /** The version of tfjs-node that it was built from. */
  readonly tfjsNode: string;
  /** The version of TensorFlow that it runs on. */
  readonly tensorflow: string;
  /** Where that TensorFlow came from, in words for a person. */
  readonly source: string;
  /** The installed package that has the addon, where it downloaded one itself; otherwise it lies beside the note. */
  readonly installed?: string;
}

/** The names of files in the folder of a built addon. */
export const nativeFiles: Readonly<Record<'sources' | 'addon' | 'note', string>> = {
  /** The part of tfjs-node that is JavaScript. */
  sources: 'library',
  addon: 'tfjs_binding.node',
  note: 'native.json',
};

/** The packages that tfjs-node's own files import. */
export const tfjsNames: readonly ['@tensorflow/tfjs', '@tensorflow/tfjs-core'] = [
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-core',
];

/** The user's folder for a built addon: `~/.cache/asfp/native/node`; it may not exist. */
export function nativeHome(name: NativeName, env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder('native', env), name);
}

/** What is said about the addon in a folder; undefined where there is none that fits this tfjs. */
export function readNativeNote(home: string): NativeNote | undefined {
  const path = join(home, nativeFiles.note);
  if (!existsSync(path)) return undefined;
  try {
    const note = JSON.parse(readFileSync(path, 'utf8')) as Partial<NativeNote>;
    return note.format === 'asfp.native/1' && note.tfjsNode === tfjsVersion
      ? (note as NativeNote)
      : undefined;
  } catch {
    return undefined;
  }
}
