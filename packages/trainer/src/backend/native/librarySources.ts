// Knows where tfjs-node's own files come from: the package that is installed, or npm where an install dropped it.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AsfpError } from '@asfp/core';
import { version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import { readTar } from '../../data/tar.ts';
import { installedFolder } from './installedFolder.ts';
import { runTool, type ToolOptions } from './runTool.ts';

/**
 * A folder with tfjs-node's `binding` (C++) and `dist` (JavaScript) in the version of our tfjs: the installed one, or what
 * `npm pack` gives, unpacked below `into`. Throws AsfpError `native-library`.
 */
export async function librarySources(library: string, into: string, tool: ToolOptions): Promise<string> {
  const installed = installedFolder(library);
  if (installed !== undefined) return installed;
  const packed = join(into, 'packed');
  await mkdir(packed, { recursive: true });
  const wanted = `${library}@${tfjsVersion}`;
  const { code, fault } = await runTool('npm', ['pack', '--silent', wanted], { ...tool, cwd: packed });
  const [archive] = (await readdir(packed)).filter((file) => file.endsWith('.tgz'));
  if (code !== 0 || archive === undefined) {
    throw new AsfpError({
      code: 'native-library',
      where: `npm pack ${wanted}`,
      expected: 'the package',
      found: fault,
      cure: `Check the network, or install ${wanted} yourself`,
    });
  }
  const bytes = gunzipSync(await readFile(join(packed, archive)));
  for (const [name, content] of readTar(bytes, archive)) {
    if (!/^package\/(dist\/|binding\/|package\.json$)/.test(name)) continue;
    const path = join(into, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  await rm(packed, { recursive: true });
  return join(into, 'package');
}
