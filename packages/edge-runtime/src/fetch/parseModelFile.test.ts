// Knows what is said of files that are no GraphModel.
import { AsfpError } from '@asfp/core';
import { expect, test } from 'vitest';
import { parseModelFile } from './parseModelFile.ts';

const URL_ = 'http://host/m/model.json';

function refusal(text: string): string {
  try {
    parseModelFile(text, URL_);
  } catch (error) {
    if (error instanceof AsfpError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

function manifest(group: unknown): string {
  return JSON.stringify({ modelTopology: { node: [] }, weightsManifest: [group] });
}

const weight = { name: 'w', shape: [2], dtype: 'float32' };

test('what is no GraphModel is named, with the address and the cure', () => {
  expect(refusal('<!DOCTYPE html><html lang="en"><title>Not here</title>')).toMatchInlineSnapshot(
    `"not-a-model: http://host/m/model.json: expected the model.json of a tfjs GraphModel, found a page of markup: "<!DOCTYPE html><html lang=\\"en\\"><title>No…". Check the address; a GraphModel is written by \`asfp compact MODEL --out DIR\`"`,
  );
  expect(refusal('[{"paths":["a.bin"],"weights":[]}]')).toMatchInlineSnapshot(
    `"not-a-model: http://host/m/model.json: expected the model.json of a tfjs GraphModel, found a list, as in a weights manifest that has lost its network. Check the address; a GraphModel is written by \`asfp compact MODEL --out DIR\`"`,
  );
  expect(refusal('{"format":"layers-model","modelTopology":{"model_config":{}}}')).toMatchInlineSnapshot(
    `"layers-model: http://host/m/model.json: expected a tfjs GraphModel, found a LayersModel. Convert it first: \`asfp compact MODEL --out DIR\` writes a GraphModel"`,
  );
});

test.each([
  ['', 'an empty file'],
  ['GIF89a', 'text that is no JSON: "GIF89a"'],
  ['12', 'the JSON value "12"'],
  ['null', 'the JSON value "null"'],
  ['{}', 'JSON without `modelTopology`'],
  ['{"modelTopology":{"node":[{"op":"Relu"}]}}', 'a `modelTopology` without a list of nodes with names'],
  ['{"modelTopology":{"node":[{"name":"y","op":"Relu","input":"x"}]}}', 'a `modelTopology` without a list'],
  ['{"modelTopology":{"node":[{"name":"y","op":"Relu","input":[7]}]}}', 'a `modelTopology` without a list'],
  [
    '{"modelTopology":{"node":[{"name":"y","op":"Relu","attr":{"T":1}}]}}',
    'a `modelTopology` without a list',
  ],
  ['{"modelTopology":{"node":[]}}', 'a weightsManifest that cannot be read (no list)'],
  [manifest({ weights: [] }), 'a weightsManifest that cannot be read (paths of group 0)'],
  [manifest({ paths: ['a'] }), 'a weightsManifest that cannot be read (weights of group 0)'],
  [
    manifest({ paths: ['a'], weights: [{ ...weight, shape: [-2] }] }),
    'a weightsManifest that cannot be read (weight 0 of group 0: no name, type and shape)',
  ],
  [
    manifest({ paths: ['a'], weights: [{ ...weight, shape: [1.5] }] }),
    'a weightsManifest that cannot be read (weight 0 of group 0: no name, type and shape)',
  ],
  [
    manifest({ paths: ['a'], weights: [{ ...weight, shape: 'x' }] }),
    'a weightsManifest that cannot be read (weight 0 of group 0: no name, type and shape)',
  ],
  [manifest({ paths: ['a'], weights: [weight, weight] }), 'two'],
])('%s is refused', (text, found) => {
  expect(refusal(text)).toContain(`found ${found}`);
});

test.each([
  '../secret.bin',
  '%2e%2e/secret.bin',
  '/etc/passwd',
  'https://elsewhere/a.bin',
  '//elsewhere/a.bin',
  'data:,x',
  '',
])('a weight file outside the model’s folder is refused: %j', (path) => {
  expect(refusal(manifest({ paths: [path], weights: [weight] }))).toContain('shard-path');
});

test('a GraphModel is read, with its card', () => {
  const card = {
    format: 'asfp.model-card/1',
    input: { height: 1, width: 1, channels: 1, mean: [0], deviation: [1] },
    labels: ['a'],
  };
  const text = JSON.stringify({
    modelTopology: { node: [{ name: 'x', op: 'Placeholder' }] },
    weightsManifest: [{ paths: ['deep/a b.bin'], weights: [weight] }],
    userDefinedMetadata: { asfp: card },
  });
  const parsed = parseModelFile(text, URL_);
  expect(parsed.nodes.map((node) => node.op)).toEqual(['Placeholder']);
  expect(parsed.groups).toEqual([{ paths: ['deep/a b.bin'], weights: [weight] }]);
  expect(parsed.card).toEqual(card);
  expect(parseModelFile(manifest({ paths: [], weights: [] }), URL_).card).toBeNull();
});
