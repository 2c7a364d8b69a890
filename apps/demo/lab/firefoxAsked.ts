// Knows when Firefox is asked for, and where it is on the PATH.
import { accessSync, constants } from 'node:fs';
import { basename, delimiter, join } from 'node:path';

const COMMANDS = ['firefox', 'firefox-esr'];

/** A Firefox; without a path it is where its installer puts it. */
export interface AskedFirefox {
  readonly path: string | undefined;
}

/** The Firefox that a name or a path means; undefined where it means another browser. */
export function firefoxAsked(
  asked: string,
  path: string = process.env['PATH'] ?? '',
): AskedFirefox | undefined {
  if (!/^firefox/i.test(basename(asked))) return undefined;
  if (asked !== 'firefox') return { path: asked };
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const files = COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command)));
  return { path: files.find(isExecutable) };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
