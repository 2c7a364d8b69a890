// Knows the ways to a working tfjs-node, its own download or an addon built here, and the way back.
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AsfpError, InternalError } from '@asfp/core';
import { version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import { makeFolders } from '../../record/makeFolders.ts';
import { buildAddon } from './buildAddon.ts';
import { installedAddon, installedFolder } from './installedFolder.ts';
import { type LoadOnce, loadOnce } from './loadOnce.ts';
import {
  type NativeName,
  type NativeNote,
  nativeFiles,
  nativeHome,
  nativeLibraries,
  readNativeNote,
} from './nativeHome.ts';
import { officialDownload, removeDownload } from './officialDownload.ts';

/** What the installation is to be. */
export interface NativeRequest {
  readonly name: NativeName;
  /**
   * `download` (tfjs-node's own installer), `pip`, the folder of a Python package `tensorflow`, or `auto`: the first of
   * the download, the TensorFlow that the Python has, and pip. For a GPU `auto` leaves the download out: it brings
   * CUDA 11.2, which today's cards are too new for.
   */
  readonly from: string;
  readonly python: string;
  readonly note: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes the backend usable and says what it runs on. Checks what it needs before it starts; what was there before stays
 * until the new addon has been loaded once. Throws AsfpError: `native-download`, and those of buildAddon.
 */
export async function installNative(request: NativeRequest, load: LoadOnce = loadOnce): Promise<NativeNote> {
  const { name, from } = request;
  if (from === 'download' || (from === 'auto' && name === 'node')) {
    const obstacle = await download(request, load);
    if (typeof obstacle !== 'string') return obstacle;
    if (from === 'download') {
      throw new AsfpError({
        code: 'native-download',
        where: nativeLibraries[name],
        expected: 'its own download',
        found: obstacle,
        cure: 'Build it here with --from pip',
      });
    }
    request.note(`no official download (${obstacle})`);
  }
  return replaceHome(name, (part) => buildAddon(request, part, load));
}

/** Removes what installNative made; gives false where there was nothing. */
export async function removeNative(name: NativeName): Promise<boolean> {
  const home = nativeHome(name);
  const known = readNativeNote(home);
  if (known?.installed !== undefined) await removeDownload(known.installed);
  await rm(home, { recursive: true, force: true });
  return known !== undefined;
}

/** The note about a download that worked, or what stood in its way. */
async function download({ name, note, signal }: NativeRequest, load: LoadOnce): Promise<NativeNote | string> {
  const library = nativeLibraries[name];
  const folder = installedFolder(library);
  if (folder === undefined) return `${library} is not installed`;
  note(`trying the official download of ${library}`);
  const obstacle = await officialDownload(folder, name === 'node-gpu', { signal });
  if (obstacle !== undefined) return obstacle;
  const addon = installedAddon(folder);
  if (addon === undefined) throw new InternalError(`${folder} was loaded, and has no addon`);
  const { version } = await load(addon);
  return replaceHome(name, async () => ({
    tensorflow: version,
    source: 'the official download',
    installed: folder,
  }));
}

/** Fills a folder beside the backend's, then puts it into its place, a note inside. */
async function replaceHome(
  name: NativeName,
  fill: (part: string) => Promise<Omit<NativeNote, 'format' | 'tfjsNode'>>,
): Promise<NativeNote> {
  const home = nativeHome(name);
  const part = `${home}.${process.pid}.part`;
  try {
    await makeFolders(part);
    const note: NativeNote = { format: 'asfp.native/1', tfjsNode: tfjsVersion, ...(await fill(part)) };
    await writeFile(join(part, nativeFiles.note), `${JSON.stringify(note, undefined, 2)}\n`);
    await rm(home, { recursive: true, force: true });
    await rename(part, home);
    return note;
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}
