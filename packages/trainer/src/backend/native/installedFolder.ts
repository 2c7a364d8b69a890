// Knows where a native library is installed, and whether it brought an addon of its own.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { nativeFiles } from './nativeHome.ts';

/** The folder of a package that can be imported from here, if it is installed. */
export function installedFolder(library: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${library}/package.json`));
  } catch {
    return undefined;
  }
}

/** The addon in the folder of an installed library, if it was downloaded or built there. */
export function installedAddon(folder: string): string | undefined {
  const lib = join(folder, 'lib');
  const found = existsSync(lib) ? readdirSync(lib) : [];
  return found.map((entry) => join(lib, entry, nativeFiles.addon)).find((path) => existsSync(path));
}
