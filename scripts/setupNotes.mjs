// Knows what an earlier set-up did, so that the next one need not do it again.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { ROOT } from './pinnedPnpm.mjs';

/**
 * @typedef {object} SetupNotes
 * @property {string} [packages] fingerprint of what was installed
 * @property {{ readonly outcome: string, readonly ok: boolean, readonly atMs: number }} [native]
 *   the last try to install the native addon
 */

const FILE = new URL('node_modules/.asfp-setup.json', ROOT);

/**
 * The notes of the last set-up; empty where there was none, or where they cannot be read.
 * @returns {SetupNotes}
 */
export function readNotes() {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'));
  } catch {
    return {};
  }
}

/**
 * Adds to the notes, whole or not at all.
 * @param {SetupNotes} change
 */
export function addNotes(change) {
  const text = JSON.stringify({ ...readNotes(), ...change });
  const temporary = new URL(`${FILE.href}.${process.pid}`);
  mkdirSync(new URL('.', FILE), { recursive: true });
  writeFileSync(temporary, text);
  renameSync(temporary, FILE);
}

/**
 * The fingerprint of what an install depends on: the lock file, pnpm's settings, this Node's ABI.
 * @returns {string}
 */
export function packagesFingerprint() {
  const hash = createHash('sha256');
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml'])
    hash.update(readFileSync(new URL(name, ROOT)));
  return hash.update(`${process.platform} ${process.arch} ${process.versions.modules}`).digest('hex');
}
