// Knows how the kernels are compiled; `tsx packages/trainer/assembly/compileKernels.ts` writes them where the package imports them.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { KernelBuild } from '../src/backend/wasm/kernels.ts';

const target = fileURLToPath(new URL('../src/backend/wasm/kernelBinary.ts', import.meta.url));

/** Compiles the AssemblyScript of this folder into a module that imports a shared memory. */
export async function compileKernels(build: KernelBuild): Promise<Uint8Array> {
  const asc = (await import('assemblyscript/asc')).default;
  const folder = fileURLToPath(new URL('.', import.meta.url));
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      'index.ts',
      ...['--baseDir', folder, '--outFile', 'kernels.wasm', '--runtime', 'stub', '-O3', '--noAssert'],
      ...[
        '--enable',
        'threads',
        '--enable',
        'simd',
        ...(build === 'simd' ? [] : ['--enable', 'relaxed-simd']),
      ],
      ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
    ],
    {
      writeFile: (name, contents) => {
        if (name === 'kernels.wasm' && typeof contents !== 'string') binary = contents;
      },
    },
  );
  if (error || binary === undefined) throw new Error(`the kernels do not compile:\n${stderr.toString()}`);
  return binary;
}

/** The text of kernelBinary.ts for the compiled modules. */
export function kernelBinaryText(simd: Uint8Array, relaxed: Uint8Array): string {
  const text = (binary: Uint8Array): string => Buffer.from(binary).toString('base64');
  return `// Holds the compiled kernels of packages/trainer/assembly, written by compileKernels.ts there.

/** The WebAssembly module of each build, in base64. */
// biome-ignore format: one line each, as generated
export const kernelBinary: Readonly<Record<'simd' | 'relaxed-simd', string>> = {
  simd: '${text(simd)}',
  'relaxed-simd': '${text(relaxed)}',
};
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = kernelBinaryText(await compileKernels('simd'), await compileKernels('relaxed-simd'));
  if (text !== (await readFile(target, 'utf8').catch(() => ''))) await writeFile(target, text);
}
