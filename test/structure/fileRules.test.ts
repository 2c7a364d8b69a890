// Knows that every file looks as the house wants it.
import { expect, test } from 'vitest';
import { fileFaults } from './fileRules.ts';
import { readModule } from './readModule.ts';
import { readSources } from './repositoryFiles.ts';

test('names, first lines, lengths, doc comments and import paths', () => {
  expect(readSources().map(readModule).flatMap(fileFaults)).toEqual([]);
});

const faults = (path: string, text: string): string[] => fileFaults(readModule({ path, text }));

test('a good file has no faults', () => {
  const text = "// Knows a.\nimport { b } from './b.ts';\n/** Says. */\nexport const a = b;\n";
  expect(faults('packages/p/src/a.ts', text)).toEqual([]);
  expect(faults('packages/p/src/a.test.ts', "import './a.ts';\n")).toEqual([]);
});

test('bad names, first lines and lengths are found', () => {
  expect(faults('packages/p/src/utils.ts', '// Knows.\n/** Says. */\nexport const utils = 1;')).toEqual([
    'packages/p/src/utils.ts: the name says nothing; name it after its subject',
  ]);
  expect(faults('scripts/bad_name.mjs', '// Knows.\n')).toEqual([
    'scripts/bad_name.mjs: the name is not camelCase',
  ]);
  expect(faults('scripts/badName.mjs', 'export const other = 1;')).toEqual([
    'scripts/badName.mjs: exports only other; name the file after it',
    'scripts/badName.mjs: the first line is no comment that says what the file knows',
  ]);
  expect(
    faults(
      'packages/p/src/errors.ts',
      '// Knows.\n/** A. */\nexport class A {}\n/** B. */\nexport class B {}',
    ),
  ).toEqual([]);
  expect(faults('test/a.ts', `// Knows.\n${'f();\n'.repeat(400)}`)).toEqual(['test/a.ts: has 401 lines']);
});

test('exports without doc comments and imports without extensions are found', () => {
  expect(faults('packages/p/src/a.ts', "// Knows.\nimport './b';\nexport const a = 1;\n")).toEqual([
    'packages/p/src/a.ts:2: ./b lacks its extension',
    'packages/p/src/a.ts:3: a has no doc comment',
  ]);
});
