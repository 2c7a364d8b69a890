// Knows how each package is built: its doors as its package.json lists them, its command, and the scripts of its threads.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'tsdown';

/** The address of a script that lies beside the one that starts it. */
const BESIDE = /new URL\('(\.[^']*)\.ts', import\.meta\.url\)/g;

/** @typedef {{ readonly dev: string, readonly default?: string }} Door */

/** @type {{ exports: Record<string, Door>, bin?: Record<string, string> }} */
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

/** Every source by the name that it gets in `dist`. */
const doors = named(
  Object.values(manifest.exports).flatMap((door) => (door.default ? [[door.default, door.dev]] : [])),
);
const commands = named(
  Object.values(manifest.bin ?? {}).map((file) => [file, `src/${path.basename(file, '.mjs')}.ts`]),
);
const threads = named(threadSources().map((file) => [path.basename(file, '.ts'), file]));

export default defineConfig({
  // Each package is built from its own folder, not from this file's.
  cwd: process.cwd(),
  entry: { ...doors, ...commands, ...threads },
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  dts: Object.keys(doors).length > 0 && { entry: Object.values(doors) },
  fixedExtension: true,
  hash: false,
  // The command serves pages that are built already, so their bundler is no dependency of it.
  deps: { neverBundle: [/^node:/, 'vite'], onlyBundle: [] },
  copy: manifest.bin ? [{ from: '../../apps/demo/dist/site', to: 'dist' }] : [],
  logLevel: 'warn',
  failOnWarn: true,
  plugins: [
    {
      name: 'asfp-scripts-beside',
      // In `dist` everything lies in one folder.
      transform: (code) => {
        const moved = code.replace(
          BESIDE,
          (_, name) => `new URL('./${path.basename(name)}.mjs', import.meta.url)`,
        );
        return moved === code ? null : { code: moved, map: null };
      },
    },
  ],
});

/**
 * Sources by their names, without folder and ending of the built file.
 * @param {readonly (readonly string[])[]} pairs
 * @returns {Record<string, string>}
 */
function named(pairs) {
  return Object.fromEntries(
    pairs.map(([file = '', source = '']) => [
      file.replace(/^\.\/dist\/|\.mjs$/g, ''),
      source.replace(/^\.\//, ''),
    ]),
  );
}

/** The scripts that run in threads of their own: named `.worker.ts`, or started by their address. */
function threadSources() {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .map((file) => path.join('src', file))
    .filter((file) => /\.ts$/.test(file) && !/\.(test|d)\.ts$/.test(file))
    .flatMap((file) => {
      const beside = [...readFileSync(file, 'utf8').matchAll(BESIDE)];
      const started = beside.map(([, name]) => path.join(path.dirname(file), `${name}.ts`));
      return file.endsWith('.worker.ts') ? [...started, file] : started;
    });
}
