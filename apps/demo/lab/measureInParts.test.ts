// Knows that one subject that takes its page down does not take the others' times.
import { expect, test } from 'vitest';
import type { LabReference, LabRequest, LabResult, LabSubject } from '../src/lab/labApi.ts';
import { measureInParts } from './measureInParts.ts';

const subject = (model: string): LabSubject => ({
  ...{ model, url: `http://host/${model}/model.json`, format: 'graph', engine: 'compiled', batch: 1 },
});
const request = (...models: string[]): LabRequest => ({
  ...{ subjects: models.map(subject), budgetMs: 900, threads: 1, reference: null, seed: 1 },
});
const reference: LabReference = { inputs: [[1]], outputs: [[2]] };
const result = { reference, report: {} } as LabResult;

/** A page that crashes when one of its subjects is `bad`, and remembers what it was asked. */
function pages(): { readonly asked: LabRequest[]; readonly ask: (page: LabRequest) => Promise<LabResult> } {
  const asked: LabRequest[] = [];
  return {
    asked,
    ask: async (page) => {
      asked.push(page);
      if (page.subjects.some(({ model }) => model === 'bad')) throw new Error('the page crashed');
      return result;
    },
  };
}

test('a page that works is asked once', async () => {
  const { asked, ask } = pages();
  expect(await measureInParts(request('a', 'b'), ask, () => false)).toEqual({
    results: [result],
    failed: [],
  });
  expect(asked).toHaveLength(1);
});

test('a page that crashes is measured in parts, and only the one to blame has no times', async () => {
  const { asked, ask } = pages();
  const { results, failed } = await measureInParts(request('a', 'bad', 'b'), ask, () => false);
  expect(results).toHaveLength(2);
  expect(failed).toEqual([
    expect.objectContaining({ model: 'bad', engineUsed: null, samplesMs: [], error: 'the page crashed' }),
  ]);
  expect(
    asked.map(({ subjects, budgetMs }) => [subjects.map(({ model }) => model).join(), budgetMs]),
  ).toEqual([
    ['a,bad,b', 900],
    ['a', 300],
    ['bad', 300],
    ['b', 300],
  ]);
  // What the first page that answered made, the others are compared with.
  expect(asked.map((page) => page.reference)).toEqual([null, null, reference, reference]);
});

test('where nothing can help, the error is thrown at once', async () => {
  const { asked, ask } = pages();
  await expect(measureInParts(request('a', 'bad'), ask, () => true)).rejects.toThrow('the page crashed');
  expect(asked).toHaveLength(1);
});
