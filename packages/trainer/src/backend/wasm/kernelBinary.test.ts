import { expect, test } from 'vitest';
import { compileKernels, kernelBinaryText } from '../../../assembly/compileKernels.ts';
import { kernelBinary } from './kernelBinary.ts';
import { sharedKernels } from './kernelExports.ts';
import { webAssembly } from './webAssembly.ts';

test('the binary is what the sources compile to', async () => {
  const [ours, compiled] = [kernelBinary, kernelBinaryText(await compileKernels())];
  // If this fails: node_modules/.bin/tsx packages/trainer/assembly/compileKernels.ts
  expect(compiled.includes(`'${ours}'`)).toBe(true);
});

test('the module writes nothing into the memory it is given, and has every kernel', () => {
  const memory = new webAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const module = new webAssembly.Module(Buffer.from(kernelBinary, 'base64'));
  const { exports } = new webAssembly.Instance(module, { env: { memory } });
  expect(Object.keys(exports)).toEqual(expect.arrayContaining([...sharedKernels]));
  expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
});
