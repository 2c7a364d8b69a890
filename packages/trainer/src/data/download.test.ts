import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { download } from './download.ts';

const content = Buffer.alloc(100_000, 'pixels');
const sha256 = createHash('sha256').update(content).digest('hex');
let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/whole') response.end(content);
    else if (request.url === '/packed') response.end(gzipSync(content));
    else if (request.url === '/other') response.end(content.subarray(1));
    else if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 50_000), () => response.destroy());
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

test('the next address is tried until one gives the bytes of the checksum', async () => {
  const path = join(tempFolder(onTestFinished), 'deep', 'file');
  const urls = ['/missing', '/other', '/cut', '/whole'].map((url) => base + url);
  await download({ urls, sha256, ofUnpacked: false }, path);
  expect(readFileSync(path).equals(content)).toBe(true);
});

test('a packed file is checked by what it unpacks to, and kept packed', async () => {
  const path = join(tempFolder(onTestFinished), 'file.gz');
  await download({ urls: [`${base}/packed`], sha256, ofUnpacked: true }, path);
  expect(readFileSync(path).equals(gzipSync(content))).toBe(true);
});

test('nothing is left of a download that failed, and every answer is named', async () => {
  const folder = tempFolder(onTestFinished);
  const path = join(folder, 'file');
  const urls = ['/missing', '/other'].map((url) => base + url);
  const failure = await failureOf(() => download({ urls, sha256, ofUnpacked: false }, path));
  expect(failure.code).toBe('download-failed');
  expect(failure.failure.found).toMatch(/HTTP 404; .*SHA-256 [0-9a-f]{64} instead of/);
  expect(existsSync(path)).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});
