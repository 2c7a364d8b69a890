// Knows models that are dropped as files or handed over as bytes, whole and not.
import { AsfpError } from '@asfp/core';
import { expect, test } from 'vitest';
import { type ModelSource, readSource } from './modelSource.ts';
import type { GraphModelFile } from './parseModelFile.ts';

const json = {
  modelTopology: { node: [] },
  weightsManifest: [{ paths: ['deep/a.bin', 'b.bin'], weights: [{ name: 'w', shape: [5], dtype: 'bool' }] }],
};
const a = Uint8Array.of(1, 2, 3);
const b = Uint8Array.of(4, 5);

const file = (path: string, content: string | Uint8Array<ArrayBuffer>): File => {
  const made = new File([content], path.slice(path.lastIndexOf('/') + 1));
  Object.defineProperty(made, 'webkitRelativePath', { value: path.includes('/') ? path : '' });
  return made;
};
const text = JSON.stringify(json);
const whole = [file('b.bin', b), file('model.json', text), file('a.bin', a)];

const read = (source: ModelSource): Promise<GraphModelFile> => readSource(source, {});
const bytesOf = ({ shards }: GraphModelFile): number[] => [...shards.values()].flatMap((one) => [...one]);

async function refusal(source: ModelSource): Promise<string> {
  const error = await read(source).catch((reason: unknown) => reason);
  if (error instanceof AsfpError) return `${error.code}: ${error.message}`;
  throw new Error('expected an AsfpError', { cause: error });
}

test('files in any order, from a folder or one by one', async () => {
  const dropped = await read(whole);
  expect(bytesOf(dropped)).toEqual([1, 2, 3, 4, 5]);
  expect(dropped).toMatchObject({ url: 'model.json', bytes: text.length + 5 });
  const folder = [
    file('m/old/deep/a.bin', b),
    file('m/deep/a.bin', a),
    file('m/b.bin', b),
    file('m/net.json', text),
  ];
  expect(await refusal(folder)).toBe(
    'model-files: m/net.json: expected one weight file deep/a.bin, found m/old/deep/a.bin, m/deep/a.bin. Give the files of one model alone',
  );
  expect(bytesOf(await read(folder.slice(1)))).toEqual([1, 2, 3, 4, 5]);
});

test('what is missing, or one too many, is named', async () => {
  expect(await refusal(whole.slice(1))).toBe(
    'shard-missing: model.json: expected its weight file b.bin, found model.json, a.bin. Give it together with model.json',
  );
  expect(await refusal([file('a.bin', a)])).toBe(
    'model-files: files: expected one model.json and its weight files, found no .json among a.bin',
  );
  expect(await refusal([])).toContain('found no .json among nothing');
  expect(await refusal([...whole, file('model.json', text)])).toContain('found 2 .json among');
  expect(await refusal([file('b.bin', a), ...whole.slice(1)])).toContain(
    'shard-length: b.bin: expected 2 bytes, found 3 bytes',
  );
});

test('bytes in hand: model.json as text, bytes or parsed', async () => {
  const shards = { 'deep/a.bin': a, 'b.bin': b };
  for (const given of [text, new TextEncoder().encode(text), json]) {
    expect(bytesOf(await read({ json: given, shards }))).toEqual([1, 2, 3, 4, 5]);
  }
  expect(bytesOf(await read({ json, shards: new Map(Object.entries(shards)) }))).toEqual([1, 2, 3, 4, 5]);
  expect(await refusal({ json, shards: { 'b.bin': b } })).toContain('found b.bin');
  const paths = { paths: ['__proto__'], weights: [] };
  expect(await refusal({ json: { ...json, weightsManifest: [paths] }, shards: {} })).toContain(
    'shard-missing',
  );
});
