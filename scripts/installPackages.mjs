// Knows how to install the dependencies from the lock file, and when there is nothing to install.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pinnedPnpm, ROOT } from './pinnedPnpm.mjs';
import { runQuiet } from './runQuiet.mjs';
import { SetupError } from './setupError.mjs';
import { addNotes, packagesFingerprint, readNotes } from './setupNotes.mjs';

/**
 * Installs the packages of the workspace unless the last set-up installed exactly these.
 * @param {(line: string) => void} say
 */
export async function installPackages(say) {
  const fingerprint = packagesFingerprint();
  if (readNotes().packages === fingerprint && existsSync(new URL('node_modules/.bin/tsx', ROOT))) return;

  const { command, args, version } = pinnedPnpm([
    'install',
    '--frozen-lockfile',
    '--prod=false',
    '--config.confirmModulesPurge=false',
    '--reporter=append-only',
  ]);
  say(`packages: installing with pnpm ${version} (a minute or two the first time)`);
  const { code, output } = await runQuiet(command, args, { cwd: fileURLToPath(ROOT) });
  if (code !== 0) {
    throw new SetupError(
      `packages: expected pnpm install to succeed, found exit code ${code}. ` +
        'Check the network and the free space on the disk, then run this again; the end of its output:',
      output,
    );
  }
  addNotes({ packages: fingerprint });
}
