// Knows the file form of a training run's state, so that it goes on as if it had never stopped.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AsfpError, describeError, float32Tensor, type HostTensor, sizeOf } from '@asfp/core';
import type { ZeroedFilters } from '../prune/pruneDuring.ts';
import { writeFileWhole } from './atomicFiles.ts';
import { makeFolders } from './makeFolders.ts';

/** All that a run needs to go on after an epoch: with the settings' seed, nothing else is random. */
export interface Checkpoint {
  /** Epochs that are done. */
  readonly epoch: number;
  /** Filters that the last prune zeroed. */
  readonly zeroed: ZeroedFilters;
  /** Filters that have come back at least once. */
  readonly returned: ZeroedFilters;
  /** Every weight of the model by name, moving averages included. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  /** The momentum of every trainable weight by name. */
  readonly momentum: ReadonlyMap<string, HostTensor>;
}

interface TensorEntry {
  readonly name: string;
  readonly shape: readonly number[];
}

/** checkpoint.json: it names the data file, so that replacing this one file is what makes a checkpoint the last one. */
interface CheckpointFile {
  readonly format: 'asfp.checkpoint/1';
  readonly epoch: number;
  readonly zeroed: ZeroedFilters;
  readonly returned: ZeroedFilters;
  readonly data: { readonly file: string; readonly sha256: string };
  /** In the order of the data: float32, one tensor behind the other, weights first. */
  readonly weights: readonly TensorEntry[];
  readonly momentum: readonly TensorEntry[];
}

const index = 'checkpoint.json';

/**
 * Writes a checkpoint into a folder; until it is whole, the one before stays the last. Throws AsfpError `weights-not-finite`:
 * from such weights nothing could go on.
 */
export async function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  checkFinite(checkpoint);
  await makeFolders(folder);
  const tensors = [...checkpoint.weights.values(), ...checkpoint.momentum.values()];
  const bytes = Buffer.concat(
    tensors.map(({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );
  const file = dataFile(checkpoint);
  await writeFileWhole(join(folder, file), bytes);
  const content: CheckpointFile = {
    format: 'asfp.checkpoint/1',
    epoch: checkpoint.epoch,
    zeroed: checkpoint.zeroed,
    returned: checkpoint.returned,
    data: { file, sha256: createHash('sha256').update(bytes).digest('hex') },
    weights: entriesOf(checkpoint.weights),
    momentum: entriesOf(checkpoint.momentum),
  };
  await writeFileWhole(join(folder, index), `${JSON.stringify(content)}\n`);
  await removeOthers(folder, [index, file]);
}

/** Removes what a kill left in the folder beside the last checkpoint. */
export async function tidyCheckpoints(folder: string, last: Checkpoint | undefined): Promise<void> {
  if (existsSync(folder)) await removeOthers(folder, last ? [index, dataFile(last)] : []);
}

async function removeOthers(folder: string, kept: readonly string[]): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!kept.includes(name)) await rm(join(folder, name), { force: true });
  }
}

function dataFile({ epoch }: Checkpoint): string {
  return `epoch-${epoch}.bin`;
}

/** The last checkpoint of a folder, or undefined when it has none; throws AsfpError `checkpoint-broken`. */
export async function readCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const path = join(folder, index);
  if (!existsSync(path)) return undefined;
  try {
    const content = JSON.parse(await readFile(path, 'utf8')) as CheckpointFile;
    if (content.format !== 'asfp.checkpoint/1') throw new Error(`its format is ${String(content.format)}`);
    const bytes = await readFile(join(folder, content.data.file));
    if (createHash('sha256').update(bytes).digest('hex') !== content.data.sha256) {
      throw new Error(`${content.data.file} has another SHA-256`);
    }
    const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    let at = 0;
    const take = (entries: readonly TensorEntry[]): Map<string, HostTensor> =>
      new Map(
        entries.map(({ name, shape }) => {
          const values = data.slice(at, at + sizeOf(shape));
          at += values.length;
          return [name, float32Tensor(shape, values)];
        }),
      );
    return {
      epoch: content.epoch,
      zeroed: content.zeroed,
      returned: content.returned,
      weights: take(content.weights),
      momentum: take(content.momentum),
    };
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'checkpoint-broken',
        where: path,
        expected: 'a whole checkpoint',
        found: describeError(cause),
        cure: 'Begin anew in another folder',
      },
      { cause },
    );
  }
}

function checkFinite({ epoch, weights, momentum }: Checkpoint): void {
  for (const [name, { values }] of [...weights, ...momentum]) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    throw new AsfpError({
      code: 'weights-not-finite',
      where: `${name} after epoch ${epoch}`,
      expected: 'finite numbers',
      found: String(values[at]),
      cure: 'Lower the learning rate; the epochs before are intact',
    });
  }
}

function entriesOf(tensors: ReadonlyMap<string, HostTensor>): TensorEntry[] {
  return [...tensors].map(([name, { shape }]) => ({ name, shape }));
}
