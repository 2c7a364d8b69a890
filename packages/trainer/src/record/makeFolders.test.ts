import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../testing/tempFolder.ts';
import { makeFolders } from './makeFolders.ts';

test('makes what is missing and tells the first, and nothing where all is there', async () => {
  const folder = tempFolder(onTestFinished);
  const deep = join(folder, 'a', 'b', 'c');
  expect(await makeFolders(deep)).toBe(join(folder, 'a'));
  expect(statSync(deep).isDirectory()).toBe(true);
  expect(await makeFolders(deep)).toBeUndefined();
});

test('a file in the way is told', async () => {
  const file = join(tempFolder(onTestFinished), 'file');
  writeFileSync(file, '');
  await expect(makeFolders(join(file, 'x'))).rejects.toThrow('ENOTDIR');
});

// Node's recursive mkdir does not come back from /proc.
test('a file system that lets nobody make folders is an error, at once', async () => {
  const closed = existsSync('/proc/self') ? '/proc' : '/dev/null';
  await expect(makeFolders(`${closed}/asfp/run`)).rejects.toThrow(/ENOENT|EACCES|EPERM|ENOTDIR/);
});
