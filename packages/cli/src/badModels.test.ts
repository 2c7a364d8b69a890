import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseGraph, writeGraphModel } from '@asfp/core';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from './runCli.ts';

const good = writeGraphModel(
  parseGraph(`graph "g"
x = input dtype="float32" shape=[null,4]
k = const float32[4,2] seed=1
y = matMul(x, k)
output "y" = y
`),
);
const weights = good.shards.get('weights.bin') as Uint8Array;
const kernel = { name: 'k', shape: [4, 2], dtype: 'float32' };
const page = '<!doctype html><title>Not found</title>';

/** The good model's JSON with other weights in its manifest. */
function listing(specs: readonly object[], paths: readonly string[] = ['weights.bin']): string {
  return JSON.stringify({ ...good.json, weightsManifest: [{ paths, weights: specs }] });
}

function withNodes(change: (node: Record<string, unknown>) => object): string {
  const { node } = good.json['modelTopology'] as { node: Record<string, unknown>[] };
  return JSON.stringify({ ...good.json, modelTopology: { node: node.map(change) } });
}

interface Bad {
  /** The text of model.json; the good one's where left out. */
  readonly json?: string;
  readonly shard?: Uint8Array | string | null;
  /** How the line goes on after `asfp compact: `, with paths from the folder on. */
  readonly says: string;
}

const short = '. The file is cut short or belongs to another model: copy it again';
const cases: Readonly<Record<string, Bad>> = {
  'a weight file cut short': {
    shard: weights.subarray(0, 31),
    says: `model.json, weight file weights.bin: expected 32 bytes, found 31${short}`,
  },
  'an oversized weight file': {
    shard: new Uint8Array(4096),
    says: `model.json, weight file weights.bin: expected 32 bytes, found 4096${short}`,
  },
  'an empty weight file': {
    shard: '',
    says: `model.json, weight file weights.bin: expected 32 bytes, found 0${short}`,
  },
  'a page in place of weights': {
    shard: page,
    says: 'model.json, weight file weights.bin: expected 32 bytes, found 39, beginning with "<!doctype html><titl". The file is a page and no weights: check where it was copied from',
  },
  'no weight file': {
    shard: null,
    says: 'weights.bin: expected the weight file that model.json names, found ',
  },
  'a page in place of model.json': {
    json: page,
    says: 'model.json: expected a tfjs model.json, found text that is no JSON, beginning with "<!doctype html><titl"\n',
  },
  'an unknown type': {
    json: listing([{ ...kernel, dtype: 'float64' }]),
    says: 'model.json, weight k: expected float32, int32 or bool, plain or quantized to float16, uint16 or uint8, found float64\n',
  },
  'complex numbers': {
    json: listing([{ ...kernel, dtype: 'complex64' }]),
    says: 'model.json, weight k: expected float32, int32 or bool, plain or quantized to float16, uint16 or uint8, found complex64\n',
  },
  'quantization without a scale': {
    json: listing([{ ...kernel, quantization: { dtype: 'uint8' } }]),
    says: 'model.json, weight k: expected float32, int32 or bool, plain or quantized to float16, uint16 or uint8, found uint8 without a scale and a min. Convert the model again\n',
  },
  'texts that a node reads': {
    json: listing([{ name: 'k', shape: [1], dtype: 'string' }]),
    shard: Uint8Array.of(1, 0, 0, 0, 65),
    says: 'model.json, weight k: expected numbers, found texts, which node y reads\n',
  },
  'two weights of one name': {
    json: listing([
      { ...kernel, shape: [4] },
      { ...kernel, shape: [4] },
    ]),
    says: 'model.json, weight k: expected one entry in the weights manifest, found two\n',
  },
  'one weight file listed a hundred thousand times': {
    json: listing([{ ...kernel, shape: [4, 200_000] }], new Array(100_000).fill('weights.bin')),
    says: 'model.json: expected each weight file once, found "weights.bin" twice\n',
  },
  'a shape of more than memory': {
    json: listing([{ ...kernel, shape: [2_000_000_000, 2_000_000_000] }]),
    says: `model.json, weight file weights.bin: expected 16000000000000000000 bytes, found 32${short}`,
  },
  'a shape that the node does not have': {
    json: listing([{ ...kernel, shape: [2, 4] }]),
    says: 'y: expected 2 input features, found 4\n',
  },
  'a negative size': {
    json: listing([{ ...kernel, shape: [-4, -2] }]),
    says: 'model.json: expected a tfjs model.json (LayersModel or GraphModel), found a weightsManifest that cannot be read (weight 0 of group 0: no name, type and shape)\n',
  },
  'a path out of the folder': {
    json: listing([kernel], ['../weights.bin']),
    says: 'model.json: expected weight files inside the model’s folder, found "../weights.bin"\n',
  },
  'an absolute path': {
    json: listing([kernel], ['/dev/zero']),
    says: 'model.json: expected weight files inside the model’s folder, found "/dev/zero"\n',
  },
  'JSON nested a hundred thousand deep': {
    json: `{"modelTopology":{"node":[]},"weightsManifest":[],"userDefinedMetadata":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
    says: 'model.json: expected a tfjs model.json (LayersModel or GraphModel), found JSON nested deeper than 500 levels\n',
  },
  'a weight that is not listed': {
    json: listing([{ ...kernel, name: '__proto__' }]),
    says: 'model.json, node k: expected its values in the weights manifest, found none\n',
  },
  'a cycle of nodes': {
    json: withNodes((node) => (node['name'] === 'y' ? { ...node, input: ['y', 'k'] } : node)),
    says: 'y: expected a graph without loops, found a loop through y\n',
  },
  'an op named like what every object has': {
    json: withNodes((node) => (node['name'] === 'y' ? { ...node, op: 'constructor' } : node)),
    says: 'model.json: expected a model that the interpreter or tfjs can run, found no answer that is a number; oracle: it does not know the op constructor (y); tfjs',
  },
};

test.each(Object.entries(cases))('%s is refused in one line, and nothing is written', async (_, bad) => {
  const folder = await mkdtemp(join(tmpdir(), 'asfp-bad-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const model = join(folder, 'model');
  await mkdir(model);
  await writeFile(join(folder, 'weights.bin'), weights);
  await writeFile(join(model, 'model.json'), bad.json ?? JSON.stringify(good.json));
  if (bad.shard !== null) await writeFile(join(model, 'weights.bin'), bad.shard ?? weights);
  let [out, err] = ['', ''];
  const streams = {
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
  };
  const code = await runCli(
    ['compact', model, '--out', join(folder, 'out')],
    streams,
    new AbortController().signal,
  );
  expect({ code, out }).toEqual({ code: 1, out: '' });
  const line = err.replaceAll(`${model}/`, '');
  expect(line.slice(0, 'asfp compact: '.length + bad.says.length)).toBe(`asfp compact: ${bad.says}`);
  expect(err.split('\n')).toHaveLength(2);
  expect(err).not.toContain('internal:');
  await expect(access(join(folder, 'out'))).rejects.toThrow('ENOENT');
});
