// Knows how the kernels are compiled; `tsx packages/trainer/assembly/compileKernels.ts` writes them where the package imports them.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const target = fileURLToPath(new URL('../src/backend/wasm/kernelBinary.ts', import.meta.url));

/** Compiles the AssemblyScript of this folder into a module that imports a shared memory. */
export async function compileKernels(): Promise<Uint8Array> {
  const asc = (await import('assemblyscript/asc')).default;
  const folder = fileURLToPath(new URL('.', import.meta.url));
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      'index.ts',
      ...['--baseDir', folder, '--outFile', 'kernels.wasm', '--runtime', 'stub', '-O3', '--noAssert'],
      ...['--enable', 'simd', '--enable', 'threads'],
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

/** The text of kernelBinary.ts for a compiled module. */
export function kernelBinaryText(binary: Uint8Array): string {
  const text = Buffer.from(binary).toString('base64');
  return `// Holds the compiled kernels of packages/trainer/assembly, written by compileKernels.ts there.

/** The WebAssembly module, in base64. */
// biome-ignore format: one line, as generated
export const kernelBinary: string = '${text}';
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = kernelBinaryText(await compileKernels());
  if (text !== (await readFile(target, 'utf8').catch(() => ''))) await writeFile(target, text);
}
