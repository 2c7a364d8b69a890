// Knows how to try the native addon of tfjs-node, which is welcome but never needed: its host is often out of reach.
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './pinnedPnpm.mjs';
import { runQuiet } from './runQuiet.mjs';
import { addNotes, readNotes } from './setupNotes.mjs';

const A_DAY_MS = 24 * 3600 * 1000;
const PROBE_MS = 2500;
const DOWNLOAD_MS = 300_000;

/**
 * Tries to install tfjs-node's native addon (tfjs-node-gpu's where there is an NVIDIA GPU); after a failure not
 * again for a day.
 * @param {(line: string) => void} say
 */
export async function installNativeAddon(say) {
  const name = hasNvidiaGpu() ? 'tfjs-node-gpu' : 'tfjs-node';
  const folder = fileURLToPath(new URL(`packages/trainer/node_modules/@tensorflow/${name}/`, ROOT));
  const { native } = readNotes();
  if (native?.ok && existsSync(path.join(folder, 'lib'))) return;
  if (native?.ok === false && Date.now() - native.atMs < A_DAY_MS) return;

  // Whatever happens here, the rest of the set-up goes on.
  const reason = await obstacle(name, folder).catch((/** @type {unknown} */ error) => String(error));
  const ok = reason === undefined;
  const outcome = ok
    ? `${name}: installed; training will use it`
    : `${name}: not installed (${reason}); training will use wasm. \`asfp native\` builds it, \`asfp doctor\` tells more`;
  say(outcome);
  addNotes({ native: { outcome, ok, atMs: Date.now() } });
}

/**
 * Installs, and says in a few words what stood in the way.
 * @param {string} name
 * @param {string} folder
 * @returns {Promise<string | undefined>}
 */
async function obstacle(name, folder) {
  if (!existsSync(folder)) return 'left out by pnpm on this platform';
  const host = process.env.TFJS_NODE_CDN_STORAGE ?? 'https://storage.googleapis.com/';
  if (!(await answers(host))) return `${host.replace(/^https?:\/\/|\/.*$/g, '')} is out of reach`;
  return runInstaller(name, folder);
}

/**
 * Whether the host answers anything at all, soon.
 * @param {string} url
 */
async function answers(url) {
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) });
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} name
 * @param {string} folder
 * @returns {Promise<string | undefined>}
 */
async function runInstaller(name, folder) {
  // The installer rewrites its package.json, which pnpm may share with its store by a hard link: part them first.
  const manifest = path.join(folder, 'package.json');
  const before = readFileSync(manifest);
  copyFileSync(manifest, `${manifest}.own`);
  renameSync(`${manifest}.own`, manifest);

  const bin = [path.join(folder, 'node_modules/.bin'), process.env.PATH].join(path.delimiter);
  const kind = name === 'tfjs-node-gpu' ? 'gpu' : 'cpu';
  const installed = await runQuiet(process.execPath, ['scripts/install.js', kind], {
    cwd: folder,
    env: { ...process.env, PATH: bin },
    timeoutMs: DOWNLOAD_MS,
  });
  const loaded =
    installed.code === 0
      ? await runQuiet(process.execPath, ['-e', 'require(".")'], { cwd: folder })
      : installed;
  if (loaded.code === 0) return undefined;

  writeFileSync(manifest, before);
  for (const half of ['deps', 'lib']) rmSync(path.join(folder, half), { recursive: true, force: true });
  if (installed.code === 124) return 'its download took too long';
  return installed.code === 0 ? 'it does not load on this machine' : 'its download failed';
}

function hasNvidiaGpu() {
  return existsSync('/dev/nvidia0') || existsSync('/proc/driver/nvidia/version');
}
