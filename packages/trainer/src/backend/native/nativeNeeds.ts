// Knows what building the addon needs of the machine, and how what is missing is told before anything begins.
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AsfpError } from '@asfp/core';
import { runTool } from './runTool.ts';

/** Bytes that are free on the file system of a folder, or of the nearest one above it that is there. */
export type FreeBytes = (folder: string) => Promise<number>;

/** Where a TensorFlow may be that needs no download, as Python sees it. */
export interface PythonFacts {
  /** The folder of its tensorflow package. */
  readonly folder: string | null;
  /** `tensorflow` has CUDA, `tensorflow-cpu` has not. */
  readonly distribution: string | null;
  readonly version: string | null;
}

/** Throws AsfpError `native-platform` where TensorFlow's wheels hold no library to build against. */
export function checkPlatform(platform: string = process.platform, arch: string = process.arch): void {
  if (platform === 'linux' && (arch === 'x64' || arch === 'arm64')) return;
  throw new AsfpError({
    code: 'native-platform',
    where: 'asfp native',
    expected: 'Linux on x64 or arm64',
    found: `${platform} on ${arch}`,
    cure: 'Try the official download with --from download, or use --backend wasm, which needs nothing',
  });
}

/** The C++ compiler: `$CXX`, g++ or clang++. Throws AsfpError `native-compiler` where none runs. */
export async function findCompiler(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const candidates = env['CXX'] ? [env['CXX']] : ['g++', 'clang++', 'c++'];
  for (const compiler of candidates) {
    if ((await runTool(compiler, ['--version'], { env })).code === 0) return compiler;
  }
  throw new AsfpError({
    code: 'native-compiler',
    where: 'asfp native',
    expected: 'a C++ compiler',
    found: `none that runs (tried ${candidates.join(', ')})`,
    cure: 'Install one (Debian, Ubuntu: apt-get install g++), or name it with CXX=…',
  });
}

const factsScript = `
import importlib.util, importlib.metadata, json, os
spec = importlib.util.find_spec('tensorflow')
folder = os.path.dirname(spec.origin) if spec and spec.origin else None
name = version = None
for each in ('tensorflow', 'tensorflow-cpu'):
    try:
        version = importlib.metadata.version(each)
        name = each
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps({'folder': folder, 'distribution': name, 'version': version}))
`;

/** What TensorFlow a Python has; throws AsfpError `native-python` where that Python does not run. */
export async function askPython(python: string, env: NodeJS.ProcessEnv = process.env): Promise<PythonFacts> {
  const { code, stdout, fault } = await runTool(python, ['-c', factsScript], { env });
  if (code === 0) return JSON.parse(stdout) as PythonFacts;
  throw new AsfpError({
    code: 'native-python',
    where: 'asfp native',
    expected: 'Python 3.8 or later',
    found: `${python}: ${fault}`,
    cure: 'Install one (Debian, Ubuntu: apt-get install python3 python3-pip), or name it with --python',
  });
}

/** Throws AsfpError `native-pip` where the Python has no pip. */
export async function checkPip(python: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const { code, fault } = await runTool(python, ['-m', 'pip', '--version'], { env });
  if (code === 0) return;
  throw new AsfpError({
    code: 'native-pip',
    where: 'asfp native',
    expected: `pip, to get TensorFlow with`,
    found: `${python}: ${fault}`,
    cure: 'Install it (Debian, Ubuntu: apt-get install python3-pip), or name a Python that has it with --python',
  });
}

/** Throws AsfpError `native-space` where less than `bytes` are free for a folder. */
export async function checkSpace(folder: string, bytes: number, free: FreeBytes = freeBytes): Promise<void> {
  const found = await free(folder);
  if (found >= bytes) return;
  const gigabytes = (count: number): string => `${(count / 1e9).toFixed(1)} GB`;
  throw new AsfpError({
    code: 'native-space',
    where: folder,
    expected: `${gigabytes(bytes)} of free space`,
    found: gigabytes(found),
    cure: 'Make room, or set XDG_CACHE_HOME to a folder where there is',
  });
}

async function freeBytes(folder: string): Promise<number> {
  let at = folder;
  while ((await stat(at).catch(() => undefined)) === undefined && dirname(at) !== at) at = dirname(at);
  const { bavail, bsize } = await statfs(at);
  return bavail * bsize;
}
