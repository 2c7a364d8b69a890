// Knows where a Chromium may be on this machine. Plain JavaScript, since set-up runs before any tool is installed.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const MAC_APPS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Below a revision's folder in Playwright's cache, a whole browser before the headless shell. */
const PLAYWRIGHT_BINARIES = {
  chromium: [
    'chrome-linux64/chrome',
    'chrome-linux-arm64/chrome',
    'chrome-linux/chrome',
    'chrome-mac-x64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
    'chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
    'chrome-win64/chrome.exe',
  ],
  chromium_headless_shell: [
    'chrome-headless-shell-linux64/chrome-headless-shell',
    'chrome-headless-shell-linux-arm64/chrome-headless-shell',
    'chrome-linux/headless_shell',
    'chrome-headless-shell-mac-x64/chrome-headless-shell',
    'chrome-headless-shell-mac-arm64/chrome-headless-shell',
    'chrome-headless-shell-win64/chrome-headless-shell.exe',
  ],
};

/** @type {typeof import('./findChromium.mjs').findChromium} */
export function findChromium({ env = process.env, platform = process.platform, starts = startsUp } = {}) {
  const asked = env.CHROMIUM_PATH;
  if (asked) {
    const file = path.resolve(asked);
    if (isExecutable(file) && starts(file)) return { path: file, source: 'CHROMIUM_PATH' };
    throw new Error(
      `CHROMIUM_PATH: expected a Chromium that starts, found ${asked}. Correct it, or unset it to let one be found`,
    );
  }
  for (const { file, source } of candidates(env, platform)) {
    if (isExecutable(file) && starts(file)) return { path: file, source };
  }
  return undefined;
}

/**
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {string} platform
 */
function* candidates(env, platform) {
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  for (const command of COMMANDS) {
    for (const folder of folders) yield { file: path.join(folder, command), source: 'PATH' };
  }
  if (platform === 'darwin') for (const file of MAC_APPS) yield { file, source: 'Applications' };
  if (platform === 'win32') {
    for (const root of [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]) {
      if (root)
        yield { file: path.join(root, 'Google/Chrome/Application/chrome.exe'), source: 'Program Files' };
    }
  }
  const cache = playwrightCache(env, platform);
  for (const [kind, binaries] of Object.entries(PLAYWRIGHT_BINARIES)) {
    for (const revision of revisions(cache, kind)) {
      for (const binary of binaries) yield { file: path.join(cache, revision, binary), source: 'Playwright' };
    }
  }
}

/**
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {string} platform
 */
function playwrightCache(env, platform) {
  if (env.PLAYWRIGHT_BROWSERS_PATH) return path.resolve(env.PLAYWRIGHT_BROWSERS_PATH);
  const home = env.HOME || homedir();
  if (platform === 'darwin') return path.join(home, 'Library/Caches/ms-playwright');
  if (platform === 'win32')
    return path.join(env.LOCALAPPDATA || path.join(home, 'AppData/Local'), 'ms-playwright');
  return path.join(env.XDG_CACHE_HOME || path.join(home, '.cache'), 'ms-playwright');
}

/**
 * The folders `kind-NNNN`, newest first.
 * @param {string} cache
 * @param {string} kind
 */
function revisions(cache, kind) {
  /** @type {string[]} */
  let names = [];
  try {
    names = readdirSync(cache);
  } catch {
    // No cache is the usual case.
  }
  const number = (/** @type {string} */ name) => Number(name.slice(kind.length + 1));
  return names
    .filter((name) => name.startsWith(`${kind}-`) && Number.isInteger(number(name)))
    .sort((a, b) => number(b) - number(a));
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * A file alone proves little: Ubuntu's `chromium-browser` may be a stub that asks for a snap, and a downloaded
 * binary may lack its system libraries.
 * @param {string} file
 */
function startsUp(file) {
  // On Windows `--version` opens a window.
  if (process.platform === 'win32') return true;
  const { status } = spawnSync(file, ['--version'], { stdio: 'ignore', timeout: 20_000 });
  return status === 0;
}
