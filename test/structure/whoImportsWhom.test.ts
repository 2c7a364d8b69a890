// Knows that packages and libraries are imported only where the house allows it.
import { expect, test } from 'vitest';
import { readModule } from './readModule.ts';
import { readSources } from './repositoryFiles.ts';
import { forbiddenImports } from './whoImportsWhom.ts';

test('every room imports only what it may', () => {
  expect(forbiddenImports(readSources().map(readModule))).toEqual([]);
});

test('what the house forbids is found', () => {
  const imports: [path: string, specifier: string][] = [
    ['packages/core/src/a.ts', '@asfp/trainer'],
    ['packages/core/src/a.ts', '@tensorflow/tfjs-core'],
    ['packages/core/src/a.ts', 'node:fs'],
    ['packages/core/src/plan/a.ts', 'valibot'],
    ['packages/trainer/src/a.ts', '@asfp/compactor'],
    ['packages/trainer/src/a.ts', '@asfp/core/src/rng.ts'],
    ['packages/trainer/src/a.ts', '../../core/src/rng.ts'],
    ['packages/trainer/src/train/a.ts', '@tensorflow/tfjs-backend-wasm'],
    ['packages/edge-runtime/src/engines/a.ts', '@tensorflow/tfjs-layers'],
    ['packages/edge-runtime/src/session.ts', '@tensorflow/tfjs-converter'],
    ['apps/demo/src/a.ts', '@tensorflow/tfjs-core'],
    ['apps/demo/src/a.ts', 'left-pad'],
    ['packages/cli/src/a.ts', '@asfp/edge-runtime'],
    ['scripts/a.mjs', 'tsx'],
  ];
  const modules = imports.map(([path, specifier]) => readModule({ path, text: `import '${specifier}';` }));
  expect(forbiddenImports(modules).map((fault) => fault.split(': ')[0])).toEqual(
    imports.map(([path]) => `${path}:1`),
  );
});

test('what the house allows is not', () => {
  const imports: [path: string, specifier: string][] = [
    ['packages/core/src/a.test.ts', 'vitest'],
    ['packages/trainer/src/train/a.ts', '@tensorflow/tfjs-layers'],
    ['packages/edge-runtime/src/engines/a.ts', '@tensorflow/tfjs-converter'],
    ['apps/demo/src/lab/a.ts', '@tensorflow/tfjs-layers'],
    ['packages/cli/src/a.ts', '@asfp/demo/lab'],
    ['scripts/a.mjs', '../apps/demo/lab/findChromium.mjs'],
  ];
  const modules = imports.map(([path, specifier]) => readModule({ path, text: `import '${specifier}';` }));
  expect(forbiddenImports(modules)).toEqual([]);
});
