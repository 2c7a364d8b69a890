// Knows how to write files and folders so that a kill at any moment leaves the old or the new, never half.

import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolders } from './makeFolders.ts';

/** Writes a file under a temporary name, to the disk, then renames it. */
export async function writeFileWhole(path: string, data: string | Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}.part`;
  try {
    const file = await open(partial, 'w');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

/** Writes a folder of files under a temporary name beside it, then puts it in the place of the old one, if any. */
export async function writeFolderWhole(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const partial = `${folder}.${process.pid}.part`;
  const old = `${folder}.${process.pid}.old`;
  try {
    await rm(partial, { recursive: true, force: true });
    await makeFolders(dirname(folder));
    await mkdir(partial);
    for (const [name, data] of Object.entries(files)) await writeFile(join(partial, name), data);
    await rename(folder, old).catch(ignoreMissing);
    await rename(partial, folder).catch(async (error: unknown) => {
      await rename(old, folder).catch(ignoreMissing);
      throw error;
    });
    await rm(old, { recursive: true, force: true });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

function ignoreMissing(error: unknown): void {
  if ((error as { code?: string }).code !== 'ENOENT') throw error;
}
