import { expect, test } from 'vitest';
import { rngFromSeed } from '../rng.ts';
import { float32Tensor, type HostTensor, int32Tensor } from '../tensor/hostTensor.ts';
import { narrow, type StoredType } from '../tensor/storedForm.ts';
import { decodeWeights } from './decodeWeights.ts';
import { encodeWeights } from './encodeWeights.ts';
import { type ModelJson, readModelJson } from './manifest.ts';

function modelOf(weights: readonly object[], paths: readonly string[] = ['w.bin']): ModelJson {
  return readModelJson({ modelTopology: { node: [] }, weightsManifest: [{ paths, weights }] }, 'm.json');
}

function decode(weights: readonly object[], bytes: Uint8Array): Map<string, HostTensor> {
  return decodeWeights(modelOf(weights), new Map([['w.bin', bytes]]), 'm.json');
}

const uint8 = { dtype: 'uint8', scale: 0.5, min: -1 };

test('quantized weights are read as tfjs reads them, packed without gaps', () => {
  const weights = decode(
    [
      { name: 'a', shape: [3], dtype: 'float32', quantization: uint8 },
      { name: 'h', shape: [2], dtype: 'float32', quantization: { dtype: 'float16' } },
      { name: 'texts', shape: [2], dtype: 'string' },
      { name: 'i', shape: [1], dtype: 'int32', quantization: { dtype: 'uint16', scale: 2, min: 7 } },
      { name: 'constructor', shape: [], dtype: 'bool' },
      { name: '__proto__', shape: [1], dtype: 'float32' },
    ],
    Uint8Array.of(
      ...[0, 2, 255],
      ...[0x00, 0x3c, 0x01, 0x80],
      ...[2, 0, 0, 0, 104, 105, 0, 0, 0, 0],
      ...[0x01, 0x01],
      1,
      ...[0, 0, 0x80, 0x3f],
    ),
  );
  expect([...weights.keys()]).toEqual(['a', 'h', 'i', 'constructor', '__proto__']);
  expect([...weights.values()].map(({ values }) => [...values])).toEqual([
    [-1, 0, 126.5],
    [1, -(2 ** -24)],
    [2 * 257 + 7],
    [1],
    [1],
  ]);
  expect(weights.get('a')?.stored).toEqual({ ...uint8, values: Uint8Array.of(0, 2, 255) });
});

test('what was read is written back bit for bit, however the files were cut', () => {
  for (let seed = 0; seed < 30; seed++) {
    const rng = rngFromSeed(seed);
    const weights = new Map<string, HostTensor>();
    for (let i = 0; i < 6; i++) {
      const shape = [1 + Math.floor(rng.next() * 3), 1 + Math.floor(rng.next() * 4)];
      const size = (shape[0] as number) * (shape[1] as number);
      const tensor = float32Tensor(
        shape,
        Float32Array.from({ length: size }, () => rng.normal()),
      );
      const form = [undefined, 'float16', 'uint16', 'uint8'][Math.floor(rng.next() * 4)] as
        | StoredType
        | undefined;
      weights.set(`w${i}`, form === undefined ? tensor : (narrow(tensor, form) as HostTensor));
    }
    weights.set('n', int32Tensor([2], [seed, -seed]));
    const { group, bytes } = encodeWeights(weights, 'w.bin');
    const cuts = [0, ...[1, 2, 3].map(() => Math.floor(rng.next() * bytes.length)), bytes.length].sort(
      (a, b) => a - b,
    );
    const paths = cuts.slice(1).map((_, i) => `s${i}`);
    const shards = new Map(paths.map((path, i) => [path, bytes.slice(cuts[i], cuts[i + 1])]));
    const read = decodeWeights(modelOf(group.weights, paths), shards, 'm.json');
    expect(read).toEqual(weights);
    expect(encodeWeights(read, 'w.bin')).toEqual({ group, bytes });
  }
});

test.each([
  ['complex64', { dtype: 'complex64' }, 'found complex64'],
  ['float16 without quantization', { dtype: 'float16' }, 'found float16'],
  ['a name of every object', { dtype: 'constructor' }, 'found constructor'],
  [
    'another form',
    { dtype: 'float32', quantization: { dtype: 'int4' } },
    'found quantized values of type "int4"',
  ],
  ['no form', { dtype: 'float32', quantization: null }, 'found quantized values of type undefined'],
  ['integers as float16', { dtype: 'int32', quantization: { dtype: 'float16' } }, 'found int32 as float16'],
  ['truth as integers', { dtype: 'bool', quantization: uint8 }, 'found bool as uint8'],
  [
    'a scale that is text',
    { dtype: 'float32', quantization: { ...uint8, scale: '1' } },
    'found uint8 without a scale and a min. Convert the model again',
  ],
])('%s is refused by name', (_, spec, found) => {
  expect(() => decode([{ name: 'w', shape: [1], ...spec }], new Uint8Array(8))).toThrow(
    `m.json, weight w: expected float32, int32 or bool, plain or quantized to float16, uint16 or uint8, ${found}`,
  );
});

test('two weights of one name are refused', () => {
  const spec = { name: 'w', shape: [1], dtype: 'float32' };
  expect(() => decode([spec, spec], new Uint8Array(8))).toThrow(
    'm.json, weight w: expected one entry in the weights manifest, found two',
  );
});

test('shapes that lie are found before memory is taken', () => {
  const huge = { name: 'w', shape: [2 ** 31, 2 ** 31, 2 ** 31, 2 ** 31], dtype: 'float32' };
  expect(() => decode([huge], new Uint8Array(4))).toThrow(
    `m.json, weight file w.bin: expected ${2 ** 126} bytes, found 4. The file is cut short or belongs to another model: copy it again`,
  );
  expect(() => decode([{ name: 't', shape: [2 ** 31], dtype: 'string' }], new Uint8Array(9))).toThrow(
    'm.json, weight t: expected 2147483648 texts, found the end of the file in text 3',
  );
  expect(() => decode([{ name: 't', shape: [1], dtype: 'string' }], new Uint8Array(9))).toThrow(
    'm.json, weight file w.bin: expected 4 bytes, found 9',
  );
  expect(() => modelOf([{ name: 'w', shape: new Array(7).fill(1), dtype: 'float32' }])).toThrow(
    'a weightsManifest that cannot be read',
  );
});

test('a page in place of weights is told by its first characters', () => {
  const page = Uint8Array.from('<!doctype html><title>404</title>', (letter) => letter.charCodeAt(0));
  expect(() => decode([{ name: 'w', shape: [4], dtype: 'float32' }], page)).toThrow(
    'm.json, weight file w.bin: expected 16 bytes, found 33, beginning with "<!doctype html><titl". The file is a page and no weights: check where it was copied from',
  );
});
