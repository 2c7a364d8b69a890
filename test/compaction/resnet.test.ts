// A soft-pruned ResNet loses the multiply-adds that whole filters give, and still answers the same on plain tfjs.
import { compact, compareRuns } from '@asfp/compactor';
import {
  costTable,
  l2Norm,
  prunedCount,
  type Rng,
  readModel,
  rngFromSeed,
  runGraph,
  weakest,
  writeGraphModel,
} from '@asfp/core';
import { buildModel } from '@asfp/trainer';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { openCpu, runOnTfjs, savedLayers } from '../differential/tfjsRun.ts';

beforeAll(openCpu);

/** The convolutions of a network and the batch norm behind each, in order. */
function convolutions(
  model: LayersModel,
): { readonly kernel: LayersModel['weights'][number]; readonly norm: LayersModel['weights'] }[] {
  const convs = model.layers.filter((layer) => layer.getClassName() === 'Conv2D');
  const norms = model.layers.filter((layer) => layer.getClassName() === 'BatchNormalization');
  return convs.map((conv, i) => ({
    kernel: conv.weights[0] as LayersModel['weights'][number],
    norm: norms[i]?.weights ?? [],
  }));
}

/** Zeroes filters as a soft prune does; batch norm gets statistics that leave constants behind, unless it is settled. */
function softPrune(
  model: LayersModel,
  rate: number,
  rng: Rng,
  settled: boolean,
  choose: (layer: number, filters: number) => number[],
): void {
  for (const [layer, { kernel, norm }] of convolutions(model).entries()) {
    const filters = kernel.shape.at(-1) as number;
    const zeroed = new Set(choose(layer, filters));
    expect(zeroed.size).toBe(prunedCount(filters, rate));
    rewrite(kernel, (value, at) => (zeroed.has(at % filters) ? 0 : value));
    for (const vector of norm) {
      const variance = vector.originalName.endsWith('variance');
      const gone = settled && !variance;
      rewrite(vector, (_, c) =>
        gone && zeroed.has(c) ? 0 : variance ? 0.5 + rng.next() : 0.5 * rng.normal(),
      );
    }
  }
}

function rewrite(
  weight: LayersModel['weights'][number],
  change: (value: number, at: number) => number,
): void {
  tf.tidy(() => {
    const values = Float32Array.from(weight.read().dataSync(), change);
    weight.write(tf.tensor(values, weight.shape as number[]));
  });
}

const shape = { height: 32, width: 32, channels: 3, classes: 10 };

// Every residual stream stays full width: what one branch zeroes, another fills (the shortcut fills the first half).
const apart = (layer: number, filters: number): number[] => {
  const count = prunedCount(filters, 0.4);
  return Array.from({ length: count }, (_, i) => (layer > 0 && filters === 16 ? filters - 1 - i : i));
};

test('ResNet-20 at rate 0.4 loses 51.70 % of its multiply-adds', async () => {
  const model = buildModel('resnet20', shape, rngFromSeed(1));
  softPrune(model, 0.4, rngFromSeed(2), true, apart);
  const graph = readModel(await savedLayers(model), 'resnet20');
  const before = costTable(graph);
  const after = costTable(compact(graph).graph);
  expect(before.macs).toBe(40_550_400 + 640);
  const convs = (table: typeof before): number => table.macs - 640;
  expect((100 * (1 - convs(after) / convs(before))).toFixed(2)).toBe('51.70');
  const widths = after.layers.slice(0, -1).map((layer) => layer.filters);
  expect(widths).toEqual([...Array(7).fill(10), ...Array(6).fill(20), ...Array(6).fill(39)]);
  model.dispose();
});

test.each([
  ['settled', true],
  ['with constants left behind', false],
])(
  'ResNet-8 pruned by L2 norm, %s, answers the same on plain tfjs and keeps one carrier at most',
  async (_, settled) => {
    const small = { height: 12, width: 12, channels: 1, classes: 10 };
    const model = buildModel('resnet8', small, rngFromSeed(1));
    const rng = rngFromSeed(3);
    const scores = convolutions(model).map(({ kernel }) =>
      l2Norm({ shape: kernel.shape as number[], values: kernel.read().dataSync() as Float32Array }),
    );
    softPrune(model, 0.4, rng, settled, (layer, filters) =>
      weakest(scores[layer] as Float64Array, prunedCount(filters, 0.4)),
    );
    const values = Float32Array.from({ length: 4 * 144 }, () => rng.normal());
    const truth = tf.tidy(() => (model.predict(tf.tensor(values, [4, 12, 12, 1])) as tf.Tensor).dataSync());
    const graph = readModel(await savedLayers(model), 'resnet8');
    const { graph: smaller } = compact(graph);
    const input = graph.nodes.find((node) => node.op === 'input')?.name as string;
    const found = await runOnTfjs(writeGraphModel(smaller), { [input]: { shape: [4, 12, 12, 1], values } });
    const distance = compareRuns([
      { name: 'logits', rowLength: 10, a: truth, b: [...found.values()][0] as Float32Array },
    ]);
    expect(distance.maxRelError).toBeLessThan(1e-5);
    expect(distance.argmaxAgreement).toBe(1);
    const [oracle] = runGraph(smaller, { [input]: { shape: [4, 12, 12, 1], values } }).values();
    expect(
      compareRuns([{ name: 'logits', rowLength: 10, a: truth, b: oracle?.values ?? [] }]).maxRelError,
    ).toBeLessThan(1e-5);
    // What a zeroed filter leaves behind costs at most one channel a convolution.
    const kept = costTable(smaller)
      .layers.filter((layer) => layer.op === 'conv2d')
      .map((layer) => layer.filters);
    const full = costTable(graph)
      .layers.filter((layer) => layer.op === 'conv2d')
      .map((layer) => layer.filters);
    for (const [i, filters] of kept.entries()) {
      const pruned = (full[i] as number) - prunedCount(full[i] as number, 0.4);
      expect(filters).toBeGreaterThanOrEqual(pruned);
      expect(filters).toBeLessThanOrEqual(pruned + (settled ? 0 : 1));
    }
    model.dispose();
  },
);
