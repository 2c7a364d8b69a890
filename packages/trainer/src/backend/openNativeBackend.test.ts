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
  expect(findHindrance('node', 'tfjs-node', undefined, '20.20.2')).toMatchInlineSnapshot(`
    {
      "cure": "install the optional dependency tfjs-node, or use --backend wasm, which needs nothing",
      "name": "node",
      "reason": "tfjs-node is not installed",
    }
  `);
});

test('a Node that tfjs-node cannot run on', () => {
  expect(findHindrance('node', 'tfjs-node', folder, '23.0.0')).toMatchInlineSnapshot(`
    {
      "cure": "run Node 20 or 22, or use --backend wasm, which needs nothing",
      "name": "node",
      "reason": "tfjs-node 4.22.0 calls functions that Node 23 no longer has",
    }
  `);
});

test('installed, its addon not downloaded', () => {
  mkdirSync(join(folder, 'lib', 'napi-v8'), { recursive: true });
  expect(findHindrance('node-gpu', 'tfjs-node-gpu', folder, '22.1.0')).toMatchInlineSnapshot(`
    {
      "cure": "run npm rebuild tfjs-node-gpu --build-addon-from-source where its host can be reached, or use --backend wasm, which needs nothing",
      "name": "node-gpu",
      "reason": "the native addon of tfjs-node-gpu was neither downloaded nor built",
    }
  `);
});

test('nothing in the way', () => {
  mkdirSync(join(folder, 'lib', 'napi-v8'), { recursive: true });
  writeFileSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
  expect(findHindrance('node', 'tfjs-node', folder, '20.20.2')).toBeUndefined();
});
