// Knows how tfjs-node's addon is compiled: by one call of the compiler, against N-API's headers from npm.
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AsfpError } from '@asfp/core';
import { runTool, type ToolOptions } from './runTool.ts';

/** What is compiled, and against what. */
export interface AddonBuild {
  readonly compiler: string;
  /** The folder with tfjs-node's C++ files. */
  readonly sources: string;
  /** The folder with TensorFlow's libraries and `include`. */
  readonly tensorflow: string;
  /** Where the addon looks for the libraries when it is loaded: a folder, `$ORIGIN` being its own. */
  readonly runPath: string;
  /** The addon. */
  readonly out: string;
}

/** Compiles and links the addon; throws AsfpError `native-compile`. */
export async function compileAddon(build: AddonBuild, tool: ToolOptions): Promise<void> {
  const { compiler, sources, tensorflow, runPath, out } = build;
  const require = createRequire(import.meta.url);
  const headers = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  const files = (await readdir(sources)).filter((file) => file.endsWith('.cc'));
  const args = [
    ...['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8'],
    ...[`-I${headers}`, `-I${join(tensorflow, 'include')}`],
    ...files.map((file) => join(sources, file)),
    ...['-o', out, `-Wl,-rpath,${runPath}`],
    ...['cc', 'framework'].map((part) => join(tensorflow, `libtensorflow_${part}.so.2`)),
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
