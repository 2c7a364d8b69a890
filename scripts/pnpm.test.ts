// Knows that the wrapper around pnpm is transparent: arguments, exit code and signals pass through.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const WRAPPER = fileURLToPath(new URL('pnpm.mjs', import.meta.url));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'asfp-pnpm-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the wrapper with an npx of our own. */
function start(npx: string, ...args: string[]): ChildProcess {
  const file = join(folder, 'npx');
  writeFileSync(file, `#!/bin/sh\n${npx}\n`);
  chmodSync(file, 0o755);
  return spawn(process.execPath, [WRAPPER, ...args], {
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

test('npx gets the pinned version and all arguments, and its exit code comes back', async () => {
  const child = start(`printf '%s\\n' "$@" > '${folder}/args'; exit 7`, 'run', 'a b', '--x');
  expect(await exitOf(child)).toBe(7);
  const [yes, pinned, ...rest] = readFileSync(join(folder, 'args'), 'utf8').trimEnd().split('\n');
  expect([yes, ...rest]).toEqual(['--yes', 'run', 'a b', '--x']);
  expect(pinned).toMatch(/^pnpm@\d+\.\d+\.\d+$/);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s reaches the program, which ends with %i', async (signal, code) => {
  const program = `process.on("${signal}", () => process.exit(${code})); console.log(1); setInterval(() => {}, 1e3);`;
  const child = start(`exec '${process.execPath}' -e '${program}'`);
  if (child.stdout === null) throw new Error('no stdout');
  await once(child.stdout, 'data');
  child.kill(signal);
  expect(await exitOf(child)).toBe(code);
});

test('a program killed by a signal gives 128 and the signal', async () => {
  expect(await exitOf(start('kill -KILL $$'))).toBe(137);
});
