// Knows how to make graphs as large as real ones, with random weights and some filters zeroed.
import { float32Tensor, type Graph, type GraphNode, type Rng, rngFromSeed, sizeOf } from '@asfp/core';

/** Nodes that grow into a graph; each method writes nodes and gives back the name of the last. */
class LargeSketch {
  readonly nodes: GraphNode[] = [];
  readonly #rng: Rng = rngFromSeed(50);

  constructor(shape: readonly (number | null)[]) {
    this.nodes.push({ name: 'x', op: 'input', inputs: [], attrs: { shape, dtype: 'float32' } });
  }

  add(op: GraphNode['op'], inputs: readonly string[], attrs: object): string {
    const name = `${op}_${this.nodes.length}`;
    this.nodes.push({ name, op, inputs, attrs } as unknown as GraphNode);
    return name;
  }

  /** Uniform weights; every third filter is zero where `zeroed`. */
  weight(shape: readonly number[], spread: number, zeroed = false): string {
    const outs = shape.at(-1) as number;
    const values = new Float32Array(sizeOf(shape));
    for (let i = 0; i < values.length; i++) {
      if (!zeroed || (i % outs) % 3 !== 1) values[i] = (this.#rng.next() - 0.5) * spread;
    }
    return this.add('const', [], { tensor: float32Tensor(shape, values) });
  }

  conv(x: string, size: number, ins: number, outs: number, stride: number, zeroed: boolean): string {
    const kernel = this.weight([size, size, ins, outs], 4 / Math.sqrt(size * size * ins), zeroed);
    return this.add('conv2d', [x, kernel], {
      strides: [stride, stride],
      dilations: [1, 1],
      pad: 'same',
      activation: 'none',
      alpha: 0,
    });
  }

  norm(x: string, size: number): string {
    const vectors = Array.from({ length: 4 }, (_, i) =>
      this.add('const', [], {
        tensor: float32Tensor(
          [size],
          Float32Array.from({ length: size }, () => 0.5 + this.#rng.next() * (i === 0 ? 0.2 : 0.5)),
        ),
      }),
    );
    return this.add('batchNorm', [x, ...vectors], { epsilon: 0.001 });
  }

  relu(x: string): string {
    return this.add('unary', [x], { fn: 'relu', alpha: 0 });
  }

  finish(name: string, from: string): Graph {
    return { name, nodes: this.nodes, outputs: [{ name: 'y', from }], metadata: {} };
  }
}

/** ResNet-50 (25.6 million parameters), a third of the filters inside its blocks zeroed; images of `size` pixels. */
export function resnet50(size: number): Graph {
  const g = new LargeSketch([null, size, size, 3]);
  let x = g.relu(g.norm(g.conv('x', 7, 3, 64, 2, false), 64));
  x = g.add('maxPool', [x], { size: [3, 3], strides: [2, 2], pad: 'same' });
  let ins = 64;
  for (const [stage, blocks] of [3, 4, 6, 3].entries()) {
    const narrow = 64 * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      let y = g.relu(g.norm(g.conv(x, 1, ins, narrow, stride, true), narrow));
      y = g.relu(g.norm(g.conv(y, 3, narrow, narrow, 1, true), narrow));
      y = g.norm(g.conv(y, 1, narrow, 4 * narrow, 1, true), 4 * narrow);
      const shortcut = block === 0 ? g.norm(g.conv(x, 1, ins, 4 * narrow, stride, false), 4 * narrow) : x;
      x = g.relu(g.add('binary', [y, shortcut], { fn: 'add' }));
      ins = 4 * narrow;
    }
  }
  const mean = g.add('mean', [x], { axes: [1, 2], keepDims: false });
  const scores = g.add('matMul', [mean, g.weight([ins, 1000], 0.02), g.weight([1000], 0.1)], {
    activation: 'none',
    alpha: 0,
  });
  return g.finish('resnet50', scores);
}

/** A chain of `depth` convolutions of 8 filters with batch norm and relu. */
export function chain(depth: number): Graph {
  const g = new LargeSketch([null, 3, 3, 8]);
  let x = 'x';
  for (let i = 0; i < depth; i++) x = g.relu(g.norm(g.conv(x, 3, 8, 8, 1, true), 8));
  return g.finish('chain', x);
}

/** A dense block: each of `depth` layers reads all results before it, by a concat that grows by 4 channels. */
export function denseBlock(depth: number): Graph {
  const g = new LargeSketch([null, 3, 3, 4]);
  let x = 'x';
  for (let i = 0; i < depth; i++) {
    const y = g.relu(g.conv(x, 1, 4 + 4 * i, 4, 1, true));
    x = g.add('concat', [x, y], { axis: 3 });
  }
  return g.finish('denseBlock', g.conv(x, 1, 4 + 4 * depth, 4, 1, false));
}
