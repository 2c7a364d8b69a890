// Knows which files are tests, and that packages are tested on their source, without a build.
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { bestBuild } from './packages/kernels/src/kernelFile.ts';

/** `dev` leads to the source of our own packages; the others are what Node itself would take. */
const conditions = ['dev', 'node', 'module', 'development|production'];

/** Node 20 has relaxed SIMD behind a flag; both builds of the kernels are tested. */
const relaxedSimd = bestBuild() === 'simd' ? ['--experimental-wasm-relaxed-simd'] : [];

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['node', 'module-sync'] } },
  test: {
    pool: 'forks',
    execArgv: relaxedSimd,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/*/{src,lab,report}/**/*.test.ts',
            'scripts/**/*.test.ts',
            'test/**/*.test.ts',
          ],
          setupFiles: ['test/setup/failOnConsole.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          restoreMocks: true,
        },
      },
    ],
  },
});

export default config;
