#!/usr/bin/env node
// Knows the process: its arguments, streams, signals and exit code.
import { runCli } from './runCli.ts';

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // The second time somebody does not want to wait for the end of a step.
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort(new Error('interrupted'));
  });
}
// A reader that goes away (`asfp … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

void runCli(process.argv.slice(2), { out: process.stdout, err: process.stderr }, interrupt.signal).then(
  (code) => {
    process.exitCode = code;
  },
);
