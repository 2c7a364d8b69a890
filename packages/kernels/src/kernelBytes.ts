// Knows how the file of a build is brought: by fetch, or in Node, where a file beside the script has no server, from the disk.
import { type KernelBuild, kernelFile } from './kernelFile.ts';

/** What Node offers to a module that imports nothing of it. */
interface NodeLike {
  readonly process?: {
    getBuiltinModule?(name: 'node:fs/promises'): { readFile(file: URL): Promise<Uint8Array<ArrayBuffer>> };
  };
}

/** The bytes of a build's file, unchecked; throws an Error that says what was answered instead. */
export async function kernelBytes(build: KernelBuild): Promise<Uint8Array<ArrayBuffer>> {
  const file = kernelFile(build);
  if (file.protocol === 'file:') {
    const disk = (globalThis as NodeLike).process?.getBuiltinModule?.('node:fs/promises');
    if (disk) return new Uint8Array(await disk.readFile(file));
  }
  const response = await fetch(file);
  if (!response.ok) throw new Error(`status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
