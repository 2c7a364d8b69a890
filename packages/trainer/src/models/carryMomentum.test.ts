import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  float32Tensor,
  type Graph,
  type HostTensor,
  parseGraph,
  rngFromSeed,
  sizeOf,
  takeAxis,
  writeLayersModel,
} from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { largestError } from '../backend/testing/onBothBackends.ts';
import { fromHost } from '../bridge/hostTensors.ts';
import { modelVariables, readVariables, trainableVariables } from '../bridge/modelWeights.ts';
import { writeCheckpoint } from '../record/checkpoint.ts';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { buildTrained } from './buildTrained.ts';
import { carryMomentum } from './carryMomentum.ts';
import { readTrained } from './readTrained.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

const shape = { height: 8, width: 8, channels: 3, classes: 4 };

const denseText = `graph "net"
x = input dtype="float32" shape=[null,8,8,3]
a/kernel = const float32[3,3,3,4] seed=1
a_bn/gamma = const float32[4] seed=2
a_bn/beta = const float32[4] seed=3
a_bn/moving_mean = const float32[4] seed=4
a_bn/moving_variance = const float32[4] seed=5
d/depthwise_kernel = const float32[3,3,4,2] seed=6
d_bn/gamma = const float32[8] seed=7
d_bn/beta = const float32[8] seed=8
d_bn/moving_mean = const float32[8] seed=9
d_bn/moving_variance = const float32[8] seed=10
b/kernel = const float32[1,1,8,5] seed=11
b/bias = const float32[5] seed=12
w/kernel = const float32[5,4] seed=13
w/bias = const float32[4] seed=14
a = conv2d(x, a/kernel) pad="same" strides=[1,1]
a_bn = batchNorm(a, a_bn/gamma, a_bn/beta, a_bn/moving_mean, a_bn/moving_variance) epsilon=0.001
a_relu = unary(a_bn) fn="relu"
d = depthwiseConv2d(a_relu, d/depthwise_kernel) pad="same" strides=[1,1]
d_bn = batchNorm(d, d_bn/gamma, d_bn/beta, d_bn/moving_mean, d_bn/moving_variance) epsilon=0.001
d_relu = unary(d_bn) fn="relu"
b = conv2d(d_relu, b/kernel, b/bias) activation="relu" pad="same" strides=[1,1]
m = mean(b) axes=[1,2] keepDims=false
w = matMul(m, w/kernel, w/bias)
output "y" = w
`;

const compactText = `graph "net"
x = input dtype="float32" shape=[null,8,8,3]
a/kernel = const float32[3,3,3,2] seed=1
a/bias = const float32[2] seed=2
d/depthwise_kernel = const float32[3,3,2,2] seed=3
d/bias = const float32[4] seed=4
b/kernel = const float32[1,1,4,3] seed=5
b/bias = const float32[3] seed=6
w/kernel = const float32[3,4] seed=7
w/bias = const float32[4] seed=8
a = conv2d(x, a/kernel, a/bias) activation="relu" pad="same" strides=[1,1]
d = depthwiseConv2d(a, d/depthwise_kernel, d/bias) activation="relu" pad="same" strides=[1,1]
b = conv2d(d, b/kernel, b/bias) activation="relu" pad="same" strides=[1,1]
m = mean(b) axes=[1,2] keepDims=false
w = matMul(m, w/kernel, w/bias)
output "y" = w
`;

// Channels 1 and 3 of a, and filters 0 and 4 of b, go.
const [ofA, ofD, ofB] = [
  [0, 2],
  [0, 1, 4, 5],
  [1, 2, 3],
] as const;
const keepSets = {
  a: { inputs: [0, 1, 2], filters: ofA },
  d: { inputs: ofA, filters: ofD },
  b: { inputs: ofD, filters: ofB },
  w: { inputs: ofB, filters: [0, 1, 2, 3] },
};

type Weights = Map<string, HostTensor>;

function numbers(dims: readonly number[], seed: number, low: number, high: number): HostTensor {
  const rng = rngFromSeed(seed);
  return float32Tensor(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => low + (high - low) * rng.next()),
  );
}

/** Weights of the network of which what goes is read by nobody. */
function denseWeights(): Weights {
  const weights: Weights = new Map();
  for (const [, name = '', dims = '', seed = ''] of denseText.matchAll(
    /^(\S+) = const float32\[([\d,]+)\] seed=(\d+)/gm,
  )) {
    const [low, high] = /gamma|variance/.test(name) ? [0.2, 3] : [-1, 1];
    weights.set(name, numbers(dims.split(',').map(Number), Number(seed), low, high));
  }
  const silence = (name: string, row: number, kept: readonly number[]): void => {
    const { values } = weights.get(name) as HostTensor;
    for (let i = 0; i < values.length; i++) {
      if (!kept.includes(Math.floor(i / row) % (name.startsWith('b') ? 8 : 5))) values[i] = 0;
    }
  };
  silence('b/kernel', 5, ofD);
  silence('w/kernel', 4, ofB);
  return weights;
}

function folded(dense: Weights): Weights {
  const get = (name: string): HostTensor => dense.get(name) as HostTensor;
  const scale = (norm: string, i: number): number =>
    (get(`${norm}/gamma`).values[i] as number) /
    Math.sqrt((get(`${norm}/moving_variance`).values[i] as number) + 0.001);
  const kernel = (tensor: HostTensor, norm: string, filters: readonly number[]): HostTensor => ({
    ...tensor,
    values: tensor.values.map((v, i) => v * scale(norm, filters[i % filters.length] as number)),
  });
  const bias = (norm: string, filters: readonly number[]): HostTensor =>
    float32Tensor(
      [filters.length],
      Float32Array.from(
        filters,
        (i) =>
          (get(`${norm}/beta`).values[i] as number) -
          (get(`${norm}/moving_mean`).values[i] as number) * scale(norm, i),
      ),
    );
  return new Map([
    ['a/kernel', kernel(takeAxis(get('a/kernel'), 3, ofA), 'a_bn', ofA)],
    ['a/bias', bias('a_bn', ofA)],
    ['d/depthwise_kernel', kernel(takeAxis(get('d/depthwise_kernel'), 2, ofA), 'd_bn', ofD)],
    ['d/bias', bias('d_bn', ofD)],
    ['b/kernel', takeAxis(takeAxis(get('b/kernel'), 2, ofD), 3, ofB)],
    ['b/bias', takeAxis(get('b/bias'), 0, ofB)],
    ['w/kernel', takeAxis(get('w/kernel'), 0, ofB)],
    ['w/bias', get('w/bias')],
  ]);
}

function withWeights(text: string, weights: Weights): Graph {
  const graph = parseGraph(text);
  const nodes = graph.nodes.map((node) => {
    const tensor = weights.get(node.name);
    return tensor && node.op === 'const' ? { ...node, attrs: { tensor } } : node;
  });
  return { ...graph, nodes };
}

async function write(folder: string, graph: Graph): Promise<string> {
  const { json, shards } = writeLayersModel(graph);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.json'), JSON.stringify(json));
  for (const [path, bytes] of shards) await writeFile(join(folder, path), bytes);
  return join(folder, 'model.json');
}

/** The gradient of a loss with batch norm's averages in use, as they are in the folded network. */
async function gradients(model: LayersModel): Promise<Weights> {
  const variables = trainableVariables(model);
  const [x, r] = [fromHost(numbers([2, 8, 8, 3], 21, -1, 1)), fromHost(numbers([2, 4], 22, -1, 1))];
  const { grads } = tf.variableGrads(
    () => tf.sum(tf.mul(model.apply(x, { training: false }) as tf.Tensor, r)) as tf.Scalar,
    variables.map(({ variable }) => variable),
  );
  return readVariables(
    variables.map(({ name, variable }) => ({
      name,
      variable: tf.variable(grads[variable.name] as tf.Tensor),
    })),
  );
}

interface Setting {
  readonly file: string;
  readonly compact: LayersModel;
}

/** A run of which the momentum is one gradient, and the compact network in its folder. */
async function setUp(changed: Weights = new Map()): Promise<Setting> {
  const run = tempFolder(onTestFinished);
  const weights = denseWeights();
  const dense = await buildTrained(
    await readTrained(await write(join(run, 'dense'), withWeights(denseText, weights))),
    shape,
  );
  await writeCheckpoint(join(run, 'checkpoint'), {
    epoch: 1,
    zeroed: {},
    returned: {},
    weights: await readVariables(modelVariables(dense)),
    momentum: await gradients(dense),
  });
  const file = await write(
    join(run, 'compact'),
    withWeights(compactText, new Map([...folded(weights), ...changed])),
  );
  const layers = Object.entries(keepSets).map(([name, keepSet]) => ({ name, keepSet }));
  await writeFile(join(run, 'compact/compact-report.json'), JSON.stringify({ layers }));
  return { file, compact: await buildTrained(await readTrained(file), shape) };
}

test('the momentum of a sum of gradients is the sum of the compact network’s gradients', async () => {
  const { file, compact } = await setUp();
  const carried = await carryMomentum(file, trainableVariables(compact));
  expect(carried).toMatchObject({ layers: 4, all: 4 });
  const expected = await gradients(compact);
  expect([...(carried?.slots.keys() ?? [])]).toEqual([...expected.keys()]);
  for (const [name, { values, shape: dims }] of expected) {
    expect(values.some((value) => value !== 0)).toBe(true);
    expect(carried?.slots.get(name)?.shape).toEqual(dims);
    // Sums of some hundred float32 products in another order.
    expect(largestError(carried?.slots.get(name)?.values ?? [], values)).toBeLessThan(1e-5);
  }
});

test('a layer that is not a slice of the run’s begins at zero', async () => {
  const other = numbers([1, 1, 4, 3], 99, -1, 1);
  const { file, compact } = await setUp(new Map([['b/kernel', other]]));
  const carried = await carryMomentum(file, trainableVariables(compact));
  expect(carried).toMatchObject({ layers: 3, all: 4 });
  const sizes = [...(carried?.slots ?? [])].map(([name, { values }]) => [
    name,
    values.some((value) => value !== 0),
  ]);
  expect(Object.fromEntries(sizes)).toMatchObject({
    'a/kernel': true,
    'b/kernel': false,
    'b/bias': false,
    'w/kernel': true,
  });
});

test('a report of another network carries nothing, and one that cannot be read is told', async () => {
  const { file, compact } = await setUp();
  const report = join(dirname(file), 'compact-report.json');
  const keepSet = { inputs: [0, 99], filters: [0, 2] };
  await writeFile(report, JSON.stringify({ layers: [{ name: 'a', keepSet }] }));
  expect(await carryMomentum(file, trainableVariables(compact))).toMatchObject({ layers: 0 });
  await writeFile(report, '{"layers"');
  const failure = await failureOf(() => carryMomentum(file, trainableVariables(compact)));
  expect(failure.code).toBe('report-broken');
  expect(failure.message).toContain(`${report}: expected the report that`);
});

test('a network that lies in no run has none', async () => {
  const folder = tempFolder(onTestFinished);
  const file = await write(join(folder, 'compact'), parseGraph(compactText));
  const model = await buildTrained(await readTrained(file), shape);
  expect(await carryMomentum(file, trainableVariables(model))).toBeUndefined();
});
