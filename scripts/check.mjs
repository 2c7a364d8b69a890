// Knows how to run all checks and tests (with `--setup`, after setting up), and to end with how many passed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { listChecks, testRun } from './checks.mjs';
import { countTests, verdictLine } from './countTests.mjs';
import { ROOT } from './pinnedPnpm.mjs';
import { runQuiet } from './runQuiet.mjs';

const AT_ONCE = 2;
const CHECK_LIMIT_MS = 360_000;
const TESTS_LIMIT_MS = 660_000;

const cwd = fileURLToPath(ROOT);
const colours = process.stdout.isTTY && !process.env.NO_COLOR;
const env = {
  ...process.env,
  ...(colours ? { FORCE_COLOR: '1' } : { NO_COLOR: '1', FORCE_COLOR: undefined }),
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
};

/** @param {string} text */
const print = (text) => process.stdout.write(`${text}\n`);

/**
 * Runs one check and tells how it went; its output only when it failed.
 * @param {import('./checks.mjs').Check} check
 * @param {number} timeoutMs
 */
async function run({ name, command, args }, timeoutMs) {
  const start = Date.now();
  const { code, output } = await runQuiet(command, args, { cwd, env, timeoutMs });
  const seconds = ((Date.now() - start) / 1000).toFixed(1).padStart(6);
  print(`${code === 0 ? 'ok    ' : 'FAILED'} ${seconds} s  ${name}`);
  // Some programs colour their output whatever they are told.
  if (code !== 0) print(`${colours ? output.trim() : stripVTControlCharacters(output).trim()}\n`);
  return code === 0;
}

async function runChecks() {
  const counts = { passed: 0, failed: 0 };
  const waiting = [...listChecks()];
  const takeNext = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      counts[(await run(check, CHECK_LIMIT_MS)) ? 'passed' : 'failed']++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, takeNext));
  return counts;
}

async function runTests() {
  const folder = mkdtempSync(path.join(tmpdir(), 'asfp-check-'));
  try {
    const reportFile = path.join(folder, 'report.json');
    const ok = await run(testRun(reportFile), TESTS_LIMIT_MS);
    const counts = countTests(readReport(reportFile));
    // Errors outside of any test (an unhandled rejection) fail the run, but stand in no file's results.
    if (!ok && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} file */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { testResults: [] };
  }
}

/** Whether there is all that the checks need; set-up speaks for itself. */
function setUp() {
  const script = fileURLToPath(new URL('scripts/setup.mjs', ROOT));
  return spawnSync(process.execPath, [script], { stdio: 'inherit' }).status === 0;
}

async function runAll() {
  const checks = await runChecks();
  const tests = await runTests();
  return {
    passed: checks.passed + tests.passed,
    failed: checks.failed + tests.failed,
    skipped: tests.skipped,
  };
}

const withSetup = process.argv.includes('--setup');
const total = withSetup && !setUp() ? { passed: 0, failed: 1, skipped: 0 } : await runAll();
print(verdictLine(total));
process.exitCode = total.failed + total.skipped > 0 ? 1 : 0;
