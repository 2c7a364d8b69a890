import { expect, test } from 'vitest';
import { parseGraph } from '../graph/parseGraph.ts';
import { readModelJson, shardPaths } from './manifest.ts';
import { readModel } from './readModel.ts';
import { writeGraphModel } from './writeGraphModel.ts';

const written = writeGraphModel(
  parseGraph(`graph "g"
x = input dtype="float32" shape=[null,4]
k = const float32[4,2] seed=1
y = matMul(x, k)
output "y" = y
`),
);

test.each([
  [
    'a page',
    '<!doctype html>',
    'm.json: expected a tfjs model.json (LayersModel or GraphModel), found a string',
  ],
  [
    'a bare weights manifest',
    [{ paths: [], weights: [] }],
    'm.json: expected a tfjs model.json (LayersModel or GraphModel), found a list, as of a bare weights manifest. Give the model.json that holds the modelTopology',
  ],
  [
    'other JSON',
    { name: 'x' },
    'm.json: expected a tfjs model.json (LayersModel or GraphModel), found no modelTopology',
  ],
  [
    'a manifest with nonsense in it',
    {
      modelTopology: {},
      weightsManifest: [{ paths: ['a'], weights: [{ name: 'w', shape: [-1], dtype: 'float32' }] }],
    },
    'found a weightsManifest that cannot be read',
  ],
])('%s is no model', (_, json, message) => {
  expect(() => readModelJson(json, 'm.json')).toThrow(message);
});

test('a shard of the wrong length is named, with both lengths', () => {
  const shards = new Map([['weights.bin', new Uint8Array(31)]]);
  expect(() => readModel({ json: written.json, shards }, 'm.json')).toThrow(
    'm.json, weight file weights.bin: expected 32 bytes, found 31. The file is cut short or belongs to another model: copy it again',
  );
  expect(() => readModel({ json: written.json, shards: new Map() }, 'm.json')).toThrow(
    'm.json: expected its weight file weights.bin, found none',
  );
});

test.each(['../secret.bin', '/etc/passwd', 'a/../../b', 'https://host/x.bin', 'a\\..\\b'])(
  'the weight path %s is refused',
  (path) => {
    const json = { modelTopology: { node: [] }, weightsManifest: [{ paths: [path], weights: [] }] };
    expect(() => shardPaths(readModelJson(json, 'm.json'), 'm.json')).toThrow(
      'expected weight files inside the model’s folder',
    );
  },
);

test('weights split over several files are one run of bytes', () => {
  const whole = written.shards.get('weights.bin') as Uint8Array;
  const json = {
    ...written.json,
    weightsManifest: [{ ...(written.json['weightsManifest'] as object[])[0], paths: ['a', 'b'] }],
  };
  const shards = new Map([
    ['a', whole.slice(0, 7)],
    ['b', whole.slice(7)],
  ]);
  expect(readModel({ json, shards }, 'm')).toEqual(readModel(written, 'm'));
});

test('half-told quantization and control flow are refused by name', () => {
  const manifest = (written.json['weightsManifest'] as { weights: object[] }[])[0];
  const quantized = {
    ...written.json,
    weightsManifest: [
      { ...manifest, weights: [{ ...manifest?.weights[0], quantization: { dtype: 'uint8' } }] },
    ],
  };
  expect(() => readModel({ json: quantized, shards: written.shards }, 'm')).toThrow(
    'm, weight k: expected float32, int32 or bool, plain or quantized to float16, uint16 or uint8, found uint8 without a scale and a min. Convert the model again',
  );
  const topology = written.json['modelTopology'] as { node: { name: string; op: string }[] };
  const odd = topology.node.map((node) => (node.name === 'y' ? { ...node, op: 'Switch' } : node));
  expect(() =>
    readModel({ json: { ...written.json, modelTopology: { node: odd } }, shards: written.shards }, 'm'),
  ).toThrow('node y (Switch): expected a graph without control flow and tables, found Switch');
});

test('a weight file that is listed twice, and JSON nested without end, are refused', () => {
  const twice = { modelTopology: { node: [] }, weightsManifest: [{ paths: ['a', 'a'], weights: [] }] };
  expect(() => readModel({ json: twice, shards: new Map() }, 'm')).toThrow(
    'm: expected each weight file once, found "a" twice',
  );
  const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  expect(() => readModelJson({ ...written.json, userDefinedMetadata: { deep } }, 'm')).toThrow(
    'm: expected a tfjs model.json (LayersModel or GraphModel), found JSON nested deeper than 500 levels',
  );
});

test('names of every object are names like others', () => {
  const graph = parseGraph(`graph "g"
constructor = input dtype="float32" shape=[null,4]
__proto__ = const float32[4,2] seed=1
toString = matMul(constructor, __proto__)
output "hasOwnProperty" = toString
`);
  const files = writeGraphModel(graph);
  const json: unknown = JSON.parse(JSON.stringify(files.json));
  const read = readModel({ json, shards: files.shards }, 'm');
  expect(read.nodes).toEqual(graph.nodes);
  expect(read.outputs).toEqual(graph.outputs);
});
