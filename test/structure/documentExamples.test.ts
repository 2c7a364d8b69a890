// Knows that the examples of the documents are TypeScript that the packages take.
import { expect, test } from 'vitest';
import { exampleFaults, examplesIn } from './documentExamples.ts';
import { readFiles } from './repositoryFiles.ts';

/** A wrong name, a wrong option and a wrong type. */
const WRONG = {
  path: 'wrong.md',
  text: [
    'Text.',
    '```ts',
    "import { openModel, openModle } from '@asfp/edge-runtime';",
    '',
    "const session = await openModel('model.json', { engine: 'fastest' });",
    'const answer: number = await session.classify(file);',
    '```',
    '```sh',
    'not typescript',
    '```',
  ].join('\n'),
};

test('every example of every document is TypeScript that the packages take, and a wrong one is found', () => {
  const examples = readFiles(/\.md$/).flatMap(examplesIn);
  const documents = new Set(examples.map(({ path }) => path));
  for (const name of ['core', 'compactor', 'trainer', 'edge-runtime'])
    expect(documents).toContain(`packages/${name}/README.md`);
  expect(documents).toContain('README.md');
  const faults = exampleFaults([...examples, ...examplesIn(WRONG)]);
  expect(faults.map((fault) => fault.split(':').slice(0, 2).join(':'))).toEqual([
    ...['wrong.md:3', 'wrong.md:5', 'wrong.md:6'],
  ]);
  expect(faults[0]).toContain('openModle');
  expect(faults[1]).toContain('fastest');
});
