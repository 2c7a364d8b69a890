// Knows what is in the packages that others install, and what must not be.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PackedPackage, packPackages } from './packPackages.ts';

let folder = '';
let packages: PackedPackage[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'asfp-packed-'));
  packages = packPackages(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function packed(name: string): PackedPackage {
  const found = packages.find((each) => each.name === name);
  if (!found) throw new Error(`${name} was not packed, only ${packages.map((each) => each.name).join(', ')}`);
  return found;
}

const read = ({ folder: home }: PackedPackage, file: string): string =>
  readFileSync(join(home, file), 'utf8');

const scripts = (one: PackedPackage): string[] => one.files.filter((file) => file.endsWith('.mjs'));

const NAMES = [
  '@asfp/cli',
  '@asfp/compactor',
  '@asfp/core',
  '@asfp/edge-runtime',
  '@asfp/kernels',
  '@asfp/trainer',
];

test('all packages are packed, and no other', () => {
  expect(packages.map(({ name }) => name).sort()).toEqual(NAMES);
});

test.each(NAMES)('%s: scripts, types, a README and the license, nothing else', (name) => {
  const { files } = packed(name);
  const known = /^(package\.json|README\.md|LICENSE|dist\/[\w./-]+\.(d\.)?mjs|dist\/[\w./-]+\.d\.mts)$/;
  const more: Readonly<Record<string, RegExp>> = {
    '@asfp/edge-runtime': /^dist\/tfjs-backend-wasm[a-z-]*\.wasm$/,
    '@asfp/kernels': /^wasm\/kernels\.[\w-]+\.wasm$/,
    '@asfp/cli':
      /^dist\/site\/(assets\/[\w.-]+\.(js|css|wasm|mjs|json|bin|png|jpg)|[a-z]+\.html|models\/.+)$/,
  };
  expect(files.filter((file) => !known.test(file) && !more[name]?.test(file))).toEqual([]);
  expect(files.filter((file) => /\.test\.|\.spec\.|__\w+__|fixture/.test(file))).toEqual([]);
  expect(files).toContain('README.md');
  expect(files).toContain('LICENSE');
});

test.each(NAMES)('%s: its package.json leads to built files alone, and names versions', (name) => {
  const { manifest, files } = packed(name);
  const text = JSON.stringify(manifest);
  expect(text).not.toMatch(/workspace:|catalog:|"dev":|\/src\//);
  const targets = [...text.matchAll(/"\.\/((?:dist|wasm)\/[^"*]+)"/g)].map(([, file]) => file);
  expect(targets.filter((file) => !files.includes(file as string))).toEqual([]);
});

test.each(NAMES)('%s: nothing of the machine that built it, and no test tool', (name) => {
  const one = packed(name);
  const root = fileURLToPath(new URL('../..', import.meta.url));
  for (const file of scripts(one)) {
    const text = read(one, file);
    expect([file, text.includes(root), /from ["'](vitest|fast-check)/.test(text)]).toEqual([
      file,
      false,
      false,
    ]);
  }
});

test.each(NAMES)('%s: publint has nothing to say', async (name) => {
  const one = packed(name);
  const { messages } = await publint({ pack: { tarball: one.tarball.buffer }, strict: true });
  expect(messages).toEqual([]);
});

test.each(NAMES.filter((name) => name !== '@asfp/cli'))(
  '%s: the types are those of the scripts',
  async (name) => {
    const result = await checkPackage(createPackageFromTarballData(packed(name).tarball));
    if (!result.types) throw new Error(`${name} has no types`);
    // The packages are ESM alone: a `require` of them, and resolution as in Node 10, are no promise.
    const kept = result.problems.filter((problem) => {
      const kind = 'resolutionKind' in problem ? problem.resolutionKind : undefined;
      return kind !== 'node10' && kind !== 'node16-cjs';
    });
    expect(kept).toEqual([]);
  },
);

test('edge-runtime: no tfjs before it is asked for, and no layers at all', () => {
  const one = packed('@asfp/edge-runtime');
  expect(JSON.stringify(one.manifest)).not.toContain('tfjs-layers');
  const statics = (file: string): string[] =>
    [...read(one, file).matchAll(/^import .*?["']([^"']+)["'];$/gm)].map(([, from]) => from as string);
  const seen = new Set<string>();
  const follow = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const from of statics(file)) if (from.startsWith('./')) follow(join('dist', from));
  };
  follow('dist/index.mjs');
  const outside = [...seen].flatMap(statics).filter((from) => !from.startsWith('.'));
  expect([...new Set(outside)].sort()).toEqual(['@asfp/core']);
  expect(one.files).toContain('dist/tfjsWasm.mjs');
  expect(scripts(one).filter((file) => read(one, file).includes('tfjs-layers'))).toEqual([]);
});

test('edge-runtime: the threads of tfjs start from what a minifier leaves of it', () => {
  const text = read(packed('@asfp/edge-runtime'), 'dist/tfjsWasm.mjs');
  const threaded = text.split('//#region ').find((region) => /^\S*threaded-simd\.js\n/.test(region)) ?? '';
  expect(threaded.includes('typeof _scriptDir')).toBe(true);
  expect(/_scriptDir = /.test(threaded)).toBe(false);
});

test('kernels: each build is found beside the script, in a form that bundlers know', () => {
  const one = packed('@asfp/kernels');
  const named = [...read(one, 'dist/index.mjs').matchAll(/new URL\("([^"]+)", import\.meta\.url\)/g)];
  const files = named.map(([, path]) => join('dist', path as string));
  expect(files.sort()).toEqual(one.files.filter((file) => file.endsWith('.wasm')));
});
