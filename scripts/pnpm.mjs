// Knows how to hand a command line to the pinned pnpm: `node scripts/pnpm.mjs add valibot`.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { pinnedPnpm } from './pinnedPnpm.mjs';

const { command, args } = pinnedPnpm(process.argv.slice(2));
/** @type {import('node:child_process').ChildProcess | undefined} */
let child;

// Before the child starts: a signal in between would end this process alone.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    // Ctrl-C in a terminal reaches the child by itself; a second one would read as impatience.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child?.kill(signal);
  });
}
child = spawn(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
child.on('error', (error) => {
  process.stderr.write(`pnpm: expected npx on PATH, found ${error.message}. Install npm with Node\n`);
  process.exitCode = 127;
});
child.on('close', (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
});
