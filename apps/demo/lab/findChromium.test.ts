// Knows where a browser is looked for, in which order, and what does not count as one.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findChromium } from './findChromium.mjs';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'asfp-chromium-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function program(path: string, exitCode = 0): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\nexit ${exitCode}\n`);
  chmodSync(file, 0o755);
  return file;
}

function search(env: Record<string, string> = {}): ReturnType<typeof findChromium> {
  return findChromium({ env: { PATH: join(root, 'bin'), HOME: root, ...env }, platform: 'linux' });
}

test('a machine without a browser has none', () => {
  expect(search()).toBeUndefined();
});

test('CHROMIUM_PATH wins, then PATH, then the cache of Playwright', () => {
  const cached = program('.cache/ms-playwright/chromium-1200/chrome-linux64/chrome');
  expect(search()).toEqual({ path: cached, source: 'Playwright' });
  const chrome = program('bin/google-chrome');
  expect(search()).toEqual({ path: chrome, source: 'PATH' });
  const chromium = program('bin/chromium');
  expect(search()).toEqual({ path: chromium, source: 'PATH' });
  const mine = program('mine');
  expect(search({ CHROMIUM_PATH: mine })).toEqual({ path: mine, source: 'CHROMIUM_PATH' });
});

test('a CHROMIUM_PATH that does not start is an error, not a reason to take another browser', () => {
  program('bin/chromium');
  const missing = join(root, 'missing');
  expect(() => search({ CHROMIUM_PATH: missing })).toThrow(
    `CHROMIUM_PATH: expected a Chromium that starts, found ${missing}. Correct it, or unset it to let one be found`,
  );
  expect(() => search({ CHROMIUM_PATH: program('broken', 1) })).toThrow('expected a Chromium that starts');
});

test('a stub that fails, a folder and a file without the right to run are passed over', () => {
  program('bin/chromium', 1);
  mkdirSync(join(root, 'bin/chromium-browser'), { recursive: true });
  chmodSync(program('bin/google-chrome'), 0o644);
  expect(search()).toBeUndefined();
  const stable = program('bin/google-chrome-stable');
  expect(search()).toEqual({ path: stable, source: 'PATH' });
});

test('of Playwright’s browsers the newest whole one is taken, a headless shell only for want of one', () => {
  const shell = program(
    'pw/chromium_headless_shell-1300/chrome-headless-shell-linux64/chrome-headless-shell',
  );
  const env = { PLAYWRIGHT_BROWSERS_PATH: join(root, 'pw') };
  expect(search(env)).toEqual({ path: shell, source: 'Playwright' });
  program('pw/chromium-999/chrome-linux/chrome');
  const newest = program('pw/chromium-1000/chrome-linux64/chrome');
  program('pw/chromium-1100/unfinished');
  expect(search(env)).toEqual({ path: newest, source: 'Playwright' });
});
