// Knows how to start the pnpm that this repository pins, on a machine that has only npm.
import { readFileSync } from 'node:fs';

/** The repository's root, with a closing slash. */
export const ROOT = new URL('../', import.meta.url);

/**
 * The command line that runs the pinned pnpm with these arguments; npx fetches it on first use.
 * @param {readonly string[]} args
 * @returns {{ readonly command: string, readonly args: readonly string[], readonly version: string }}
 */
export function pinnedPnpm(args) {
  const { packageManager } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
  const pinned = /^pnpm@(\d+\.\d+\.\d+)/.exec(packageManager ?? '');
  if (pinned === null) {
    throw new Error(
      `package.json: expected a packageManager such as pnpm@1.2.3, found ${packageManager}. Pin a version`,
    );
  }
  return { command: 'npx', args: ['--yes', pinned[0], ...args], version: String(pinned[1]) };
}
