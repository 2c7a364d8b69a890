// Knows how to get a Chromium onto a machine that has none.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../apps/demo/lab/findChromium.mjs';
import { ROOT } from './pinnedPnpm.mjs';
import { runQuiet } from './runQuiet.mjs';
import { SetupError } from './setupError.mjs';

const CURE =
  'Install one (Debian: apt-get install chromium; elsewhere: Chromium or Google Chrome), ' +
  'or set CHROMIUM_PATH to its executable';

/**
 * @typedef {object} Way
 * @property {string} name
 * @property {() => boolean} possible
 * @property {() => Promise<{ readonly code: number, readonly output: string }>} get
 */

/** @type {readonly Way[]} */
const WAYS = [
  { name: "Debian's package", possible: aptWorks, get: installDebianPackage },
  { name: "Playwright's download", possible: () => true, get: downloadByPlaywright },
];

/**
 * Makes sure that there is a Chromium: one on the machine, else Debian's package, else Playwright's download.
 * @param {(line: string) => void} say
 * @param {{ readonly find?: () => { readonly path: string } | undefined, readonly ways?: readonly Way[] }} [parts]
 */
export async function installChromium(say, { find = findOrExplain, ways = WAYS } = {}) {
  if (find() !== undefined) return;
  /** @type {string[]} */
  const failures = [];
  for (const { name, possible, get } of ways) {
    if (!possible()) continue;
    say(`chromium: none on this machine, trying ${name}`);
    const { code, output } = await get();
    const found = find();
    if (found !== undefined) {
      say(`chromium: ${found.path}`);
      return;
    }
    failures.push(`${name}, exit code ${code}:\n${lastLines(output)}`);
  }
  throw new SetupError(`chromium: expected one on this machine, found none. ${CURE}`, failures.join('\n'));
}

function findOrExplain() {
  try {
    return findChromium();
  } catch (error) {
    throw new SetupError(error instanceof Error ? error.message : String(error));
  }
}

/** Whether this is root on Debian or a relative of it. */
function aptWorks() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}

async function installDebianPackage() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = await runQuiet('apt-get', ['-qq', 'update'], { env, timeoutMs: 120_000 });
  if (update.code !== 0) return update;
  return runQuiet('apt-get', ['-qq', '-y', '--no-install-recommends', 'install', 'chromium'], {
    env,
    timeoutMs: 400_000,
  });
}

async function downloadByPlaywright() {
  const cli = fileURLToPath(new URL('apps/demo/node_modules/playwright-core/cli.js', ROOT));
  const download = await runQuiet(process.execPath, [cli, 'install', '--no-shell', 'chromium'], {
    env: { ...process.env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' },
    timeoutMs: 400_000,
  });
  // The browser may lack system libraries, which only root can install.
  if (download.code === 0 && findOrExplain() === undefined && aptWorks()) {
    return runQuiet(process.execPath, [cli, 'install-deps', 'chromium'], { timeoutMs: 400_000 });
  }
  return download;
}

/** @param {string} output */
function lastLines(output) {
  return output.trimEnd().split('\n').slice(-8).join('\n');
}
