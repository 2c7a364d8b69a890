// Knows which room may import which package of ours, and which library.
import { posix } from 'node:path';
import type { ModuleFacts } from './readModule.ts';

/** The rooms, each with the packages of ours that it may import. */
const ROOMS: readonly { readonly room: string; readonly mayImport: readonly string[] }[] = [
  { room: 'packages/core/', mayImport: [] },
  { room: 'packages/kernels/', mayImport: [] },
  { room: 'packages/trainer/', mayImport: ['@asfp/core'] },
  { room: 'packages/compactor/', mayImport: ['@asfp/core'] },
  { room: 'packages/edge-runtime/', mayImport: ['@asfp/core', '@asfp/kernels'] },
  { room: 'packages/cli/', mayImport: ['@asfp/core', '@asfp/trainer', '@asfp/compactor', '@asfp/demo'] },
  { room: 'apps/demo/', mayImport: ['@asfp/core', '@asfp/edge-runtime'] },
  {
    room: 'test/',
    mayImport: [
      '@asfp/core',
      '@asfp/kernels',
      '@asfp/trainer',
      '@asfp/compactor',
      '@asfp/edge-runtime',
      '@asfp/cli',
      '@asfp/demo',
    ],
  },
  { room: 'examples/', mayImport: ['@asfp/edge-runtime', '@asfp/kernels'] },
  { room: 'scripts/', mayImport: [] },
];

/** Set-up runs before anything is installed, so it shares this one dependency-free file by its path. */
const SHARED_FILES = new Set(['apps/demo/lab/findChromium.mjs']);

/** Where each library may be imported; one that matches no row may be imported nowhere. */
const LIBRARIES: readonly { readonly library: RegExp; readonly rooms: readonly RegExp[] }[] = [
  {
    library: /^node:/,
    rooms: [
      /^packages\/(trainer|cli)\//,
      /^packages\/kernels\/(assembly|src\/testing)\//,
      /^apps\/demo\/(lab\/|report\/|vite\.config\.ts)/,
      /^(scripts|test)\//,
      /^packages\/[^/]+\/bench\//,
    ],
  },
  {
    library: /^@tensorflow\/tfjs-(core|layers)$/,
    rooms: [/^packages\/trainer\//, /^apps\/demo\/src\/lab\//, /^test\//],
  },
  { library: /^@tensorflow\/tfjs-core$/, rooms: [/^packages\/edge-runtime\/src\/engines\//] },
  {
    library: /^@tensorflow\/tfjs-converter$/,
    rooms: [/^packages\/edge-runtime\/src\/engines\//, /^packages\/trainer\/src\/bridge\//, /^test\//],
  },
  {
    library: /^@tensorflow\/tfjs-backend-[a-z]+(\/.*)?$/,
    rooms: [
      /^packages\/edge-runtime\/src\/engines\//,
      /^packages\/trainer\/(src\/backend|bench)\//,
      /^apps\/demo\/src\/lab\//,
      /^test\//,
    ],
  },
  // The binaries, which the page serves as files.
  { library: /^@tensorflow\/tfjs-backend-wasm\/.*\.wasm\?url$/, rooms: [/^apps\/demo\/src\//] },
  { library: /^onnxruntime-node$/, rooms: [/^test\//] },
  // For comparison only: no page of ours but the lab's may reach it.
  { library: /^onnxruntime-web\/wasm$/, rooms: [/^apps\/demo\/src\/lab\//] },
  { library: /^@tensorflow\/tfjs-node(-gpu)?$/, rooms: [/^packages\/trainer\/src\/backend\//] },
  { library: /^sharp$/, rooms: [/^packages\/trainer\/(src\/(data|testing)|bench)\//] },
  // Reads TypeScript in the thread that makes batches, where it runs from source.
  {
    library: /^tsx\/esm\/api$/,
    rooms: [/^packages\/trainer\/src\/data\//, /^packages\/edge-runtime\/src\/compiled\/threads\//],
  },
  { library: /^playwright-core$/, rooms: [/^apps\/demo\/lab\//, /^test\//] },
  { library: /^vite$/, rooms: [/^apps\/demo\/(lab\/|vite\.config\.ts)/, /^test\/(examples|runtime)\//] },
  { library: /^(citty|listr2)$/, rooms: [/^packages\/cli\//] },
  { library: /^uplot$/, rooms: [/^apps\/demo\//] },
  { library: /^vitest(\/config)?$/, rooms: [/\.test\.ts$/, /^test\//, /^vitest\.config\.ts$/] },
  { library: /^fast-check$/, rooms: [/\.test\.ts$/, /^test\//, /^packages\/core\/src\/testing\//] },
  { library: /^typescript$/, rooms: [/^test\/structure\//] },
  { library: /^(publint|@arethetypeswrong\/core)$/, rooms: [/^test\/packages\//] },
  { library: /^axe-core$/, rooms: [/^apps\/demo\/lab\//] },
  { library: /^workerd$/, rooms: [/^test\/examples\//] },
  { library: /^react(-dom\/client)?$/, rooms: [/^examples\/react\//] },
  { library: /^tsdown$/, rooms: [/^scripts\/tsdown\.config\.mjs$/] },
];

/** Imports that the house does not allow, each with its place. */
export function forbiddenImports(modules: readonly ModuleFacts[]): string[] {
  return modules.flatMap((module) =>
    module.imports
      .map(({ specifier, line }) => ({ line, fault: faultOf(module.path, specifier) }))
      .filter(({ fault }) => fault !== undefined)
      .map(({ line, fault }) => `${module.path}:${line}: ${fault}`),
  );
}

function faultOf(path: string, specifier: string): string | undefined {
  const room = ROOMS.find((each) => path.startsWith(each.room));
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier);
    const inside = room === undefined ? !target.startsWith('../') : target.startsWith(room.room);
    if (inside || SHARED_FILES.has(target)) return undefined;
    return `${specifier} leaves the room by a path; import the package`;
  }
  if (specifier.startsWith('@asfp/')) {
    // A subpath is one of the package's own exports, never a file; but the kernels are files.
    const name = /^(@asfp\/[a-z-]+)(\/[a-z-]+|\/wasm\/[a-z.-]+\.wasm)?$/.exec(specifier)?.[1];
    if (name !== undefined && room?.mayImport.includes(name)) return undefined;
    return `${specifier} may not be imported here`;
  }
  const rows = LIBRARIES.filter(({ library }) => library.test(specifier));
  if (rows.length === 0) return `${specifier} is in no row of the library table`;
  if (rows.some(({ rooms }) => rooms.some((each) => each.test(path)))) return undefined;
  return `${specifier} may not be imported here`;
}
