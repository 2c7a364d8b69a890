// Knows that a quiet run tells all that matters: exit code, output, and a child that would not end.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runQuiet } from './runQuiet.mjs';

test('exit code and both streams are kept', async () => {
  const program = 'console.log("out"); console.error("err"); process.exitCode = 3';
  const { code, stdout, output } = await runQuiet(process.execPath, ['-e', program]);
  expect(code).toBe(3);
  expect(stdout).toBe('out\n');
  expect(output.split('\n').sort()).toEqual(['', 'err', 'out']);
});

test('a program that is not there ends with 127 and its name', async () => {
  const { code, output } = await runQuiet('asfp-no-such-program', []);
  expect(code).toBe(127);
  expect(output).toContain('asfp-no-such-program');
});

test('at the time limit the grandchildren die too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'asfp-run-'));
  try {
    const pidFile = join(folder, 'pid');
    const { code, output } = await runQuiet('sh', ['-c', `sleep 60 & echo $! > '${pidFile}'; wait`], {
      timeoutMs: 1500,
    });
    expect(code).toBe(124);
    expect(output).toBe('stopped after 2 s\n');
    expect(existsSync(pidFile)).toBe(true);
    expect(isRunning(Number(readFileSync(pidFile, 'utf8')))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A killed orphan may stay as a zombie until its new parent looks. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/stat`;
  return !existsSync(status) || !readFileSync(status, 'utf8').includes(') Z ');
}
