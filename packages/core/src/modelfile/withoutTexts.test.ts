import { expect, test } from 'vitest';
import { parseGraph } from '../graph/parseGraph.ts';
import type { WeightGroup } from './manifest.ts';
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

/** The same model with a text among its constants, and perhaps a node that reads it. */
function withText(reader: boolean): Parameters<typeof readModel>[0] {
  const [group] = written.json['weightsManifest'] as [WeightGroup];
  const nodes = (written.json['modelTopology'] as { node: object[] }).node;
  const more = [{ name: 't', op: 'Const' }, ...(reader ? [{ name: 'r', op: 'Foo', input: ['t:0'] }] : [])];
  const json = {
    ...written.json,
    modelTopology: { node: [...nodes, ...more] },
    weightsManifest: [{ ...group, weights: [...group.weights, { name: 't', shape: [1], dtype: 'string' }] }],
  };
  const bytes = Uint8Array.of(...(written.shards.get('weights.bin') as Uint8Array), 1, 0, 0, 0, 65);
  return { json, shards: new Map([['weights.bin', bytes]]) };
}

test('a text that nobody reads is left out, one that is read is refused with its reader', () => {
  expect(readModel(withText(false), 'm')).toEqual(readModel(written, 'm'));
  expect(() => readModel(withText(true), 'm')).toThrow(
    'm, weight t: expected numbers, found texts, which node r reads',
  );
});
