// Knows that clocks, chance, process and console stay in their places.
import { expect, test } from 'vitest';
import { forbiddenGlobals } from './globalRules.ts';
import { readModule } from './readModule.ts';
import { readSources } from './repositoryFiles.ts';

test('clocks, chance, process and console stay in their places', () => {
  expect(forbiddenGlobals(readSources().map(readModule))).toEqual([]);
});

test('uses elsewhere are found', () => {
  const uses: [path: string, code: string, found: boolean][] = [
    ['packages/edge-runtime/src/latency/clock.ts', 'performance.now()', false],
    ['packages/edge-runtime/src/latency/measureOnce.ts', 'performance.now()', true],
    ['packages/trainer/src/train/clock.ts', 'Date.now()', false],
    ['packages/trainer/src/train/loop.test.ts', 'Date.now()', true],
    ['packages/trainer/src/train/loop.ts', 'process.cwd()', true],
    ['packages/trainer/src/backend/a.ts', 'process.versions', false],
    ['packages/cli/src/a.ts', 'Math.random()', true],
    ['packages/core/src/a.ts', 'console.log(1)', true],
    ['packages/core/src/a.test.ts', "spyOn(console, 'warn')", false],
    ['scripts/a.mjs', 'process.exit(1)', false],
  ];
  for (const [path, text, found] of uses) {
    expect([path, forbiddenGlobals([readModule({ path, text })]).length]).toEqual([path, found ? 1 : 0]);
  }
});
