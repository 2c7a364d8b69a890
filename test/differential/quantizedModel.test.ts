// What is written quantized is, on plain tfjs, number for number what the reader here makes of it.
import {
  type Graph,
  narrow,
  parseGraph,
  readModel,
  rngFromSeed,
  runGraph,
  type StoredForm,
  writeGraphModel,
} from '@asfp/core';
import { io } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { openCpu, runOnTfjs } from './tfjsRun.ts';

/** A dense layer with the given kernel; on the identity as input its answer is the kernel itself, with no rounding. */
function denseOf(kernel: ReturnType<typeof narrow>): Graph {
  const size = kernel?.shape[0] as number;
  const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,${size}]
k = const float32[${size},${kernel?.shape[1]}] seed=1
y = matMul(x, k)
output "y" = y
`);
  const nodes = graph.nodes.map((node) =>
    node.op === 'const' && kernel !== undefined ? { ...node, attrs: { tensor: kernel } } : node,
  );
  return { ...graph, nodes };
}

function identity(size: number): { x: { shape: number[]; values: Float32Array } } {
  const values = new Float32Array(size * size);
  for (let i = 0; i < size; i++) values[i * size + i] = 1;
  return { x: { shape: [size, size], values } };
}

test.each(['float16', 'uint16', 'uint8'] as const)('%s kernels give on tfjs exactly the same', async (to) => {
  for (let seed = 0; seed < 10; seed++) {
    const rng = rngFromSeed(seed);
    const [spread, middle] = [10 ** rng.normal(), rng.normal()];
    const values = Float32Array.from({ length: 16 * 9 }, () => spread * (rng.normal() + middle));
    const kernel = narrow({ dtype: 'float32', shape: [16, 9], values }, to);
    const written = writeGraphModel(denseOf(kernel));
    const read = readModel(written, 'm');
    const found = (await runOnTfjs(written, identity(16))).get('y');
    expect(found).toEqual(kernel?.values);
    expect(Float32Array.from(runGraph(read, identity(16)).get('y')?.values ?? [])).toEqual(found);
  }
});

test('all 65,536 half-precision floats, and integers with any scale, widen as in tfjs', async () => {
  await openCpu();
  const halves: StoredForm = {
    dtype: 'float16',
    scale: 1,
    min: 0,
    values: Uint16Array.from({ length: 65536 }, (_, i) => i),
  };
  const rng = rngFromSeed(3);
  const scales = Array.from({ length: 20 }, () => [10 ** rng.normal(), rng.normal() * 5] as const);
  const forms: StoredForm[] = [
    halves,
    ...scales.map(([scale, min]): StoredForm => ({ ...halves, dtype: 'uint16', scale, min })),
  ];
  for (const stored of forms) {
    const graph = denseOf({ dtype: 'float32', shape: [256, 256], values: new Float32Array(65536), stored });
    const written = writeGraphModel(graph);
    const bytes = written.shards.get('weights.bin') as Uint8Array<ArrayBuffer>;
    const [group] = written.json['weightsManifest'] as [{ weights: io.WeightsManifestEntry[] }];
    const theirs = io.decodeWeights(bytes.buffer, group.weights)['k'];
    const ours = readModel(written, 'm').nodes.find(({ name }) => name === 'k');
    expect(ours?.op === 'const' && ours.attrs.tensor.values).toEqual(theirs?.dataSync());
    theirs?.dispose();
  }
});
