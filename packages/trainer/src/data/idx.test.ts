import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { idxBytes } from '../testing/tinyIdx.ts';
import { parseIdx } from './idx.ts';

const whole = idxBytes(
  [2, 2, 3],
  Uint8Array.from({ length: 12 }, (_, i) => 20 * i),
);

test('an IDX file is read, plain or gzipped', () => {
  for (const bytes of [whole, gzipSync(whole)]) {
    const { shape, values } = parseIdx(bytes, 3, 'images');
    expect(shape).toEqual([2, 2, 3]);
    expect([...values]).toEqual([0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220]);
  }
});

test('a truncated file names the file and both lengths', async () => {
  const failure = await failureOf(() => parseIdx(whole.subarray(0, 20), 3, 'images'));
  expect(failure.code).toBe('idx-truncated');
  expect(failure.message).toMatchInlineSnapshot(
    `"images: expected 28 bytes for [2, 2, 3], found 20 bytes. Get the file again"`,
  );
});

test('a header cut short, trailing bytes and broken gzip are told apart', async () => {
  const codes = [];
  for (const bytes of [
    whole.subarray(0, 9),
    Buffer.concat([whole, whole]),
    gzipSync(whole).subarray(0, 25),
  ]) {
    codes.push((await failureOf(() => parseIdx(bytes, 3, 'images'))).code);
  }
  expect(codes).toEqual(['idx-truncated', 'idx-length', 'gzip-broken']);
});

test('labels given as images are refused by their magic', async () => {
  const labels = idxBytes([12], new Uint8Array(12));
  const failure = await failureOf(() => parseIdx(labels, 3, 'images'));
  expect(failure.message).toMatchInlineSnapshot(
    `"images: expected an IDX file of bytes with 3 extents (magic 0x00000803), found 0x00000801. Take the original file; images and labels may have been swapped"`,
  );
});
