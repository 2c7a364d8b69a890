// Knows that programs compute what the interpreter computes, on random graphs and shapes.
import {
  AsfpError,
  type Graph,
  type HostTensor,
  inferShapes,
  parseGraph,
  rngFromSeed,
  runGraph,
} from '@asfp/core';
import { graphFromSeed } from '@asfp/core/testing';
import { kernelBytes, openKernels } from '@asfp/kernels';
import { expect, test } from 'vitest';
import { feedsOf } from '../testing/feedsOf.ts';
import { type CompiledModel, compileModel } from './compileModel.ts';
import { lower } from './lower.ts';

const builds = ['simd', 'relaxed-simd'] as const;

async function moduleOf(build: (typeof builds)[number]): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await kernelBytes(build));
}

/** The largest error of all outputs, each relative to the output's largest value. */
function worstError(graph: Graph, model: CompiledModel, feeds: ReadonlyMap<string, HostTensor>): number {
  const found = model.run(feeds);
  let worst = 0;
  for (const [i, { shape, values }] of [...runGraph(graph, Object.fromEntries(feeds)).values()].entries()) {
    expect(found[i]?.shape).toEqual(shape);
    const largest = values.reduce((most: number, value) => Math.max(most, Math.abs(value)), 1e-6);
    for (const [at, value] of values.entries()) {
      const error = Math.abs((found[i]?.values[at] as number) - value) / largest;
      worst = Math.max(worst, error);
    }
  }
  return worst;
}

/** What every engine is held to: 1e-4 of the largest output. */
const ALLOWED = 1e-4;

for (const build of builds) {
  test(`${build}: three hundred random graphs, batch 1 to 9, and another shape after it`, async () => {
    const module = await moduleOf(build);
    const faults: string[] = [];
    let ran = 0;
    for (let seed = 0; seed < 300; seed++) {
      const graph = graphFromSeed(seed);
      const model = openOrRefuse(graph, module);
      if (model === undefined) {
        if (!isBeyondKernels(graph)) faults.push(`seed ${seed} is refused`);
        continue;
      }
      ran++;
      const shapes = seed % 10 === 0 ? [1 + (seed % 9), 1] : [1 + (seed % 9)];
      for (const [i, batch] of shapes.entries()) {
        const error = worstError(graph, model, feedsOf(graph, batch, seed + i));
        if (!(error < ALLOWED)) faults.push(`seed ${seed}, batch ${batch}: ${error}`);
      }
      model.dispose();
    }
    expect(faults).toEqual([]);
    expect(ran).toBeGreaterThan(150);
  });
}

/** Two convolutions, the first of a picture as it is given, of sizes and strides by chance. */
function convolutions(seed: number): Graph {
  const rng = rngFromSeed(seed);
  const between = (low: number, high: number): number => low + Math.floor(rng.next() * (high - low + 1));
  const [height, width, channels] = [between(3, 24), between(3, 24), between(1, 5)];
  const layer = (name: string, from: string, ins: number, outs: number): string => {
    const size = between(1, Math.min(9, height, width));
    const [down, along] = rng.next() < 0.8 ? [size, size] : [size, between(1, Math.min(5, width))];
    const stride = between(1, 2);
    const strides = rng.next() < 0.8 ? [stride, stride] : [stride, 3];
    // What is left of a valid convolution might be smaller than the next window.
    const pad = from === 'x' && rng.next() < 0.3 ? 'valid' : 'same';
    return `${name}k = const float32[${down},${along},${ins},${outs}] seed=${seed}
${name} = conv2d(${from}, ${name}k) pad="${pad}" strides=[${strides}]
`;
  };
  const middle = between(1, 20);
  return parseGraph(`graph "convolutions"
x = input dtype="float32" shape=[null,${height},${width},${channels}]
${layer('a', 'x', channels, middle)}${layer('b', 'a', middle, between(1, 20))}output "b" = b
`);
}

for (const build of builds) {
  test(`${build}: convolutions of every size, by patches and by Winograd, batch 1 to 3`, async () => {
    const module = await moduleOf(build);
    const ways = new Map<string, number>();
    const faults: string[] = [];
    for (let seed = 0; seed < 200; seed++) {
      const graph = convolutions(seed);
      const feeds = feedsOf(graph, 1 + (seed % 3), seed);
      const model = compileModel(graph, module);
      const error = worstError(graph, model, feeds);
      model.dispose();
      if (!(error < ALLOWED)) faults.push(`seed ${seed}: ${error}`);
      const shapes = Object.fromEntries([...feeds].map(([name, { shape }]) => [name, shape]));
      for (const { kernel, args } of lower(graph, shapes, openKernels(module, 1)).list.steps) {
        const way = kernel === 'winograd' ? `${args['points']} points, stride ${args['stride']}` : kernel;
        ways.set(way, (ways.get(way) ?? 0) + 1);
      }
    }
    expect(faults).toEqual([]);
    for (const way of ['convGemm', '6 points, stride 1', '6 points, stride 2'])
      expect([way, (ways.get(way) ?? 0) > 5]).toEqual([way, true]);
  });
}

/** Whether a graph has what only tfjs can run, or gives a result of more than four axes. */
function isBeyondKernels(graph: Graph): boolean {
  const shapes = inferShapes(graph);
  return (
    graph.nodes.some((node) => node.op === 'opaque' || (node.op === 'binary' && node.attrs.fn === 'pow')) ||
    graph.outputs.some(({ from }) => (shapes.get(from)?.length ?? 0) > 4)
  );
}

/** The program, or undefined where an op is refused by name. */
function openOrRefuse(graph: Graph, module: WebAssembly.Module): CompiledModel | undefined {
  try {
    return compileModel(graph, module);
  } catch (error) {
    if (error instanceof AsfpError && error.code === 'engine-op') return undefined;
    throw error;
  }
}

test('an op that the kernels lack is refused by name and place', async () => {
  const graph = parseGraph(`
graph "powers"
x = input dtype="float32" shape=[null,4] : [?, 4]
p = binary(x, x) fn="pow" : [?, 4]
output "y" = p
`);
  const module = await moduleOf('simd');
  expect(() => compileModel(graph, module)).toThrow(
    "p: expected an op that the compiled engine has, found binary pow. Open the model with engine 'auto' or 'tfjs-wasm'",
  );
});

test('of programs for several shapes the ones that ran last are kept, up to half a gibibyte', async () => {
  const module = await moduleOf('simd');
  const graph = parseGraph(`
graph "relu"
x = input dtype="float32" shape=[null,4] : [?, 4]
y = unary(x) fn="relu" : [?, 4]
output "y" = y
`);
  const Plain = WebAssembly.Memory;
  let made = 0;
  class Large extends Plain {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      made++;
      // As large as two of them may be together.
      Object.defineProperty(this.buffer, 'byteLength', { value: 2 ** 28 });
    }
  }
  WebAssembly.Memory = Large;
  try {
    const model = compileModel(graph, module);
    const newFor = (batch: number): boolean => {
      const before = made;
      expect(worstError(graph, model, feedsOf(graph, batch, batch))).toBe(0);
      return made > before;
    };
    // One picture has its program from the start.
    expect([1, 2, 1, 2].map(newFor)).toEqual([false, true, false, false]);
    // The third takes the place of the one whose last run is longest ago.
    expect([3, 2, 3, 1, 3, 2].map(newFor)).toEqual([true, false, false, true, false, true]);
  } finally {
    WebAssembly.Memory = Plain;
  }
});
