// Knows how pip gets TensorFlow's wheel, and which of its files the addon needs.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AsfpError } from '@asfp/core';
import { runTool, type ToolOptions } from './runTool.ts';

/** A TensorFlow to build against. */
export interface Tensorflow {
  /** The folder with `libtensorflow_cc.so.2`, `libtensorflow_framework.so.2` and `include`. */
  readonly folder: string;
  /** Where it came from, in words for a person. */
  readonly source: string;
}

/** What getting a wheel needs. */
export interface WheelRequest {
  readonly python: string;
  /** With CUDA and cuDNN, which come from pip as well. */
  readonly gpu: boolean;
  /** Files come below it: `tensorflow`, and with a GPU `nvidia` beside it, where the library looks for CUDA. */
  readonly into: string;
  readonly note: (text: string) => void;
  readonly tool: ToolOptions;
}

/** Gets TensorFlow by pip and unpacks what the addon needs; throws AsfpError `native-download`. */
export async function getTensorflow(request: WheelRequest): Promise<Tensorflow> {
  const { gpu, into, note } = request;
  const name = gpu ? 'tensorflow' : 'tensorflow-cpu';
  note(`downloading ${name} with pip (${gpu ? 'about 600 MB, then 2.5 GB of CUDA' : 'about 270 MB'})`);
  await download(request, [name]);
  const { version, cuda } = await unpack(request);
  if (gpu) {
    if (cuda.length === 0) throw broken(`the wheel of ${name}`, 'requirements of the extra and-cuda', 'none');
    note(`downloading CUDA: ${cuda.join(', ')}`);
    // One after the other, so that no more than one wheel is on the disk twice.
    for (const requirement of cuda) {
      await download(request, [requirement]);
      await unpack(request);
    }
  }
  return { folder: join(into, 'tensorflow'), source: `${name} ${version}, by pip` };
}

async function download(
  { python, into, tool }: WheelRequest,
  requirements: readonly string[],
): Promise<void> {
  const pip = ['-m', 'pip', 'download', '--no-deps', '--no-cache-dir', '--only-binary', ':all:'];
  const { code, fault } = await runTool(python, [...pip, '-d', join(into, 'wheels'), ...requirements], tool);
  if (code !== 0) throw broken(`pip download ${requirements.join(' ')}`, 'the wheel', fault);
}

interface Unpacked {
  readonly version: string;
  readonly cuda: readonly string[];
}

/** Python's own zipfile unpacks; tests, Python files and whatever else stays out. */
const unpackScript = `
import json, os, re, sys, zipfile
wheel, into = sys.argv[1:]
wanted = re.compile(r'nvidia/|tensorflow/(libtensorflow_(cc|framework)\\.so\\.2$|include/.*\\.(h|inc)$)')
version, cuda = None, []
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if wanted.match(name):
            path = archive.extract(name, into)
            if '/bin/' in name:
                os.chmod(path, 0o755)
        if re.fullmatch(r'[^/]+\\.dist-info/METADATA', name):
            for line in archive.read(name).decode().splitlines():
                if line.startswith('Version: '):
                    version = line[9:].strip()
                found = re.match(r'Requires-Dist: ([^;]+);.*and-cuda', line)
                if found:
                    cuda.append(re.sub(r'[() ]', '', found.group(1)))
print(json.dumps({'version': version, 'cuda': cuda}))
`;

/** Unpacks the one wheel that was downloaded, and removes it. */
async function unpack({ python, into, tool }: WheelRequest): Promise<Unpacked> {
  const wheels = join(into, 'wheels');
  const [wheel] = (await readdir(wheels)).filter((file) => file.endsWith('.whl'));
  if (wheel === undefined) throw broken('pip download', 'a wheel', 'none');
  const args = ['-c', unpackScript, join(wheels, wheel), into];
  const { code, stdout, fault } = await runTool(python, args, tool);
  if (code !== 0) throw broken(wheel, 'a wheel that unpacks', fault);
  await rm(wheels, { recursive: true });
  return JSON.parse(stdout) as Unpacked;
}

function broken(where: string, expected: string, found: string): AsfpError {
  return new AsfpError({
    code: 'native-download',
    where,
    expected,
    found,
    cure: 'Check the network and that TensorFlow has a wheel for this Python, or name a TensorFlow that is there with --from',
  });
}
