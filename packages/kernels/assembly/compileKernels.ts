// Knows how the kernels are compiled; `tsx packages/kernels/assembly/compileKernels.ts` writes both builds beside the package's source.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelFile } from '../src/kernelFile.ts';

/** Compiles the AssemblyScript of this folder: a module that imports its memory and nothing else. */
export async function compileKernels(build: 'simd' | 'relaxed-simd'): Promise<Uint8Array> {
  const asc = (await import('assemblyscript/asc')).default;
  const folder = fileURLToPath(new URL('.', import.meta.url));
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      'index.ts',
      ...[
        '--baseDir',
        folder,
        '--outFile',
        'kernels.wasm',
        '--runtime',
        'stub',
        '-O3z',
        '--converge',
        '--noAssert',
      ],
      ...['--enable', 'simd', ...(build === 'simd' ? [] : ['--enable', 'relaxed-simd'])],
      // Functions of vectors stay within the module.
      // A maximum, since a shared memory must have one: src/shareMemory.ts.
      ...['--importMemory', '--maximumMemory', '65536', '--disableWarning', '112'],
    ],
    {
      readFile: async (name, baseDir) => {
        const text = await readFile(resolve(baseDir, name), 'utf8').catch(() => null);
        // AssemblyScript's decorators of functions are no TypeScript that other tools can read: here they are comments.
        return text?.replaceAll(/^\/\/ @inline$/gm, '@inline') ?? null;
      },
      writeFile: (name, contents) => {
        if (name === 'kernels.wasm' && typeof contents !== 'string') binary = contents;
      },
    },
  );
  if (error || binary === undefined) throw new Error(`the kernels do not compile:\n${stderr.toString()}`);
  return binary;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const build of ['simd', 'relaxed-simd'] as const) {
    const target = kernelFile(build);
    const binary = await compileKernels(build);
    await mkdir(new URL('.', target), { recursive: true });
    const before = await readFile(target).catch(() => undefined);
    if (before === undefined || !before.equals(binary)) await writeFile(target, binary);
  }
}
