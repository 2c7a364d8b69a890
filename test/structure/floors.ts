// Knows the floors inside core: a file imports from its own floor or from one below.
import { posix } from 'node:path';
import type { ModuleFacts } from './readModule.ts';
import { isTest } from './repositoryFiles.ts';

const CORE = 'packages/core/src/';

/** From the ground up; an entry is a file, or a folder with all that is in it. */
const FLOORS: readonly (readonly string[])[] = [
  ['errors.ts', 'rng.ts', 'arrays.ts', 'stats.ts', 'plainValues.ts'],
  ['tensor/'],
  ['graph/'],
  ['modelfile/', 'interpret/', 'cost/'],
  ['coupling/'],
  ['criteria/'],
  ['plan/'],
  ['formats/', 'testing/'],
];

/** The floor of a file of core; undefined for a file that has none yet. */
function floorOf(path: string): number | undefined {
  const inside = path.slice(CORE.length);
  const floor = FLOORS.findIndex((entries) =>
    entries.some((entry) => (entry.endsWith('/') ? inside.startsWith(entry) : inside === entry)),
  );
  return floor === -1 ? undefined : floor;
}

/** Imports that lead upwards, and files without a floor; tests and the door stand above all floors. */
export function upwardImports(modules: readonly ModuleFacts[]): string[] {
  const faults: string[] = [];
  for (const { path, imports } of modules) {
    if (!path.startsWith(CORE) || isTest(path) || path === `${CORE}index.ts`) continue;
    const floor = floorOf(path);
    if (floor === undefined) {
      faults.push(`${path}: has no floor; give it one in test/structure/floors.ts`);
      continue;
    }
    for (const { specifier, line } of imports) {
      if (!specifier.startsWith('.')) continue;
      const target = posix.join(posix.dirname(path), specifier);
      const below = floorOf(target);
      if (below === undefined || below > floor) {
        faults.push(`${path}:${line}: floor ${floor} imports ${specifier} on floor ${below ?? 'none'}`);
      }
    }
  }
  return faults;
}
