// Knows that the documents speak of what is there.
import { readFileSync } from 'node:fs';
import { commands } from '@asfp/cli';
import { expect, test } from 'vitest';
import { documentFaults, type Inventory } from './documentFaults.ts';
import { listPaths, ROOT, readFiles } from './repositoryFiles.ts';

function inventory(): Inventory {
  const manifest = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
    scripts: Record<string, string>;
  };
  return {
    paths: listPaths(),
    commands: Object.keys(commands),
    scripts: Object.keys(manifest.scripts),
  };
}

test('the documents mention only files, commands and scripts that exist', () => {
  const documents = readFiles(/^(\w+\.md|docs\/.*\.md)$/);
  expect(documents.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md']),
  );
  const known = inventory();
  expect(documents.flatMap((document) => documentFaults(document, known))).toEqual([]);
});

test('what does not exist is found', () => {
  const known: Inventory = {
    paths: [
      'docs/a.md',
      'docs/picture.png',
      'packages/core/src/graph/walk.ts',
      'packages/core/package.json',
      'x.md',
    ],
    commands: ['train'],
    scripts: ['quickstart', 'check:loops'],
  };
  const text = [
    'See [a](a.md), [b](b.md#part), [web](https://example.org), ![p](picture.png), [up](../x.md).',
    '`packages/core`, `graph/walk.ts`, `walk.ts`, `packages/*/package.json`, `runs/1/model.json`, `sys.args`',
    '`packages/cellar`, `graph/run.ts`, `run.ts`, `docs/none.md`',
    '`asfp train --epochs 3`, `asfp <command>`, `asfp cook`, `npm run quickstart`, `npm test`, `npm run cook`',
    '```sh',
    'pnpm asfp fly   # says pnpm check:loops',
    'pnpm install && pnpm bake',
    '```',
  ].join('\n');
  expect(
    documentFaults({ path: 'docs/t.md', text }, { ...known, scripts: [...known.scripts, 'asfp'] }),
  ).toEqual([
    'docs/t.md:1: b.md does not exist',
    'docs/t.md:3: packages/cellar does not exist',
    'docs/t.md:3: graph/run.ts does not exist',
    'docs/t.md:3: run.ts does not exist',
    'docs/t.md:3: docs/none.md does not exist',
    'docs/t.md:4: asfp cook does not exist',
    'docs/t.md:4: npm run cook does not exist',
    'docs/t.md:6: asfp fly does not exist',
    'docs/t.md:7: pnpm bake does not exist',
  ]);
});
