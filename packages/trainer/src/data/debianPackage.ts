// Knows how to take files out of a Debian package without installing it.

import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AsfpError, describeError } from '@asfp/core';
import { makeFolders } from '../record/makeFolders.ts';

const run = promisify(execFile);

/**
 * Gets a package by apt and unpacks it into a temporary folder, which is given to `use` and removed after it. Nothing of
 * the system changes: where apt has no package lists of its own, they are fetched into that folder as well.
 * Throws AsfpError `apt-failed`.
 */
export async function withDebianPackage<T>(name: string, use: (root: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'asfp-apt-'));
  try {
    const root = join(folder, 'root');
    try {
      await fetchPackage(name, folder);
      const deb = (await readdir(folder)).find((file) => file.endsWith('.deb'));
      if (deb === undefined) throw new Error('apt-get download left no package');
      await run('dpkg-deb', ['-x', join(folder, deb), root]);
    } catch (cause) {
      throw new AsfpError(
        {
          code: 'apt-failed',
          where: `apt-get download ${name}`,
          expected: 'the Debian package',
          found: lastLine(describeError(cause)),
          cure: 'Check the network, or give a folder that has the files with --data',
        },
        { cause },
      );
    }
    return await use(root);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchPackage(name: string, folder: string): Promise<void> {
  const quick = ['-qq', '-o', 'Acquire::Retries=0', '-o', 'Acquire::http::Timeout=10'];
  try {
    await run('apt-get', [...quick, 'download', name], { cwd: folder, timeout: 180_000 });
    return;
  } catch (error) {
    // Without apt itself a second try is of no use.
    if ((error as { code?: unknown }).code === 'ENOENT')
      throw new Error('this machine has no apt-get', { cause: error });
  }
  const lists = join(folder, 'lists');
  const cache = join(folder, 'cache');
  await makeFolders(join(lists, 'partial'));
  await makeFolders(join(cache, 'archives', 'partial'));
  const own = [...quick, '-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`];
  await run('apt-get', [...own, 'update'], { cwd: folder, timeout: 180_000 });
  await run('apt-get', [...own, 'download', name], { cwd: folder, timeout: 180_000 });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? text;
}
