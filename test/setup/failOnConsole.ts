// Knows that a test stays silent: whatever reaches the console or the terminal fails the test that wrote it.
import { format } from 'node:util';
import { afterAll, afterEach } from 'vitest';

const heard: string[] = [];

for (const method of ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const) {
  // A test that expects output replaces the method with a spy of its own, which then hears it instead.
  console[method] = (...values: unknown[]): void => {
    heard.push(`console.${method}: ${format(...values)}`);
  };
}

for (const name of ['stdout', 'stderr'] as const) {
  process[name].write = (chunk: unknown): boolean => {
    heard.push(`${name}: ${chunk instanceof Uint8Array ? new TextDecoder().decode(chunk) : String(chunk)}`);
    return true;
  };
}

function failIfHeard(): void {
  const lines = heard.splice(0);
  if (lines.length > 0) throw new Error(`unexpected output:\n${lines.join('\n')}`);
}

afterEach(failIfHeard);
afterAll(failIfHeard);
