// Knows how a drop is read: files alone, and folders in folders, whose readers give their entries bit by bit.
import { expect, test } from 'vitest';
import { areModel, droppedFiles } from './droppedFiles.ts';

const fileEntry = (name: string): object => ({
  isFile: true,
  file: (done: (file: File) => void) => done(new File([], name)),
});

function folderEntry(...batches: readonly object[][]): object {
  return {
    isFile: false,
    createReader: () => {
      const left = [...batches];
      return { readEntries: (done: (entries: object[]) => void) => done(left.shift() ?? []) };
    },
  };
}

const drop = (entries: readonly (object | null)[], files: readonly File[] = []): DataTransfer =>
  ({ items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })), files }) as unknown as DataTransfer;

test('folders are opened', async () => {
  const data = drop([
    fileEntry('a.png'),
    folderEntry([fileEntry('model.json')], [folderEntry([fileEntry('weights.bin')])]),
  ]);
  const files = await droppedFiles(data);
  expect(files.map(({ name }) => name)).toEqual(['a.png', 'model.json', 'weights.bin']);
  expect(areModel(files)).toBe(true);
  expect(areModel(files.slice(0, 1))).toBe(false);
});

test('a browser that knows no entries gives its files; a text that was dropped is none', async () => {
  const file = new File([], 'a.png');
  expect(await droppedFiles(drop([null], [file]))).toEqual([file]);
  expect(await droppedFiles(null)).toEqual([]);
});
