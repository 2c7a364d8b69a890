// Knows how tfjs-node's addon is compiled: by one call of the compiler, against N-API's headers from npm.
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { AsfpError } from '@asfp/core';
import { runTool, type ToolOptions } from './runTool.ts';

/** What is compiled, and against what. */
export interface AddonBuild {
  readonly compiler: string;
  /** The folder with tfjs-node's C++ files. */
  readonly sources: string;
  /** The folder with TensorFlow's libraries and `include`. */
  readonly tensorflow: string;
  /** Where the addon looks for TensorFlow when it is loaded: a folder, `$ORIGIN` being its own. */
  readonly runPath: string;
  /** The folder of pip's CUDA, beside the addon, if there is one. */
  readonly cuda?: string;
  /** The addon. */
  readonly out: string;
}

/** Compiles and links the addon; throws AsfpError `native-compile`. */
export async function compileAddon(build: AddonBuild, tool: ToolOptions): Promise<void> {
  const { compiler, sources, tensorflow, runPath, cuda, out } = build;
  const require = createRequire(import.meta.url);
  const headers = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  const files = (await readdir(sources)).filter((file) => file.endsWith('.cc'));
  const args = [
    ...['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8'],
    ...[`-I${headers}`, `-I${join(tensorflow, 'include')}`],
    ...files.map((file) => join(sources, file)),
    ...['-o', out, `-Wl,-rpath,${runPath}`],
    ...['cc', 'framework'].map((part) => join(tensorflow, `libtensorflow_${part}.so.2`)),
    ...(cuda === undefined ? [] : await cudaArguments(cuda)),
  ];
  const { code, fault } = await runTool(compiler, args, tool);
  if (code === 0) return;
  throw new AsfpError({
    code: 'native-compile',
    where: `${compiler}, building tfjs-node's addon`,
    expected: 'no errors',
    found: fault,
    cure: 'Update the compiler (g++ 9 or later), or try another TensorFlow with --from',
  });
}

/** The libraries of CUDA that TensorFlow opens by name. */
const cudaLibrary =
  /^lib(cudart|cublas|cublasLt|cudnn|cufft|cupti|curand|cusolver|cusparse|nccl|nvJitLink|nvrtc)\.so\.\d+$/;

/**
 * Makes the addon load CUDA's libraries itself. TensorFlow opens them later by their names, and gets those that are there:
 * where it would look for them on its own differs from version to version.
 */
async function cudaArguments(cuda: string): Promise<string[]> {
  const args = ['-Wl,--no-as-needed'];
  for (const part of (await readdir(cuda)).sort()) {
    const files = await readdir(join(cuda, part, 'lib')).catch(() => []);
    const libraries = files.filter((file) => cudaLibrary.test(file)).sort();
    if (libraries.length === 0) continue;
    args.push(`-Wl,-rpath,$ORIGIN/${basename(cuda)}/${part}/lib`);
    args.push(...libraries.map((file) => join(cuda, part, 'lib', file)));
  }
  return args;
}
