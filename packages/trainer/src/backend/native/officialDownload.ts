// Knows how tfjs-node's own installer is run: the download that npm would have made, where its host can be reached.

import { readFileSync } from 'node:fs';
import { copyFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runTool, type ToolOptions } from './runTool.ts';

const PROBE_MS = 2500;

/** The part of a package's folder that its installer fills. */
const filled = ['deps', 'lib'] as const;

/**
 * Lets an installed library download its addon and TensorFlow; gives what stood in the way, in a few words, or undefined where
 * it is there now. After a failure the package is as it was.
 */
export async function officialDownload(
  folder: string,
  gpu: boolean,
  tool: ToolOptions,
): Promise<string | undefined> {
  const host = process.env['TFJS_NODE_CDN_STORAGE'] ?? 'https://storage.googleapis.com/';
  if (!(await answers(host))) return `${new URL(host).host} is out of reach`;
  // The installer rewrites its package.json, which may be shared with a store by a hard link: part them first.
  const manifest = join(folder, 'package.json');
  const before = readFileSync(manifest);
  await copyFile(manifest, `${manifest}.own`);
  await rename(`${manifest}.own`, manifest);
  const path = [join(folder, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  const installer = await runTool(process.execPath, ['scripts/install.js', gpu ? 'gpu' : 'cpu'], {
    ...tool,
    cwd: folder,
    env: { ...process.env, PATH: path },
  }).catch(async (error: unknown) => {
    await removeDownload(folder);
    throw error;
  });
  const loaded =
    installer.code === 0
      ? await runTool(process.execPath, ['-e', 'require(".")'], { ...tool, cwd: folder })
      : installer;
  if (loaded.code === 0) return undefined;
  await writeFile(manifest, before);
  await removeDownload(folder);
  return installer.code === 0
    ? `what it downloaded does not load: ${loaded.fault}`
    : `its download failed: ${installer.fault}`;
}

/** Takes away what the installer of a library put into its folder. */
export async function removeDownload(folder: string): Promise<void> {
  for (const part of filled) await rm(join(folder, part), { recursive: true, force: true });
}

/** Whether the host answers anything at all, soon. */
async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) });
    return true;
  } catch {
    return false;
  }
}
