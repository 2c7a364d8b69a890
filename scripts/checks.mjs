// Knows every check of the repository and the command that makes it.
import { pinnedPnpm } from './pinnedPnpm.mjs';

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {string} command
 * @property {readonly string[]} args
 */

/** @param {string} name */
const bin = (name) => `node_modules/.bin/${name}`;

/**
 * The checks that need no test runner, the slow ones first.
 * @returns {readonly Check[]}
 */
export function listChecks() {
  // turbo runs the packages' scripts through pnpm, which it has to find on PATH: pnpm exec puts itself there.
  const turbo = pinnedPnpm(['exec', 'turbo', 'run', 'check:types', '--continue', '--concurrency=2']);
  return [
    { name: 'types', command: turbo.command, args: [...turbo.args, '--output-logs=errors-only'] },
    { name: 'types of scripts', command: bin('tsc'), args: ['-p', 'scripts/tsconfig.json'] },
    {
      name: 'unused files, exports and packages',
      command: bin('knip'),
      args: ['--no-config-hints', '--no-progress'],
    },
    { name: 'format and lint', command: bin('biome'), args: ['check', '--error-on-warnings', '.'] },
    { name: 'typed lint', command: bin('oxlint'), args: ['--deny-warnings'] },
    { name: 'import loops', command: bin('dpdm'), args: [...LOOP_OPTIONS, ...LOOP_ENTRIES] },
    { name: 'package boundaries', command: bin('turbo'), args: ['boundaries', '--no-color'] },
  ];
}

const LOOP_OPTIONS = ['-T', '--no-tree', '--no-warning', '--no-progress', '--exit-code', 'circular:1'];

const LOOP_ENTRIES = [
  'packages/*/src/index.ts',
  'packages/cli/src/main.ts',
  'apps/demo/src/main.ts',
  'apps/demo/lab/index.ts',
];

/**
 * The test runner, writing its report to a file.
 * @param {string} reportFile
 * @returns {Check}
 */
export function testRun(reportFile) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  return { name: 'tests', command: bin('vitest'), args: ['run', ...reporters] };
}
