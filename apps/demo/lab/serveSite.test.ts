// Knows what the server gives, with which headers, and what it never gives.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SiteServer, serveSite } from './serveSite.ts';

let root = '';
let server: SiteServer;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'asfp-serve-'));
  for (const folder of ['site/assets', 'run/compact']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'site/index.html'), '<p>page</p>');
  writeFileSync(join(root, 'site/assets/a.wasm'), 'wasm');
  writeFileSync(join(root, 'run/compact/model.json'), '{"a":1}');
  writeFileSync(join(root, 'run/compact/weights.bin'), 'bytes');
  writeFileSync(join(root, 'secret.txt'), 'secret');
  symlinkSync(join(root, 'secret.txt'), join(root, 'run/link.txt'));
  server = await serveSite({ site: join(root, 'site'), folder: join(root, 'run') });
});

afterEach(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

/** A request whose path is sent as it is: `fetch` would resolve the dots itself. */
function raw(path: string, method = 'GET'): Promise<{ readonly status: number; readonly body: string }> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

test('pages and run files come with their types, isolated from other origins', async () => {
  const page = await fetch(server.url);
  expect(await page.text()).toBe('<p>page</p>');
  expect(Object.fromEntries(page.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
  });
  const wasm = await fetch(`${server.url}assets/a.wasm?v=1`);
  expect(wasm.headers.get('content-type')).toBe('application/wasm');
  const model = await fetch(`${server.url}run/compact/model.json`);
  expect(await model.json()).toEqual({ a: 1 });
  const weights = await fetch(`${server.url}run/compact/weights.bin`, { method: 'HEAD' });
  expect([weights.headers.get('content-length'), await weights.text()]).toEqual(['5', '']);
});

test('the index lists what the folder has, unless the folder has an index of its own', async () => {
  const index = `${server.url}run/index.json`;
  expect(await (await fetch(index)).json()).toEqual({ compact: 'compact/model.json' });
  writeFileSync(join(root, 'run/index.json'), '{"dense":"elsewhere/model.json"}');
  expect(await (await fetch(index)).json()).toEqual({ dense: 'elsewhere/model.json' });
});

test.each([
  '/run/../../secret.txt',
  '/run/..%2f..%2fsecret.txt',
  '/run/%2e%2e/%2e%2e/secret.txt',
  '/..%5c..%5csecret.txt',
  '/run/link.txt',
  '/run/compact',
  '/run//etc/passwd',
  '/%00',
  '/%',
  '/nothing.js',
])('%s is refused', async (path) => {
  const { status, body } = await raw(path);
  expect([400, 404]).toContain(status);
  expect(body).toBe(`${status}\n`);
});

test('nothing but reading is allowed', async () => {
  for (const method of ['POST', 'PUT', 'DELETE']) {
    expect(await raw('/run/compact/model.json', method)).toEqual({ status: 405, body: '405\n' });
  }
});

test('a folder that is none, and a port that is taken, are named', async () => {
  const site = join(root, 'site');
  await expect(serveSite({ site, folder: join(root, 'nowhere') })).rejects.toThrow(
    `${join(root, 'nowhere')}: expected a folder, found nothing`,
  );
  const port = Number(new URL(server.url).port);
  await expect(serveSite({ site, folder: join(root, 'run'), port })).rejects.toThrow(
    `port ${port}: expected a free port`,
  );
});

test('without a run folder its index is empty, and nothing else is there', async () => {
  const bare = await serveSite({ site: join(root, 'site'), folder: undefined });
  try {
    expect(await (await fetch(bare.url)).text()).toBe('<p>page</p>');
    expect(await (await fetch(`${bare.url}run/index.json`)).json()).toEqual({});
    expect((await fetch(`${bare.url}run/compact/model.json`)).status).toBe(404);
  } finally {
    await bare.close();
  }
});
