// Knows what a door is: the one index.ts of a package, which re-exports by name and is not used from inside.
import { posix } from 'node:path';
import type { ModuleFacts } from './readModule.ts';

const DOOR = /^(packages\/[^/]+\/src|apps\/[^/]+\/lab)\/index\.ts$/;

/** Re-exports outside of doors, wholesale re-exports, and insiders who use their own door. */
export function doorFaults(modules: readonly ModuleFacts[]): string[] {
  const faults: string[] = [];
  for (const { path, imports } of modules) {
    for (const { specifier, line, reExports } of imports) {
      const at = `${path}:${line}`;
      if (reExports === '*')
        faults.push(`${at}: re-exports ${specifier} wholesale; name what goes through the door`);
      else if (reExports !== undefined && !DOOR.test(path)) faults.push(`${at}: re-exports, but is no door`);
      const target = posix.join(posix.dirname(path), specifier);
      if (specifier.startsWith('.') && DOOR.test(target)) {
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
