import { expect, test, vi } from 'vitest';
import { compileKernels } from '../assembly/compileKernels.ts';
import { bestBuild, kernelFile } from './kernelFile.ts';
import { kernelNames, kernelTable } from './kernelTable.ts';
import { openKernels } from './openKernels.ts';
import { testBytes, testModule } from './testing/testKernels.ts';

test.each(['simd', 'relaxed-simd'] as const)('%s: the file is what the sources compile to', async (build) => {
  // If this fails: node_modules/.bin/tsx packages/kernels/assembly/compileKernels.ts
  expect(Buffer.compare(testBytes(build), await compileKernels(build))).toBe(0);
});

test('the tests run on an engine with relaxed SIMD, so that both builds are tested', () => {
  expect(bestBuild()).toBe('relaxed-simd');
  expect(WebAssembly.validate(testBytes('relaxed-simd'))).toBe(true);
});

test('without an instruction, its build is not chosen', () => {
  const validate = vi.spyOn(WebAssembly, 'validate');
  validate.mockReturnValueOnce(false).mockReturnValueOnce(true);
  expect(bestBuild()).toBe('simd');
  validate.mockReturnValue(false);
  expect(bestBuild()).toBeUndefined();
});

test('the builds lie side by side', () => {
  expect(kernelFile('simd').href).toMatch(/wasm\/kernels\.simd\.wasm$/);
  expect(kernelFile('relaxed-simd').href).toMatch(/wasm\/kernels\.relaxed-simd\.wasm$/);
});

test('the module imports its memory alone, writes nothing into it, and takes the arguments of the table', () => {
  const module = testModule('simd');
  expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
  const kernels = openKernels(module, 1);
  expect(new Uint8Array(kernels.memory.buffer).every((byte) => byte === 0)).toBe(true);
  for (const name of kernelNames)
    expect([name, kernels[name].length]).toEqual([name, kernelTable[name].length]);
});
