// Knows how an addon is built: needs checked first, TensorFlow found or fetched, compiled, loaded once.

import { existsSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AsfpError } from '@asfp/core';
import { compileAddon } from './compileAddon.ts';
import type { NativeRequest } from './installNative.ts';
import { librarySources } from './librarySources.ts';
import type { LoadOnce } from './loadOnce.ts';
import { type NativeNote, nativeFiles, nativeLibraries, tfjsNames } from './nativeHome.ts';
import { askPython, checkPip, checkPlatform, checkSpace, findCompiler } from './nativeNeeds.ts';
import { getTensorflow, type Tensorflow } from './tensorflowWheel.ts';

/** Free space that a build takes at its largest, bytes: wheel, libraries and headers at once. */
const spaceOf = { found: 50e6, node: 1.8e9, 'node-gpu': 8e9 } as const;

/**
 * Fills the folder with an addon, the part of tfjs-node that is JavaScript, and TensorFlow where it was fetched. Throws
 * AsfpError: `native-platform`, `native-compiler`, `native-python`, `native-pip`, `native-space` before it starts; then
 * `native-tensorflow`, `native-download`, `native-library`, `native-compile`, `native-load`.
 */
export async function buildAddon(
  request: NativeRequest,
  part: string,
  load: LoadOnce,
): Promise<Pick<NativeNote, 'tensorflow' | 'source'>> {
  const { name, python, note, signal } = request;
  checkPlatform();
  const compiler = await findCompiler();
  const found = await findTensorflow(request);
  if (found === undefined) await checkPip(python);
  await checkSpace(part, found === undefined ? spaceOf[name] : spaceOf.found);
  const temporary = join(part, 'temporary');
  await mkdir(temporary);
  const tool = { signal, env: { ...process.env, TMPDIR: temporary } };
  const tensorflow =
    found ?? (await getTensorflow({ python, gpu: name === 'node-gpu', into: part, note, tool }));
  note(`compiling the addon against ${tensorflow.source}`);
  const sources = await librarySources(nativeLibraries[name], temporary, tool);
  const addon = join(part, nativeFiles.addon);
  await compileAddon(
    {
      compiler,
      sources: join(sources, 'binding'),
      tensorflow: tensorflow.folder,
      runPath: found === undefined ? '$ORIGIN/tensorflow' : found.folder,
      ...(found === undefined && name === 'node-gpu' ? { cuda: join(part, 'nvidia') } : {}),
      out: addon,
    },
    tool,
  );
  const { version } = await load(addon);
  await copyLibrary(sources, join(part, nativeFiles.sources));
  await rm(temporary, { recursive: true });
  await rm(join(part, 'tensorflow', 'include'), { recursive: true, force: true });
  return { tensorflow: version, source: tensorflow.source };
}

/** The TensorFlow that needs no download: the folder that was named, or what the Python has. */
async function findTensorflow({ name, from, python }: NativeRequest): Promise<Tensorflow | undefined> {
  const facts = from === 'pip' || from === 'auto' ? await askPython(python) : undefined;
  if (from === 'pip') return undefined;
  if (facts === undefined) {
    const folder = resolve(from);
    if (isComplete(folder)) return { folder, source: folder };
    throw new AsfpError({
      code: 'native-tensorflow',
      where: folder,
      expected: 'the folder of the Python package tensorflow, with libtensorflow_cc.so.2 and include',
      found: existsSync(folder) ? 'other files' : 'no such folder',
      cure: "python3 -c 'import tensorflow; print(tensorflow.__path__)' tells it; or get one with --from pip",
    });
  }
  const { folder, version, distribution } = facts;
  const fits = name === 'node' || distribution === 'tensorflow';
  if (folder === null || version === null || !fits || !isComplete(folder)) return undefined;
  return { folder, source: `${distribution} ${version}, found in ${folder}` };
}

function isComplete(folder: string): boolean {
  const needed = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', 'include/tensorflow/c/c_api.h'];
  return needed.every((file) => existsSync(join(folder, file)));
}

/** The files of tfjs-node that a backend needs, and empty packages in place of the tfjs that they import. */
async function copyLibrary(sources: string, to: string): Promise<void> {
  for (const entry of ['package.json', 'dist/kernels', ...backendFiles]) {
    const filter = (path: string): boolean => !path.endsWith('.d.ts');
    await cp(join(sources, entry), join(to, entry), { recursive: true, filter });
  }
  // The messages of TensorBoard, which need a package of their own and are never sent.
  await mkdir(join(to, 'dist/proto'));
  await writeFile(join(to, 'dist/proto/api_pb.js'), '');
  for (const name of tfjsNames) {
    const folder = join(to, 'node_modules', name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'index.js'), '');
  }
}

const backendFiles = ['nodejs_kernel_backend', 'register_all_kernels', 'int64_tensors'].map(
  (name) => `dist/${name}.js`,
);
