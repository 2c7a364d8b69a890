// Knows that core stands on its floors.
import { expect, test } from 'vitest';
import { upwardImports } from './floors.ts';
import { readModule } from './readModule.ts';
import { readSources } from './repositoryFiles.ts';

test('core: every file imports from its own floor or below', () => {
  const modules = readSources().map(readModule);
  expect(modules.filter(({ path }) => path.startsWith('packages/core/src/')).length).toBeGreaterThan(10);
  expect(upwardImports(modules)).toEqual([]);
});

test('an upward import, and a file without a floor, are faults', () => {
  const modules = [
    { path: 'packages/core/src/graph/graph.ts', text: "import '../tensor/a.ts';\nimport '../plan/plan.ts';" },
    { path: 'packages/core/src/graph/graph.test.ts', text: "import '../plan/plan.ts';" },
    { path: 'packages/core/src/criteria/c.ts', text: "import './d.ts';\nimport '../index.ts';" },
    { path: 'packages/core/src/cellar/x.ts', text: '' },
  ].map(readModule);
  expect(upwardImports(modules)).toEqual([
    'packages/core/src/graph/graph.ts:2: floor 2 imports ../plan/plan.ts on floor 6',
    'packages/core/src/criteria/c.ts:2: floor 5 imports ../index.ts on floor none',
    'packages/core/src/cellar/x.ts: has no floor; give it one in test/structure/floors.ts',
  ]);
});
