import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findHindrance } from './openNativeBackend.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'asfp-native-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('not installed', () => {
  expect(
    findHindrance({ name: 'node', gpu: false, built: undefined, folder: undefined }),
  ).toMatchInlineSnapshot(`
    {
      "cure": "run asfp native, which downloads or builds it, or use --backend wasm, which needs nothing",
      "name": "node",
      "reason": "@tensorflow/tfjs-node is not installed",
    }
  `);
});

test('no GPU', () => {
  expect(findHindrance({ name: 'node-gpu', gpu: false, built: undefined, folder })).toMatchInlineSnapshot(`
    {
      "cure": "see docs/gpu-servers.md, or use --backend node",
      "name": "node-gpu",
      "reason": "this machine has no NVIDIA GPU, or no driver for it",
    }
  `);
});

test('installed, its addon not downloaded', () => {
  mkdirSync(join(folder, 'lib', 'napi-v8'), { recursive: true });
  expect(findHindrance({ name: 'node-gpu', gpu: true, built: undefined, folder })).toMatchInlineSnapshot(`
    {
      "cure": "run asfp native --gpu, which downloads or builds it, or use --backend wasm, which needs nothing",
      "name": "node-gpu",
      "reason": "the native addon of @tensorflow/tfjs-node-gpu was neither downloaded nor built",
    }
  `);
});

test('nothing in the way: its own addon, or one that was built here', () => {
  mkdirSync(join(folder, 'lib', 'napi-v8'), { recursive: true });
  writeFileSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
  expect(findHindrance({ name: 'node', gpu: false, built: undefined, folder })).toBeUndefined();
  const built = {
    format: 'asfp.native/1',
    tfjsNode: '4.22.0',
    tensorflow: '2.21.0',
    source: 'pip',
  } as const;
  expect(findHindrance({ name: 'node', gpu: false, built, folder: undefined })).toBeUndefined();
});
