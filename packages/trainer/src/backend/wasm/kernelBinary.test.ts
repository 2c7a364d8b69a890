import { expect, test } from 'vitest';
import { compileKernels, kernelBinaryText } from '../../../assembly/compileKernels.ts';
import { kernelBinary } from './kernelBinary.ts';
import { sharedKernels } from './kernelExports.ts';
import { webAssembly } from './webAssembly.ts';

const builds = ['simd', 'relaxed-simd'] as const;

test('the binaries are what the sources compile to', async () => {
  const [simd, relaxed] = await Promise.all(builds.map(compileKernels));
  const compiled = kernelBinaryText(simd as Uint8Array, relaxed as Uint8Array);
  // If this fails: node_modules/.bin/tsx packages/trainer/assembly/compileKernels.ts
  for (const build of builds) expect(compiled.includes(`'${kernelBinary[build]}'`)).toBe(true);
});

test.each(builds)(
  'the module of %s writes nothing into the memory it is given, and has every kernel',
  (build) => {
    const memory = new webAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    const module = new webAssembly.Module(Buffer.from(kernelBinary[build], 'base64'));
    const { exports } = new webAssembly.Instance(module, { env: { memory } });
    expect(Object.keys(exports)).toEqual(expect.arrayContaining([...sharedKernels]));
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
  },
);
