// Knows the files of the repository: what a person wrote, without what tools have made of it.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's root, with a closing slash. */
export const ROOT: URL = new URL('../../', import.meta.url);

/** A file of the repository and its text. */
export interface RepositoryFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Folders that tools write, wherever they stand; `runs` only at the root. */
const MADE_BY_TOOLS = new Set(['node_modules', 'dist', '.git', '.turbo', '.cache', 'coverage']);

/** The paths of all files below the root, sorted. */
export function listPaths(): string[] {
  const root = fileURLToPath(ROOT);
  const paths: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(root + folder, { withFileTypes: true })) {
      const path = folder + entry.name;
      if (MADE_BY_TOOLS.has(entry.name) || path === 'runs') continue;
      if (entry.isDirectory()) visit(`${path}/`);
      else if (entry.isFile()) paths.push(path);
    }
  };
  visit('');
  return paths.sort();
}

/** The files whose path matches, with their text. */
export function readFiles(pattern: RegExp): RepositoryFile[] {
  return listPaths()
    .filter((path) => pattern.test(path))
    .map((path) => ({ path, text: readFileSync(new URL(path, ROOT), 'utf8') }));
}

/** TypeScript and plain JavaScript that runs as a module; AssemblyScript is another language. */
export function readSources(): RepositoryFile[] {
  return readFiles(/^(?!.*\/assembly\/).*\.(ts|mts|mjs)$/);
}

/** Whether a path is a test or belongs to the rooms of tests. */
export function isTest(path: string): boolean {
  return path.startsWith('test/') || path.endsWith('.test.ts');
}
