// Knows what a page ships that uses the compiled engine alone: its scripts and the kernels, gzipped.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Rolldown } from 'vite';

/** Files that such a page asks for, and their gzipped bytes together. */
export interface PageSize {
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly bytes: number;
  /** The text of all scripts. */
  readonly code: string;
}

const MAIN = `import { openCompiled } from '@asfp/edge-runtime/compiled';
const session = await openCompiled('model/model.json');
document.title = String(await session.run(new Float32Array(3072)));
`;

/** Builds the page as Vite does by default; of the two builds of the kernels, of which a page fetches one, the larger counts. */
export async function compiledPageSize(): Promise<PageSize> {
  // Within the demo, whose packages the page imports.
  const folder = await mkdtemp(fileURLToPath(new URL('../.cache-page-', import.meta.url)));
  try {
    await writeFile(join(folder, 'index.html'), '<script type="module" src="./main.js"></script>');
    await writeFile(join(folder, 'main.js'), MAIN);
    const { build, defaultClientConditions } = await import('vite');
    const built = (await build({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      resolve: { conditions: ['dev', ...defaultClientConditions] },
      // Vite's polyfill for old browsers is not ours.
      build: { write: false, modulePreload: { polyfill: false } },
    })) as Rolldown.RolldownOutput;
    return sizeOf(built.output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sizeOf(output: Rolldown.RolldownOutput['output']): PageSize {
  const chunks = output.filter((file) => file.type === 'chunk');
  const first = new Set<Rolldown.OutputChunk>();
  const follow = (chunk: Rolldown.OutputChunk | undefined): void => {
    if (!chunk || first.has(chunk)) return;
    first.add(chunk);
    for (const name of chunk.imports) follow(chunks.find(({ fileName }) => fileName === name));
  };
  follow(chunks.find(({ isEntry }) => isEntry));
  const scripts = [...first].map(({ fileName, code }) => ({ name: fileName, bytes: gzipSync(code).length }));
  const kernels = output
    .filter((file) => file.type === 'asset')
    .filter(({ fileName }) => fileName.endsWith('.wasm'))
    .map(({ fileName, source }) => ({ name: fileName, bytes: gzipSync(source).length }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 1);
  const files = [...scripts, ...kernels];
  return {
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    code: [...first].map(({ code }) => code).join('\n'),
  };
}
