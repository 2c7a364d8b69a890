import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  costTable,
  float32Tensor,
  type Graph,
  parseGraph,
  rngFromSeed,
  runGraph,
  type WrittenModel,
  writeGraphModel,
  writeLayersModel,
} from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { modelGraph } from '../bridge/modelArtifacts.ts';
import { modelVariables, readVariables, trainableVariables } from '../bridge/modelWeights.ts';
import { convLayers } from '../prune/convLayers.ts';
import type { ZeroedFilters } from '../prune/pruneDuring.ts';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { tinyDataset } from '../testing/tinyDataset.ts';
import { tinySettings } from '../testing/tinySettings.ts';
import { trainLoop } from '../train/loop.ts';
import { createSgd } from '../train/sgd.ts';
import { buildTrained } from './buildTrained.ts';
import { buildModel } from './models.ts';
import { readTrained, type TrainedModel } from './readTrained.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

const shape = { height: 8, width: 8, channels: 3, classes: 4 };

/** A network as the compactor leaves one: batch norm folded, a branch cut and scattered back into its stream, a softmax. */
const compactText = `graph "compact"
x = input dtype="float32" shape=[null,8,8,3]
a/k = const float32[3,3,3,4] seed=1
a/b = const float32[4] seed=2
b/k = const float32[3,3,4,2] seed=3
b/b = const float32[2] seed=4
w = const float32[4,4] seed=5
a = conv2d(x, a/k, a/b) activation="relu" pad="same" strides=[1,1]
b = conv2d(a, b/k, b/b) pad="same" strides=[1,1]
back = scatter(b) fill=[0,0.5,0,0] positions=[0,2] size=4
sum = binary(a, back) fn="add"
m = mean(sum) axes=[1,2] keepDims=false
y = matMul(m, w)
p = softmax(y)
output "p" = p
`;
const compact = parseGraph(compactText);

async function write(model: WrittenModel): Promise<string> {
  const folder = tempFolder(onTestFinished);
  await writeFile(join(folder, 'model.json'), JSON.stringify(model.json));
  for (const [path, bytes] of model.shards) await writeFile(join(folder, path), bytes);
  return folder;
}

async function open(trained: TrainedModel): Promise<LayersModel> {
  const model = await buildTrained(trained, shape);
  onTestFinished(() => {
    model.dispose();
  });
  return model;
}

/** The largest difference of the live model's logits from the oracle's, over the largest logit. */
async function errorAgainst(graph: Graph, model: LayersModel): Promise<number> {
  const rng = rngFromSeed(7);
  const values = Float32Array.from({ length: 2 * 8 * 8 * 3 }, () => rng.normal());
  const input = graph.nodes.find(({ op }) => op === 'input')?.name as string;
  const [expected] = [...runGraph(graph, { [input]: { shape: [2, 8, 8, 3], values } }).values()];
  const found = tf.tidy(() =>
    (model.predict(tf.tensor4d(values, [2, 8, 8, 3])) as tf.Tensor).dataSync<'float32'>(),
  );
  const errors = [...found].map((value, i) => Math.abs(value - (expected?.values[i] as number)));
  return Math.max(...errors) / Math.max(...[...found].map(Math.abs));
}

test.each(['graph-model', 'layers-model'] as const)(
  'a compact %s goes on learning: logits of before, scattering fixed, its convolutions pruned',
  async (format) => {
    const written = format === 'graph-model' ? writeGraphModel(compact) : writeLayersModel(compact);
    const trained = await readTrained(await write(written));
    expect(trained.graph.nodes.some(({ op }) => op === 'softmax')).toBe(false);
    const model = await open(trained);
    // Sums of at most 36 float32 products, four deep.
    expect(await errorAgainst(trained.graph, model)).toBeLessThan(4 * 36 * 2 ** -24);
    expect(convLayers(model).map(({ filters, bias }) => [filters, bias?.size])).toEqual([
      [4, 4],
      [2, 2],
    ]);
    // Both convolutions with their biases, and the dense layer.
    expect(trainableVariables(model).map(({ variable }) => variable.size)).toEqual([108, 4, 72, 2, 16]);
  },
);

test('what scatters channels does not change by a bit while the rest learns, and a zeroed filter has no bias left', async () => {
  const text = compactText
    .replace('[null,8,8,3]', '[null,8,8,1]')
    .replace('[3,3,3,4]', '[3,3,1,4]')
    .replace('[4,4] seed=5', '[4,2] seed=5');
  const trained = {
    file: 'model.json',
    model: 'compact',
    graph: parseGraph(text.replace('"p" = p', '"y" = y')),
    card: undefined,
  };
  const model = await buildTrained(trained, { height: 8, width: 8, channels: 1, classes: 2 });
  const settings = tinySettings({ epochs: 2, rate: 0.5, harden: 0.5, learningRate: 0.01 });
  const optimizer = createSgd(trainableVariables(model), settings);
  onTestFinished(() => {
    optimizer.dispose();
    model.dispose();
  });
  const before = await readVariables(modelVariables(model));
  const state = {
    model,
    optimizer,
    settings,
    dataset: tinyDataset(32, 8),
    epochsDone: 0,
    zeroed: {},
    returned: {},
  };
  let zeroed: ZeroedFilters = {};
  for await (const item of trainLoop({ ...state, rng: rngFromSeed(1) }))
    if (!('type' in item)) zeroed = item.zeroed;
  expect(zeroed).toEqual({ a: [expect.any(Number), expect.any(Number)], b: [expect.any(Number)] });
  const after = await readVariables(modelVariables(model));
  const changed = [...after].filter(
    ([name, { values }]) => !values.every((value, i) => value === before.get(name)?.values[i]),
  );
  expect(changed.map(([name]) => name).sort()).toEqual([
    'a/bias',
    'a/kernel',
    'b/bias',
    'b/kernel',
    'y/kernel',
  ]);
  const biases = after.get('a/bias')?.values as ArrayLike<number>;
  expect(zeroed['a']?.map((filter) => biases[filter])).toEqual([0, 0]);
});

test('a dense network comes back as it was: names, batch norm with its momentum, cost', async () => {
  const built = buildModel('resnet8', shape, rngFromSeed(1));
  const graph = await modelGraph(built);
  built.dispose();
  const trained = await readTrained(await write(writeLayersModel(graph)));
  expect(trained.model).toBe('resnet8');
  const model = await open(trained);
  expect(model.getLayer('stage1_block1_bn1').getConfig()).toMatchObject({ momentum: 0.9, epsilon: 1e-5 });
  expect(convLayers(model).map(({ name }) => name)).toContain('stage3_block1_conv2');
  const again = await modelGraph(model);
  expect(costTable(again)).toEqual(costTable(graph));
  const weights = (from: Graph): unknown =>
    from.nodes.filter(({ op }) => op === 'const').sort((a, b) => (a.name < b.name ? -1 : 1));
  expect(weights(again)).toEqual(weights(graph));
});

test('images or classes of another number are refused, and so is what is no classifier', async () => {
  const trained = await readTrained(await write(writeGraphModel(compact)));
  const wider = await failureOf(() => buildTrained(trained, { ...shape, height: 32, width: 32 }));
  expect(wider.message).toBe(
    `${trained.file}: expected images of 32×32×3, as the data set has, found 8×8×3. Train it on the data set that it was made for`,
  );
  const more = await failureOf(() => buildTrained(trained, { ...shape, classes: 10 }));
  expect(more.message).toContain('expected classes: 10, as the data set has, found 4');
  const headless = { ...compact, outputs: [{ name: 'sum', from: 'sum' }] };
  const failure = await failureOf(async () => readTrained(await write(writeGraphModel(headless))));
  expect(failure.message).toContain(
    'expected a classifier, from one image [n, h, w, c] to one row [n, classes], found [?, 8, 8, 3] to [?, 8, 8, 4]',
  );
});

test('a kernel that only looks like a choice of channels, but for one number, learns', async () => {
  const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,8,8,3]
k = const float32[1,1,3,2] values=[1,0,0,1,0,0.5]
w = const float32[2,4] seed=5
a = conv2d(x, k) pad="same" strides=[1,1]
m = mean(a) axes=[1,2] keepDims=false
y = matMul(m, w)
output "y" = y
`);
  const model = await open({ file: 'model.json', model: 'g', graph, card: undefined });
  expect(trainableVariables(model)).toHaveLength(2);
  const chosen = graph.nodes.map((node) =>
    node.op === 'const' && node.name === 'k'
      ? { ...node, attrs: { tensor: float32Tensor([1, 1, 3, 2], [1, 0, 0, 1, 0, 0]) } }
      : node,
  );
  const fixed = await open({
    file: 'model.json',
    model: 'g',
    graph: { ...graph, nodes: chosen },
    card: undefined,
  });
  expect(trainableVariables(fixed)).toHaveLength(1);
});
