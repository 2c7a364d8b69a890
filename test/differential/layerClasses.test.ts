// Every layer class that tfjs-layers has is read, and answers as plain tfjs does, or is refused by name; docs/models.md says which.
import { readFileSync } from 'node:fs';
import { compact } from '@asfp/compactor';
import { readModel, rngFromSeed, runGraph, writeGraphModel } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { readClasses, refusedClasses } from './layerClasses.ts';
import { openCpu, relativeError, runOnTfjs, savedLayers } from './tfjsRun.ts';

// float32 under sums of at most 72 products, and approximations of exp and erf.
const rounding = 500 * 2 ** -24;

/** Random weights, every second filter of each kernel zero; variances stay positive. */
function shake(model: LayersModel, seed: number): void {
  const rng = rngFromSeed(seed);
  for (const weight of model.weights) {
    const shape = weight.shape as number[];
    const variance = weight.originalName.endsWith('moving_variance');
    const filters = weight.originalName.endsWith('/kernel') ? (shape.at(-1) ?? 1) : 1;
    const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) =>
      variance ? 0.5 + rng.next() : (i % filters) % 2 === 1 ? 0 : 0.4 * rng.normal(),
    );
    tf.tidy(() => {
      weight.write(tf.tensor(values, shape));
    });
  }
}

/** The largest relative error: of the graph as read, compacted, and written and run by tfjs. */
async function worstError(model: LayersModel): Promise<number> {
  const [start] = model.inputs as [SymbolicTensor];
  const shape = [2, ...(start.shape.slice(1) as number[])];
  const rng = rngFromSeed(9);
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal());
  const expected = tf.tidy(() => (model.predict(tf.tensor(values, shape)) as tf.Tensor).dataSync());
  const graph = readModel(await savedLayers(model), 'model.json');
  const smaller = compact(graph).graph;
  const name = graph.nodes.find((node) => node.op === 'input')?.name as string;
  const feeds = { [name]: { shape, values } };
  const ours = [graph, smaller].map((each) => [...runGraph(each, feeds).values()][0]?.values ?? []);
  const [theirs] = [...(await runOnTfjs(writeGraphModel(smaller), feeds)).values()];
  return Math.max(...[...ours, theirs ?? []].map((found) => relativeError(expected, found)));
}

for (const [name, builds] of Object.entries(readClasses)) {
  test.each(builds.map((build, i) => [i + 1, build] as const))(`${name}, model %i`, async (_, build) => {
    await openCpu();
    const model = build();
    shake(model, 3);
    expect(await worstError(model)).toBeLessThan(rounding);
    model.dispose();
  });
}

test('zero filters over rows are cut', async () => {
  await openCpu();
  const model = (readClasses['Conv1D'] as [() => LayersModel])[0]();
  shake(model, 3);
  const { nodes } = compact(readModel(await savedLayers(model), 'model.json')).graph;
  const kernels = nodes.flatMap((node) =>
    node.op === 'const' && node.attrs.tensor.shape.length === 4 ? [node.attrs.tensor.shape] : [],
  );
  // Of four filters two are zero.
  expect(kernels[0]).toEqual([1, 3, 3, 2]);
  model.dispose();
});

test.each(refusedClasses)('%s is refused by class and name', (kind) => {
  const config = [{ class_name: kind, config: { name: 'odd', batch_input_shape: [null, 4] } }];
  const json = {
    modelTopology: { class_name: 'Sequential', config },
    weightsManifest: [{ paths: [], weights: [] }],
  };
  expect(() => readModel({ json, shards: new Map() }, 'm')).toThrow(
    `layer odd (${kind}): expected a layer class that can be read, found ${kind}. `,
  );
});

test('no class of tfjs-layers is left out, here or in the documentation', () => {
  const registered = Object.entries(tf.serialization.SerializationMap.getMap().classNameMap)
    .filter(([, [made]]) => (made as unknown as { prototype: unknown }).prototype instanceof layers.Layer)
    .map(([name]) => name)
    .filter((name) => !['Model', 'Functional', 'Sequential'].includes(name));
  const listed = [...Object.keys(readClasses), ...refusedClasses];
  expect(registered.filter((name) => !listed.includes(name))).toEqual([]);
  const page = readFileSync(new URL('../../docs/models.md', import.meta.url), 'utf8');
  const table = page.slice(page.indexOf('## LayersModel'), page.indexOf('## GraphModel'));
  const [read = '', refused = ''] = table.split('**Refused');
  expect(Object.keys(readClasses).filter((name) => !read.includes(`\`${name}\``))).toEqual([]);
  expect(refusedClasses.filter((name) => !refused.includes(`\`${name}\``))).toEqual([]);
});
