// Knows how each package is built: its doors as its package.json lists them, its command, and the scripts of its threads.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { defineConfig } from 'tsdown';

/** The address of a script that lies beside the one that starts it. */
const BESIDE = /new URL\('(\.[^']*)\.ts', import\.meta\.url\)/g;

/** The address of a file of a library. */
const OF_LIBRARY = /new URL\(\s*'(@[^']*\.wasm)',\s*import\.meta\.url,?\s*\)/g;

/** @typedef {{ readonly dev?: string, readonly default?: string }} Door */

/** @type {{ name: string, exports: Record<string, Door>, bin?: Record<string, string> }} */
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

/** Every source by the name that it gets in `dist`. */
const doors = named(
  Object.values(manifest.exports).flatMap((door) =>
    door.default && door.dev ? [[door.default, door.dev]] : [],
  ),
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
  // A page needs little of it at once: file by file, bundlers put each part where it is needed.
  unbundle: manifest.name === '@asfp/core',
  deps: {
    // The command serves pages that are built already, so their bundler is no dependency of it. The others are what
    // tfjs's wasm backend asks for where it runs in Node.
    neverBundle: [/^node:/, 'vite', 'fs', 'os', 'path', 'perf_hooks', 'worker_threads'],
    // tfjs's wasm backend is built in, because its threads do not start from what bundlers make of it: see below.
    onlyBundle: ['@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-cpu'],
  },
  copy: manifest.bin ? [{ from: '../../apps/demo/dist/site', to: 'dist' }] : [],
  inputOptions: { resolve: { mainFields: ['module', 'main'] } },
  logLevel: 'warn',
  failOnWarn: true,
  plugins: [
    {
      name: 'asfp-files-beside',
      // In `dist` everything lies in one folder: scripts of threads, and files of libraries.
      transform(code) {
        const moved = code
          .replace(BESIDE, (_, name) => urlOf(`${path.basename(name)}.mjs`))
          .replace(OF_LIBRARY, (_, file) => {
            const source = readFileSync(createRequire(path.resolve('package.json')).resolve(file));
            this.emitFile({ type: 'asset', fileName: path.basename(file), source });
            return urlOf(path.basename(file));
          });
        return moved === code ? null : { code: moved, map: null };
      },
    },
    {
      // tfjs sends the text of this module's inner function to its workers, where the outer variable is missing.
      // `typeof _scriptDir` minds that, until a minifier that sees the declaration simplifies it away.
      name: 'asfp-tfjs-threads',
      transform: (code, id) =>
        id.endsWith('/tfjs-backend-wasm-threaded-simd.js')
          ? { code: code.replace(/^\s*(var|if \(typeof __filename).*_scriptDir = .*$/gm, ''), map: null }
          : null,
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

/** @param {string} file */
function urlOf(file) {
  return `new URL('./${file}', import.meta.url)`;
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
