// Knows that packages are entered through their doors, and that a door names what it lets through.
import { expect, test } from 'vitest';
import { doorFaults, exportedFiles, missingDoors } from './doorRules.ts';
import { readModule } from './readModule.ts';
import { listPaths, readFiles, readSources } from './repositoryFiles.ts';

test('only doors re-export, by name, and nobody inside uses them', () => {
  const exported = exportedFiles(readFiles(/^(packages|apps)\/[^/]+\/package\.json$/));
  expect(exported).toContain('packages/core/src/index.ts');
  expect(doorFaults(readSources().map(readModule), exported)).toEqual([]);
});

test('every package has a door', () => {
  expect(missingDoors(listPaths())).toEqual([]);
  expect(
    missingDoors(['packages/a/package.json', 'packages/b/package.json', 'packages/b/src/index.ts']),
  ).toEqual(['packages/a']);
});

test('what breaks the rule is found', () => {
  const modules = [
    { path: 'packages/a/src/index.ts', text: "export { b } from './b.ts';\nexport * from './c.ts';" },
    { path: 'packages/a/src/b.ts', text: "export { c } from './c.ts';" },
    { path: 'packages/a/src/deep/d.ts', text: "import { b } from '../index.ts';\nimport '../plain.ts';" },
    { path: 'packages/a/src/plain.ts', text: 'export const plain = 1;' },
  ].map(readModule);
  expect(doorFaults(modules, ['packages/a/src/index.ts', 'packages/a/src/plain.ts'])).toEqual([
    'packages/a/src/index.ts:2: re-exports ./c.ts wholesale; name what goes through the door',
    'packages/a/src/b.ts:1: re-exports, but is no door',
    'packages/a/src/deep/d.ts:1: goes through its own door; import the file that knows',
  ]);
});
