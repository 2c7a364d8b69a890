// Knows which files are tests, and that packages are tested on their source, without a build.
import { configDefaults, defineConfig, type ViteUserConfig } from 'vitest/config';
import { bestBuild } from './packages/kernels/src/kernelFile.ts';

/** `dev` leads to the source of our own packages; the others are what Node itself would take. */
const conditions = ['dev', 'node', 'module', 'development|production'];

/** Node 20 has relaxed SIMD behind a flag; both builds of the kernels are tested. */
const relaxedSimd = bestBuild() === 'simd' ? ['--experimental-wasm-relaxed-simd'] : [];

/** Tests of the packages as others get them; what they look at is built before them. */
const BUILT = 'test/{packages,examples}/**/*.test.ts';

const common = {
  environment: 'node' as const,
  setupFiles: ['test/setup/failOnConsole.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  restoreMocks: true,
};

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
          include: [
            'packages/*/{src,bench}/**/*.test.ts',
            'apps/*/{src,lab,report}/**/*.test.ts',
            'scripts/**/*.test.ts',
            'test/**/*.test.ts',
          ],
          exclude: [...configDefaults.exclude, BUILT],
          ...common,
        },
      },
      {
        extends: true,
        test: { name: 'built', include: [BUILT], globalSetup: ['test/setup/buildPackages.ts'], ...common },
      },
    ],
  },
});

export default config;
