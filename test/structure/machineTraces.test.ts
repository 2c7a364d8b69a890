// Knows that the repository could have been written on any machine.
import { expect, test } from 'vitest';
import { machineTraces } from './machineTraces.ts';
import { readFiles } from './repositoryFiles.ts';

test('no file names a folder of one machine, nor the lock file a host', () => {
  const texts = readFiles(/\.(ts|mts|mjs|js|json|ya?ml|md|html|css|txt|sh)$|^[^.]*$|^\.[a-z]+(\/run)?$/);
  expect(texts.map(({ path }) => path)).toContain('pnpm-lock.yaml');
  expect(texts.map(({ path }) => path)).toContain('.ci/run');
  expect(machineTraces(texts)).toEqual([]);
});

test('traces are found', () => {
  const home = ['', 'home', 'me'].join('/');
  expect(
    machineTraces([
      { path: 'a.md', text: `see\n${home}/x and docs/home/me` },
      { path: 'pnpm-lock.yaml', text: "a: {tarball: 'x'}\nb: https://host.example/x.tgz" },
      { path: 'b.md', text: 'https://host.example/x.tgz' },
    ]),
  ).toEqual([
    `a.md:2: ${home}`,
    'pnpm-lock.yaml:1: tarball:',
    'pnpm-lock.yaml:2: https://host.example/x.tgz',
  ]);
});
