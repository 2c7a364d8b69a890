// Knows the files of a run folder that are written after training.
import { join } from 'node:path';
import { makeFolders, unwritable, writeFileWhole } from '@asfp/trainer/files';

/** Writes one file of a run, whole or not at all. Throws AsfpError `folder-unwritable` or `disk-full`. */
export async function writeRunFile(
  folder: string,
  name: string,
  content: string | Uint8Array,
): Promise<void> {
  try {
    await makeFolders(folder);
    await writeFileWhole(join(folder, name), content);
  } catch (cause) {
    throw unwritable(join(folder, name), cause);
  }
}

/** The text of a JSON file. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
