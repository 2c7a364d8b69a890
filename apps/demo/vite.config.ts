// Knows how the pages are bundled: two entries, isolated from other origins, with the colours that the report has too.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig, type UserConfig } from 'vite';
import { tokens } from './report/tokens.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Without these a page has no threads and only a coarse clock. */
const headers: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const config: UserConfig = defineConfig({
  root: here('.'),
  // The page may lie in any folder of a server.
  base: './',
  resolve: { conditions: ['dev', ...defaultClientConditions] },
  server: { headers },
  preview: { headers },
  // A session in a worker brings its engine when it needs one, too.
  worker: { format: 'es' },
  build: {
    outDir: here('./dist/site'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: { input: { index: here('./index.html'), lab: here('./lab.html') } },
  },
  plugins: [
    {
      name: 'asfp-tokens',
      transformIndexHtml: () => [{ tag: 'style', children: tokens, injectTo: 'head-prepend' }],
    },
    {
      // The networks that come with the page; as it is served from source they lie there already.
      name: 'asfp-models',
      generateBundle() {
        for (const path of readdirSync(here('./models'), { recursive: true, encoding: 'utf8' })) {
          const file = here(`./models/${path}`);
          if (!statSync(file).isFile()) continue;
          this.emitFile({
            type: 'asset',
            fileName: `models/${path.replaceAll('\\', '/')}`,
            source: readFileSync(file),
          });
        }
      },
    },
    {
      // tfjs sends the text of this module's inner function to its workers, where the outer variable is missing.
      // `typeof _scriptDir` minds that, until a minifier that sees the declaration simplifies it away.
      name: 'asfp-wasm-workers',
      transform: (code, id) =>
        id.endsWith('/tfjs-backend-wasm-threaded-simd.js')
          ? { code: code.replace(/^\s*(var|if \(typeof __filename).*_scriptDir = .*$/gm, ''), map: null }
          : null,
    },
  ],
});

export default config;
