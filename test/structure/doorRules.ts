// Knows what a door is: a file that a package exports and that re-exports by name what others may use.
import { posix } from 'node:path';
import type { ModuleFacts } from './readModule.ts';
import type { RepositoryFile } from './repositoryFiles.ts';

/** The source files that the manifests (package.json) name in their exports. */
export function exportedFiles(manifests: readonly RepositoryFile[]): string[] {
  return manifests.flatMap(({ path, text }) => {
    const { exports = {} } = JSON.parse(text) as { exports?: Record<string, string | { dev?: string }> };
    return Object.values(exports)
      .map((target) => (typeof target === 'string' ? target : target.dev))
      .filter((target) => target !== undefined)
      .map((target) => posix.join(posix.dirname(path), target));
  });
}

/** Re-exports outside of doors, wholesale re-exports, and insiders who use a door of their own. */
export function doorFaults(modules: readonly ModuleFacts[], exported: readonly string[]): string[] {
  const reExporters = modules.filter(({ imports }) =>
    imports.some(({ reExports }) => reExports !== undefined),
  );
  const doors = new Set(reExporters.map(({ path }) => path).filter((path) => exported.includes(path)));
  const faults: string[] = [];
  for (const { path, imports } of modules) {
    for (const { specifier, line, reExports } of imports) {
      const at = `${path}:${line}`;
      if (reExports === '*')
        faults.push(`${at}: re-exports ${specifier} wholesale; name what goes through the door`);
      else if (reExports !== undefined && !doors.has(path)) faults.push(`${at}: re-exports, but is no door`);
      if (specifier.startsWith('.') && doors.has(posix.join(posix.dirname(path), specifier))) {
        faults.push(`${at}: goes through its own door; import the file that knows`);
      }
    }
  }
  return faults;
}

/** The doors that the packages must have, and that are missing. */
export function missingDoors(paths: readonly string[]): string[] {
  const packages = new Set(paths.map((path) => /^packages\/[^/]+(?=\/package\.json$)/.exec(path)?.[0]));
  return [...packages]
    .filter((each) => each !== undefined && !paths.includes(`${each}/src/index.ts`))
    .map(String);
}
