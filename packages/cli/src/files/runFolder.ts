// Knows the files of a run folder that are written after training.
import { join } from 'node:path';
import { AsfpError, describeError } from '@asfp/core';
import { makeFolders, writeFileWhole } from '@asfp/trainer/files';

/** Writes one file of a run, whole or not at all. Throws AsfpError `folder-unwritable`. */
export async function writeRunFile(
  folder: string,
  name: string,
  content: string | Uint8Array,
): Promise<void> {
  try {
    await makeFolders(folder);
    await writeFileWhole(join(folder, name), content);
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'folder-unwritable',
        where: join(folder, name),
        expected: 'a folder to write into',
        found: describeError(cause),
        cure: 'Free space, or choose another folder with --out',
      },
      { cause },
    );
  }
}

/** The text of a JSON file. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
