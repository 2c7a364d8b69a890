import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { failureOf } from '../../testing/failureOf.ts';
import { tempFolder } from '../../testing/tempFolder.ts';
import { installNative, removeNative } from './installNative.ts';
import { nativeHome, readNativeNote } from './nativeHome.ts';
import { fakeTools } from './testing/fakeTools.ts';

const notes: string[] = [];
const load = async (): Promise<{ version: string; gpu: boolean }> => ({ version: '2.21.0', gpu: false });
const request = { python: 'python3', note: (text: string) => void notes.push(text) };
let root: string;

beforeEach(() => {
  root = tempFolder(onTestFinished);
  notes.length = 0;
  vi.stubEnv('XDG_CACHE_HOME', join(root, 'cache'));
  vi.stubEnv('PATH', fakeTools(root, ['g++', 'python3']));
});
afterEach(() => vi.unstubAllEnvs());

test('pip: built, noted, removed', async () => {
  const note = await installNative({ ...request, name: 'node', from: 'pip' }, load);
  expect(note).toEqual({
    ...{ format: 'asfp.native/1', tfjsNode: '4.22.0', tensorflow: '2.21.0' },
    source: 'tensorflow-cpu 2.21.0, by pip',
  });
  const home = nativeHome('node');
  expect(readNativeNote(home)).toEqual(note);
  expect(readdirSync(home)).toEqual(['library', 'native.json', 'tensorflow', 'tfjs_binding.node']);
  expect(readdirSync(join(home, 'tensorflow'))).toEqual([
    'libtensorflow_cc.so.2',
    'libtensorflow_framework.so.2',
  ]);
  expect(readFileSync(join(home, 'tfjs_binding.node'), 'utf8')).toContain('-Wl,-rpath,$ORIGIN/tensorflow');
  expect(notes).toMatchInlineSnapshot(`
    [
      "downloading tensorflow-cpu with pip (about 270 MB)",
      "compiling the addon against tensorflow-cpu 2.21.0, by pip",
    ]
  `);
  expect(await removeNative('node')).toBe(true);
  expect(readdirSync(join(root, 'cache', 'asfp', 'native'))).toEqual([]);
  expect(await removeNative('node')).toBe(false);
});

test('for a GPU, what CUDA needs comes from pip too', async () => {
  const note = await installNative({ ...request, name: 'node-gpu', from: 'auto' }, load);
  expect(note.source).toBe('tensorflow 2.21.0, by pip');
  const addon = readFileSync(join(nativeHome('node-gpu'), 'tfjs_binding.node'), 'utf8');
  expect(
    addon.replace(/.*--no-as-needed /, '').replaceAll(/\S+\/nvidia/g, '…/nvidia'),
  ).toMatchInlineSnapshot(`
    "…/nvidia/one/lib …/nvidia/one/lib/libcudart.so.12
    "
  `);
  expect(notes).toMatchInlineSnapshot(`
    [
      "downloading tensorflow with pip (about 600 MB, then 2.5 GB of CUDA)",
      "downloading CUDA: nvidia-one==1, nvidia-two==2",
      "compiling the addon against tensorflow 2.21.0, by pip",
    ]
  `);
});

test('the TensorFlow that Python has, or a folder, is used where it is', async () => {
  const folder = join(root, 'site', 'tensorflow');
  mkdirSync(join(folder, 'include/tensorflow/c'), { recursive: true });
  const files = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', 'include/tensorflow/c/c_api.h'];
  for (const file of files) writeFileSync(join(folder, file), '');
  vi.stubEnv('FAKE_TENSORFLOW', folder);
  vi.stubEnv('TFJS_NODE_CDN_STORAGE', 'http://127.0.0.1:9/');
  const note = await installNative({ ...request, name: 'node', from: 'auto' }, load);
  expect(note.source).toBe(`tensorflow-cpu 2.20.0, found in ${folder}`);
  const home = nativeHome('node');
  expect(readFileSync(join(home, 'tfjs_binding.node'), 'utf8')).toContain(`-Wl,-rpath,${folder}`);
  expect(readdirSync(home)).toEqual(['library', 'native.json', 'tfjs_binding.node']);
  // One without CUDA is not for a GPU.
  const gpu = await installNative({ ...request, name: 'node-gpu', from: 'auto' }, load);
  expect(gpu.source).toBe('tensorflow 2.21.0, by pip');
  expect((await installNative({ ...request, name: 'node', from: folder }, load)).source).toBe(folder);
  const failure = await failureOf(() => installNative({ ...request, name: 'node', from: root }, load));
  expect(failure.message.replaceAll(root, '/root')).toMatchInlineSnapshot(
    `"/root: expected the folder of the Python package tensorflow, with libtensorflow_cc.so.2 and include, found other files. python3 -c 'import tensorflow; print(tensorflow.__path__)' tells it; or get one with --from pip"`,
  );
});

test.each([
  ['FAKE_NO_NETWORK', 'native-download', 'ERROR: No matching distribution found'],
  ['FAKE_BROKEN', 'native-download', 'zipfile.BadZipFile: File is not a zip file'],
  ['FAKE_NO_PIP', 'native-pip', 'python3: No module named pip'],
])('%s: told, and what was there stays', async (fault, code, found) => {
  const home = nativeHome('node');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'native.json'), '{ "format": "asfp.native/1", "tfjsNode": "4.22.0" }');
  vi.stubEnv(fault, fault === 'FAKE_BROKEN' ? '' : '1');
  const failure = await failureOf(() => installNative({ ...request, name: 'node', from: 'pip' }, load));
  expect(failure).toMatchObject({ code, failure: { found } });
  expect(readdirSync(join(root, 'cache', 'asfp', 'native'))).toEqual(['node']);
  expect(readNativeNote(home)).toBeDefined();
});

test('an addon that does not load is not kept', async () => {
  const failure = await failureOf(() => installNative({ ...request, name: 'node', from: 'pip' }));
  expect(failure.code).toBe('native-load');
  expect(readdirSync(join(root, 'cache', 'asfp', 'native'))).toEqual([]);
});

test('the download alone, where its host is out of reach', async () => {
  vi.stubEnv('TFJS_NODE_CDN_STORAGE', 'http://127.0.0.1:9/');
  const failure = await failureOf(() => installNative({ ...request, name: 'node', from: 'download' }, load));
  expect(failure).toMatchInlineSnapshot(
    `[AsfpError: @tensorflow/tfjs-node: expected its own download, found 127.0.0.1:9 is out of reach. Build it here with --from pip]`,
  );
});
