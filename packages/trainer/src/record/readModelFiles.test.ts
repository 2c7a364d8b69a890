import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ModelCard, parseGraph, writeGraphModel } from '@asfp/core';
import { expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { readModelFiles } from './readModelFiles.ts';

const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,4]
k = const float32[4,2] seed=1
y = matMul(x, k)
output "y" = y
`);
const written = writeGraphModel(graph);
const weights = written.shards.get('weights.bin') as Uint8Array;

function writeJson(folder: string, json: unknown): string {
  writeFileSync(join(folder, 'weights.bin'), weights);
  writeFileSync(join(folder, 'model.json'), typeof json === 'string' ? json : JSON.stringify(json));
  return join(folder, 'model.json');
}

test('a folder or its model.json gives the same files, their size and format', async () => {
  const folder = tempFolder(onTestFinished);
  const file = writeJson(folder, written.json);
  const model = await readModelFiles(folder);
  expect(model).toEqual(await readModelFiles(file));
  expect(model).toMatchObject({ file, format: 'graph-model', bytes: 32, card: undefined });
  expect(model.shards).toEqual(written.shards);
});

test('a weight file that is not the one the card names is refused, with both hashes', async () => {
  const folder = tempFolder(onTestFinished);
  const asfp: ModelCard = {
    format: 'asfp.model-card/1',
    input: { height: 1, width: 1, channels: 4, mean: [], deviation: [] },
    labels: [],
    shards: { 'weights.bin': 'f'.repeat(64) },
  };
  writeJson(folder, { ...written.json, userDefinedMetadata: { asfp } });
  const failure = await failureOf(() => readModelFiles(folder));
  expect(failure.code).toBe('shard-hash');
  expect(failure.message).toMatch(
    /weights\.bin: expected the SHA-256 that model\.json has, f{64}, found [0-9a-f]{64} \(32 bytes\)/,
  );
});

test('a missing weight file and a path that leaves the folder are refused by name', async () => {
  const folder = tempFolder(onTestFinished);
  const file = writeJson(folder, {
    ...written.json,
    weightsManifest: [{ paths: ['gone.bin'], weights: [] }],
  });
  expect((await failureOf(() => readModelFiles(file))).failure.where).toBe(join(folder, 'gone.bin'));
  writeJson(folder, { ...written.json, weightsManifest: [{ paths: ['../weights.bin'], weights: [] }] });
  expect((await failureOf(() => readModelFiles(file))).code).toBe('shard-path');
});

test.each(['{', 'null', '[]', '"text"', '{"weightsManifest":[]}'])(
  'a model.json of %s is no model',
  async (text) => {
    const file = writeJson(tempFolder(onTestFinished), text);
    expect(await failureOf(() => readModelFiles(file))).toMatchObject({
      code: 'not-a-model',
      failure: { where: file },
    });
  },
);

test('a path that leads nowhere is told', async () => {
  const nowhere = join(tempFolder(onTestFinished), 'nowhere');
  expect((await failureOf(() => readModelFiles(nowhere))).message).toBe(
    `${nowhere}: expected a model.json, or the folder of one, found no such file. Check the path`,
  );
  const folder = tempFolder(onTestFinished);
  expect((await failureOf(() => readModelFiles(folder))).code).toBe('model-missing');
});

test('files of gigabytes in the place of small ones are refused unread', async () => {
  const folder = tempFolder(onTestFinished);
  const file = writeJson(folder, written.json);
  // Larger than any array that could be read into, and sparse.
  truncateSync(join(folder, 'weights.bin'), 5 * 2 ** 30);
  expect((await failureOf(() => readModelFiles(folder))).message).toBe(
    `${file}, weight file weights.bin: expected 32 bytes, found 5368709120. The file is cut short or belongs to another model: copy it again`,
  );
  truncateSync(file, 5 * 2 ** 30);
  expect((await failureOf(() => readModelFiles(folder))).message).toContain('a file of 5368709120 bytes');
});
