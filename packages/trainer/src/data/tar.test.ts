import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { readTar } from './tar.ts';

function makeTar(): Buffer {
  const folder = tempFolder(onTestFinished);
  mkdirSync(join(folder, 'inner'));
  writeFileSync(join(folder, 'inner/a.bin'), Buffer.alloc(700, 5));
  writeFileSync(join(folder, 'inner/empty'), '');
  execFileSync('tar', ['cf', 'out.tar', 'inner'], { cwd: folder, stdio: 'ignore' });
  return readFileSync(join(folder, 'out.tar'));
}

test('the files of an archive that tar made are found, folders are not', () => {
  const files = readTar(makeTar(), 'out.tar');
  expect([...files.keys()].sort()).toEqual(['inner/a.bin', 'inner/empty']);
  expect(files.get('inner/a.bin')).toEqual(Buffer.alloc(700, 5));
});

test('an archive that ends inside a file, and bytes that are none, are refused', async () => {
  const cut = makeTar().subarray(0, 1400);
  expect((await failureOf(() => readTar(cut, 'out.tar'))).code).toBe('tar-broken');
  expect((await failureOf(() => readTar(Buffer.alloc(1024, 65), 'out.tar'))).message).toBe(
    'out.tar: expected a header at byte 0, found bytes that do not add up. Get the archive again',
  );
});
