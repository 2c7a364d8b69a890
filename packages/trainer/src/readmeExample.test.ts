import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EndEvent } from '@asfp/core';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from './testing/tempFolder.ts';
import { writeTinyIdx } from './testing/tinyIdx.ts';
import { train } from './train.ts';

test('the example of the README runs', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const [, example = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const folder = tempFolder(onTestFinished);
  const [data, out] = [join(folder, 'data'), join(folder, 'run')];
  await writeTinyIdx(data, { train: 32, test: 20 });
  const body = example
    .replace("import { train } from '@asfp/trainer';", '')
    .replace('const accuracies: number[]', 'const accuracies')
    .replace("'data/mnist'", JSON.stringify(data))
    .replace("'runs/first'", JSON.stringify(out));
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (trainer: typeof train) => Promise<{ end: EndEvent; accuracies: number[] }>;
  const { end, accuracies } = await new AsyncFunction('train', `${body}; return { end, accuracies };`)(train);
  expect(accuracies).toHaveLength(2);
  expect(end).toMatchObject({ type: 'end', testImages: 20 });
  expect(existsSync(join(out, 'dense/model.json'))).toBe(true);
});
