import { existsSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { tempFolder } from '../../testing/tempFolder.ts';
import { officialDownload } from './officialDownload.ts';

afterEach(() => vi.unstubAllEnvs());

/** Makes a host that answers, as tfjs-node's would. */
async function stubHost(): Promise<void> {
  const server = createServer((_, response) => void response.end());
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  vi.stubEnv('TFJS_NODE_CDN_STORAGE', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

/** A package whose installer fills `deps` and `lib`, marks its package.json, then runs `rest`; a store shares its package.json. */
function fakePackage(rest: string, main = ''): { folder: string; stored: string } {
  const root = tempFolder(onTestFinished);
  const folder = join(root, 'package');
  const stored = join(root, 'stored.json');
  mkdirSync(join(folder, 'scripts'), { recursive: true });
  writeFileSync(join(folder, 'index.js'), main);
  writeFileSync(stored, '{}');
  linkSync(stored, join(folder, 'package.json'));
  const installer = `
    const fs = require('fs');
    for (const part of ['deps', 'lib']) fs.mkdirSync(part);
    fs.writeFileSync('package.json', JSON.stringify({ kind: process.argv[2] }));
    ${rest}`;
  writeFileSync(join(folder, 'scripts', 'install.js'), installer);
  return { folder, stored };
}

test('what it downloads stays, and the store keeps its own package.json', async () => {
  await stubHost();
  const { folder, stored } = fakePackage('');
  expect(await officialDownload(folder, true, {})).toBeUndefined();
  expect(['deps', 'lib'].map((part) => existsSync(join(folder, part)))).toEqual([true, true]);
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('{"kind":"gpu"}');
  expect(readFileSync(stored, 'utf8')).toBe('{}');
});

test.each([
  ['console.error("Error: 404"); process.exit(1)', '', 'its download failed: Error: 404'],
  ['', 'throw new Error("no GLIBC")', 'what it downloaded does not load: throw new Error("no GLIBC")'],
])('after a failure the package is as it was: %s%s', async (rest, main, obstacle) => {
  await stubHost();
  const { folder } = fakePackage(rest, main);
  expect(await officialDownload(folder, false, {})).toBe(obstacle);
  expect(['deps', 'lib'].map((part) => existsSync(join(folder, part)))).toEqual([false, false]);
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('{}');
});

test('a host that does not answer is told, and nothing is run', async () => {
  vi.stubEnv('TFJS_NODE_CDN_STORAGE', 'http://127.0.0.1:9/');
  const { folder } = fakePackage('');
  expect(await officialDownload(folder, false, {})).toBe('127.0.0.1:9 is out of reach');
  expect(existsSync(join(folder, 'deps'))).toBe(false);
});
