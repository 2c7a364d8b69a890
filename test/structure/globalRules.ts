// Knows where code may read a clock, the process or the terminal, and that chance comes from an Rng alone.
import type { ModuleFacts } from './readModule.ts';

/** Scripts that people start by hand, and the rooms that talk to the terminal. */
const TERMINAL = [/^packages\/cli\//, /^scripts\//, /^(packages\/[^/]+|test)\/bench\//];

const CLOCKS = [
  ...TERMINAL,
  /^apps\/demo\/lab\//,
  /^packages\/edge-runtime\/src\/latency\/clock\.ts$/,
  /^packages\/trainer\/src\/train\/clock\.ts$/,
];

const RULES: Readonly<Record<string, readonly RegExp[]>> = {
  'performance.now': CLOCKS,
  'Date.now': CLOCKS,
  'Math.random': [],
  process: [
    ...TERMINAL,
    /^apps\/demo\/(lab\/|vite\.config\.ts)/,
    // The rooms of the trainer that deal with the machine: libraries, downloads, run folders, processes of a test.
    /^packages\/trainer\/src\/(backend|data|record|testing)\//,
    /^test\//,
  ],
  // A test names the console only to listen to it: test/setup/failOnConsole.ts sees to that.
  console: [...TERMINAL, /^test\//, /\.test\.ts$/],
};

/** Uses of globals outside the places that may have them. */
export function forbiddenGlobals(modules: readonly ModuleFacts[]): string[] {
  return modules.flatMap(({ path, globals }) =>
    globals
      .filter(({ name }) => !RULES[name]?.some((place) => place.test(path)))
      .map(({ name, line }) => `${path}:${line}: ${name} may not be used here`),
  );
}
