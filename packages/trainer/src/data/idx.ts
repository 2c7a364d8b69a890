// Knows the IDX format of MNIST and Fashion-MNIST: big-endian magic and extents, then bytes.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AsfpError, describeError, sizeOf } from '@asfp/core';

/** The bytes of an IDX file. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

/**
 * The array in an IDX file's bytes, gzipped or not. `where` names the file in errors; `rank` is 3 for images, 1 for labels.
 * Throws AsfpError `gzip-broken`, `idx-magic`, `idx-truncated` or `idx-length`.
 */
export function parseIdx(bytes: Uint8Array, rank: number, where: string): IdxArray {
  const raw = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(bytes, where) : bytes;
  const header = 4 + 4 * rank;
  if (raw.length < header) {
    throw truncated(where, `a header of ${header} bytes`, raw.length);
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const magic = view.getUint32(0);
  // 0x08 stands for unsigned bytes, the last byte for the number of extents.
  if (magic !== 0x0800 + rank) {
    throw new AsfpError({
      code: 'idx-magic',
      where,
      expected: `an IDX file of bytes with ${rank} extent${rank === 1 ? '' : 's'} (magic ${hex(0x0800 + rank)})`,
      found: hex(magic),
      cure: 'Take the original file; images and labels may have been swapped',
    });
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = header + sizeOf(shape);
  if (raw.length < expected)
    throw truncated(where, `${expected} bytes for [${shape.join(', ')}]`, raw.length);
  if (raw.length > expected) {
    throw new AsfpError({
      code: 'idx-length',
      where,
      expected: `${expected} bytes for [${shape.join(', ')}]`,
      found: `${raw.length} bytes`,
      cure: 'Take the original file',
    });
  }
  return { shape, values: raw.subarray(header) };
}

/** The path of an IDX file in a folder, plain or gzipped, `-idx3-` or `.idx3-`; undefined when it has none. */
export function findIdx(folder: string, name: string): string | undefined {
  const dotted = name.replace('-idx', '.idx');
  return [name, `${name}.gz`, dotted, `${dotted}.gz`]
    .map((file) => join(folder, file))
    .find((path) => existsSync(path));
}

/** Reads and parses an IDX file of a folder; throws AsfpError `file-missing` when the folder has none of that name. */
export async function readIdx(folder: string, name: string, rank: number): Promise<IdxArray> {
  const path = findIdx(folder, name);
  if (path === undefined) {
    throw new AsfpError({
      code: 'file-missing',
      where: folder,
      expected: `${name} or ${name}.gz`,
      found: existsSync(folder) ? 'neither' : 'no such folder',
      cure: 'Give the folder of the four IDX files with --data',
    });
  }
  return parseIdx(await readFile(path), rank, path);
}

function gunzip(bytes: Uint8Array, where: string): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'gzip-broken',
        where,
        expected: 'a whole gzip file',
        found: `${bytes.length} bytes that do not unpack (${describeError(cause)})`,
        cure: 'Get the file again',
      },
      { cause },
    );
  }
}

function truncated(where: string, expected: string, length: number): AsfpError {
  return new AsfpError({
    code: 'idx-truncated',
    where,
    expected,
    found: `${length} bytes`,
    cure: 'Get the file again',
  });
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, '0')}`;
}
