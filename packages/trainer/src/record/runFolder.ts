// Knows the folder of a run: who may begin in it, who may go on, and what is written when.

import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AsfpError, describeError, parseEvents, type RunEvent, type RunSettings } from '@asfp/core';
import { writeFileWhole } from './atomicFiles.ts';
import { type Checkpoint, readCheckpoint, tidyCheckpoints, writeCheckpoint } from './checkpoint.ts';
import { makeFolders } from './makeFolders.ts';
import { unwritable } from './unwritable.ts';

/** A run's folder, open for writing. */
export interface RunFolder {
  readonly path: string;
  /** Where the trained model goes. */
  readonly dense: string;
  /** The state to go on from; undefined at the beginning. */
  readonly checkpoint: Checkpoint | undefined;
  /** The epochs that are done, in order. */
  readonly events: readonly RunEvent[];
  /** Adds a line to events.jsonl. */
  append(event: RunEvent): Promise<void>;
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>;
}

/**
 * Settles before anything costly begins whether a run may use the folder: it can be written to, and is empty or may be
 * resumed. Gives the settings of the run that is there, or undefined for a new one; leaves nothing behind. Throws AsfpError
 * `folder-used`, `folder-unwritable`, `not-a-run` or `settings-broken`.
 */
export async function inspectRunFolder(path: string, resume: boolean): Promise<RunSettings | undefined> {
  await tryWriting(path);
  // A run that was killed before it had its settings has begun nothing.
  const names = existsSync(path) ? (await readdir(path)).filter((name) => !isBareLeftover(name)) : [];
  if (names.length === 0) return undefined;
  if (!resume) {
    throw new AsfpError({
      code: 'folder-used',
      where: path,
      expected: 'an empty or new folder',
      found: `${names.length} files or folders in it`,
      cure: 'Choose another folder with --out, or go on with the run in it with --resume',
    });
  }
  const file = join(path, 'settings.json');
  if (!existsSync(file)) {
    throw new AsfpError({
      code: 'not-a-run',
      where: path,
      expected: 'the folder of a run, with settings.json',
      found: 'other files',
      cure: 'Give the folder of the run with --out',
    });
  }
  try {
    const settings = JSON.parse(await readFile(file, 'utf8')) as RunSettings;
    if (settings.format !== 'asfp.run-settings/1')
      throw new Error(`its format is ${String(settings.format)}`);
    return settings;
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'settings-broken',
        where: file,
        expected: 'the settings of a run',
        found: describeError(cause),
        cure: 'Begin anew in another folder',
      },
      { cause },
    );
  }
}

/** Opens the folder of a new run, or of one to go on with; events after the last checkpoint are taken back. */
export async function openRunFolder(path: string, settings: RunSettings): Promise<RunFolder> {
  const checkpointFolder = join(path, 'checkpoint');
  const eventFile = join(path, 'events.jsonl');
  return guarded(path, async () => {
    await makeFolders(path);
    await removeLeftovers(path);
    const checkpoint = await readCheckpoint(checkpointFolder);
    await tidyCheckpoints(checkpointFolder, checkpoint);
    const recorded = existsSync(eventFile) ? parseEvents(await readFile(eventFile, 'utf8')) : [];
    const done = checkpoint?.epoch ?? 0;
    // A start without an epoch that lasted is not worth keeping; the end is told again.
    const events = recorded.filter(
      (event) =>
        (event.type === 'epoch' && event.epoch <= done) ||
        (event.type === 'start' && event.firstEpoch <= done),
    );
    await writeFileWhole(join(path, 'settings.json'), `${JSON.stringify(settings, null, 2)}\n`);
    await writeFileWhole(eventFile, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    return {
      path,
      dense: join(path, 'dense'),
      checkpoint,
      events,
      append: (event) =>
        guarded(path, () => appendFile(eventFile, `${JSON.stringify(event)}\n`, { flush: true }), toGoOn),
      saveCheckpoint: (state) => guarded(path, () => writeCheckpoint(checkpointFolder, state), toGoOn),
    };
  });
}

/** What a run says that was stopped by its disk. */
const toGoOn = 'Free space, then go on with --resume: the last whole checkpoint is intact';

/** What a kill may leave before the settings are there: a part of them, or the folder of a try. */
function isBareLeftover(name: string): boolean {
  return /^settings\.json\.\d+\.part$/.test(name) || name.startsWith(tryName);
}

/** Removes what a kill left of files that were being written; a folder that was just making room comes back. */
async function removeLeftovers(path: string): Promise<void> {
  for (const name of await readdir(path)) {
    if (name.startsWith(tryName)) await rm(join(path, name), { recursive: true });
    const [, own, kind] = /^(.*)\.\d+\.(part|old)$/.exec(name) ?? [];
    if (own === undefined) continue;
    if (kind === 'old' && !existsSync(join(path, own))) await rename(join(path, name), join(path, own));
    else await rm(join(path, name), { recursive: true });
  }
}

/** How the folders begin by which a run tries whether it can write. */
const tryName = '.try-';

async function tryWriting(path: string): Promise<void> {
  const full = resolve(path);
  await guarded(full, async () => {
    if (existsSync(full) && !(await stat(full)).isDirectory()) throw new Error('it is a file');
    for (let left = tries; ; left--) {
      const made = await makeFolders(full);
      try {
        await rm(await mkdtemp(join(full, tryName)), { recursive: true });
        return;
      } catch (error) {
        // Another run's try has just taken back a folder that both are in.
        if (codeOf(error) !== 'ENOENT' || left === 1) throw error;
      } finally {
        if (made !== undefined) await removeEmptyFolders(full, made);
      }
    }
  });
}

/** How often a try begins anew. */
const tries = 5;

/** Removes the folders that a try made, from the innermost out, up to one that another run is in. */
async function removeEmptyFolders(innermost: string, outermost: string): Promise<void> {
  for (let folder = innermost; ; folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch (error) {
      if (['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) return;
      throw error;
    }
    if (folder === outermost) return;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

async function guarded<T>(path: string, action: () => Promise<T>, cure?: string): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw unwritable(path, cause, cure);
  }
}
