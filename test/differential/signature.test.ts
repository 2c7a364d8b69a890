// What a user's code calls a model by survives compaction: names of inputs and outputs, their order, structured outputs, metadata; the same input gives the same bytes.
import { execFileSync } from 'node:child_process';
import { compact } from '@asfp/compactor';
import { type ModelFiles, parseGraph, printGraph, readModel, writeGraphModel } from '@asfp/core';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { openCpu } from './tfjsRun.ts';

const text = `graph "g"
serving_images = input dtype="float32" shape=[null,4,4,3]
serving_sizes = input dtype="float32" shape=[null,2]
k = const float32[1,1,3,4] values=[1,0,2,0,3,0,1,0,1,0,2,0]
j = const float32[4,2] seed=2
c = conv2d(serving_images, k) activation="relu" pad="same" strides=[1,1]
m = mean(c) axes=[1,2] keepDims=false
z = matMul(m, j)
a = binary(z, serving_sizes) fn="add"
output "zeta" = a
output "alpha" = z
`;

type Signature = { inputs: Record<string, unknown>; outputs: Record<string, unknown> };

/** The model with names of its own for its inputs, where a converter puts them, and with structured outputs. */
function named(place: 'signature' | 'metadata'): ModelFiles {
  const { json, shards } = writeGraphModel(parseGraph(text));
  const { inputs, outputs } = json['signature'] as Signature;
  const own = { inputs: { sizes: inputs['serving_sizes'], images: inputs['serving_images'] }, outputs };
  const metadata = { structuredOutputKeys: ['zeta', 'alpha'], author: { name: 'a user' } };
  return place === 'signature'
    ? { json: { ...json, signature: own, userDefinedMetadata: metadata }, shards }
    : {
        json: { ...json, signature: undefined, userDefinedMetadata: { ...metadata, signature: own } },
        shards,
      };
}

/** As a user's code calls it: the answers by name, and in order. */
async function answers({ json, shards }: ModelFiles): Promise<unknown> {
  await openCpu();
  const { modelTopology, weightsManifest, signature, userDefinedMetadata } = json as tf.io.ModelJSON & object;
  const model = await loadGraphModel({
    load: async () => ({
      modelTopology,
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData: ([...shards.values()][0] as Uint8Array).slice().buffer,
      ...(signature === undefined ? {} : { signature }),
      ...(userDefinedMetadata === undefined ? {} : { userDefinedMetadata }),
    }),
  });
  const images = tf.tensor(
    Float32Array.from({ length: 48 }, (_, i) => (i % 7) - 3),
    [1, 4, 4, 3],
  );
  const sizes = tf.tensor([[1, 2]]);
  const result = model.predict({ images, sizes }) as Record<string, tf.Tensor>;
  const byNode = model.execute({ serving_images: images, serving_sizes: sizes }, [
    'zeta',
    'alpha',
  ]) as tf.Tensor[];
  const told = {
    inputs: model.inputs.map(({ name }) => name),
    inputNodes: model.inputNodes,
    outputs: model.outputNodes,
    answers: Object.entries(result).map(([name, tensor]) => [name, [...tensor.dataSync()]]),
    byNode: byNode.map((tensor) => [...tensor.dataSync()]),
  };
  model.dispose();
  return told;
}

test.each(['signature', 'metadata'] as const)('names in %s', async (place) => {
  const files = named(place);
  const graph = readModel(files, 'm');
  const small = compact(graph).graph;
  const written = writeGraphModel(small);
  // Two of the four filters are zero.
  expect(printGraph(small)).toContain('c/kernel = const float32[1,1,3,2]');
  expect(await answers(written)).toEqual(await answers(files));
  expect((written.json['userDefinedMetadata'] as object) ?? {}).toEqual({
    structuredOutputKeys: ['zeta', 'alpha'],
    author: { name: 'a user' },
  });
});

test('two processes write the same bytes', () => {
  const program = `
    import { createHash } from 'node:crypto';
    import { compact } from './packages/compactor/src/index.ts';
    import { writeGraphModel } from './packages/core/src/index.ts';
    import { graphFromSeed } from './packages/core/src/testing/index.ts';
    const hash = createHash('sha256');
    for (let seed = 0; seed < 12; seed++) {
      const { json, shards } = writeGraphModel(compact(graphFromSeed(seed)).graph);
      hash.update(JSON.stringify(json));
      for (const bytes of shards.values()) hash.update(bytes);
    }
    process.stdout.write(hash.digest('hex'));
  `;
  const root = new URL('../..', import.meta.url);
  const run = (): string =>
    execFileSync(
      process.execPath,
      ['--conditions=dev', '--import', 'tsx', '--input-type=module', '-e', program],
      {
        cwd: root,
        encoding: 'utf8',
      },
    );
  expect(run()).toBe(run());
});
