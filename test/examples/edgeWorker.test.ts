// Knows that the example for the edge answers in workerd, which compiles no WebAssembly from bytes and evaluates no text.
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import program from 'workerd';
import { colours, writeExampleModel } from './exampleModel.ts';

const WORKER = fileURLToPath(new URL('../../examples/edge-worker/worker.ts', import.meta.url));
const KERNELS = fileURLToPath(new URL('../../packages/kernels/wasm/kernels.simd.wasm', import.meta.url));

/** What the platform hands over as modules, by the names that the bundled worker uses. */
const MODULES = [
  { name: 'worker.js', type: 'esModule' },
  { name: 'kernels.simd.wasm', type: 'wasm' },
  { name: 'model.json', type: 'json' },
  { name: 'weights.bin', type: 'data' },
];

let folder = '';
let server: ChildProcess | undefined;
let address = '';
let said = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'asfp-edge-'));
  writeExampleModel(folder);
  copyFileSync(KERNELS, join(folder, 'kernels.simd.wasm'));
  // As wrangler does: one script, what is no script stays a module of its own.
  await build({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true, target: 'webworker' },
    build: {
      ssr: WORKER,
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: {
        external: /\.(wasm|bin|json)$/,
        output: { entryFileNames: 'worker.js', paths: (id) => `./${id.slice(id.lastIndexOf('/') + 1)}` },
      },
    },
  });
  const port = await freePort();
  const embedded = MODULES.map(({ name, type }) => `(name = "${name}", ${type} = embed "${name}")`);
  writeFileSync(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [${embedded.join(', ')}], compatibilityDate = "2026-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);`,
  );
  server = spawn(program, ['serve', join(folder, 'config.capnp')], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', (text) => (said += text));
  address = `http://127.0.0.1:${port}/`;
  await answering();
});
afterAll(() => {
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function answering(): Promise<void> {
  while (server?.exitCode === null) {
    try {
      await fetch(address, { method: 'POST' });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`workerd ended: ${said}`);
}

const ask = (body: Buffer): Promise<Response> =>
  fetch(address, { method: 'POST', body: new Uint8Array(body) });

test('it answers with the labels that the oracle says', async () => {
  for (const { rgba, label, percent } of colours) {
    const [best] = (await (await ask(rgba)).json()) as { label: string; probability: number }[];
    expect(best?.label).toBe(label);
    expect(100 * (best?.probability ?? 0)).toBeCloseTo(percent, 3);
  }
});

test('what is no picture of that size is a 400 with the reason', async () => {
  const response = await ask(Buffer.from('no picture'));
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({
    error: expect.stringContaining('found 4 × 4, 10 bytes'),
  });
  expect(said).toBe('');
});
