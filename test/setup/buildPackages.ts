// Knows that the tests of this project look at what is built, and has it built before them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds what is not up to date; throws an Error with the builder's words when that fails. */
export default function buildPackages(): void {
  const pnpm = fileURLToPath(new URL('../../scripts/pnpm.mjs', import.meta.url));
  const turbo = ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [pnpm, ...turbo], {
    encoding: 'utf8',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  if (status !== 0) throw new Error(`the packages do not build:\n${stdout}${stderr}`);
}
