// Knows a graph that is being made up: its nodes so far, their shapes, and weights of a sensible size.
import type { Graph, GraphNode, GraphOutput, OpAttrs, OpKind } from '../graph/graph.ts';
import { shapeAfter } from '../graph/inferShapes.ts';
import { type Shape, shapeOf } from '../graph/ops.ts';
import type { Rng } from '../rng.ts';
import { float32Tensor, type HostTensor, sizeOf } from '../tensor/hostTensor.ts';

/** A value of the sketch: the node's name and its shape, the batch null. */
export interface Sketched {
  readonly name: string;
  readonly shape: Shape;
}

/** A graph that grows node by node; every choice comes from its `rng`. */
export class GraphSketch {
  readonly rng: Rng;
  /** Kernels that another layer may share. */
  readonly kernels: Sketched[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #values: Sketched[] = [];
  readonly #inferred = new Map<string, Shape>();

  constructor(rng: Rng) {
    this.rng = rng;
  }

  /** All values that a later node may read, weights left out. */
  get values(): readonly Sketched[] {
    return this.#values;
  }

  /** True with a chance of `share`. */
  chance(share: number): boolean {
    return this.rng.next() < share;
  }

  /** One of the list, each as likely. */
  pick<T>(list: readonly T[]): T {
    return list[this.rng.int(list.length)] as T;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.rng.int(most - least + 1);
  }

  /** A value that passes, a late one more likely than an early one; undefined where none does. */
  value(passes: (shape: Shape) => boolean): Sketched | undefined {
    const fitting = this.#values.filter(({ shape }) => passes(shape));
    if (fitting.length === 0) return undefined;
    return this.chance(0.6) ? fitting.at(-1 - this.rng.int(Math.min(3, fitting.length))) : this.pick(fitting);
  }

  /** Whether the graph itself says the value's shape; behind an op that is not understood only the sketch knows it. */
  isInferred(value: Sketched): boolean {
    return this.#inferred.has(value.name);
  }

  /** Writes a node and makes its result a value; throws where its inputs do not fit. */
  node<K extends OpKind>(op: K, inputs: readonly Sketched[], attrs: OpAttrs[K]): Sketched {
    const node = {
      name: `${op}_${this.#nodes.length}`,
      op,
      inputs: inputs.map(({ name }) => name),
      attrs,
    } as unknown as GraphNode;
    const shape = shapeOf(
      node,
      inputs.map((input) => input.shape),
    );
    this.#nodes.push(node);
    const inferred = shapeAfter(node, this.#inferred);
    if (inferred !== undefined) this.#inferred.set(node.name, inferred);
    const value = { name: node.name, shape };
    if (op !== 'const') this.#values.push(value);
    return value;
  }

  /** Writes a node that is not understood; its results have these shapes, which only the sketch knows. */
  opaque(
    kind: string,
    inputs: readonly Sketched[],
    attr: Readonly<Record<string, unknown>>,
    shapes: readonly Shape[],
  ): Sketched[] {
    const name = `${kind}_${this.#nodes.length}`;
    this.#nodes.push({
      name,
      op: 'opaque',
      inputs: inputs.map((input) => input.name),
      attrs: { kind, attr },
    });
    return shapes.map((shape, index) => {
      const value = { name: index === 0 ? name : `${name}:${index}`, shape };
      if (index > 0) this.#nodes.push({ name: value.name, op: 'part', inputs: [name], attrs: { index } });
      this.#values.push(value);
      return value;
    });
  }

  /** A weight. */
  weight(tensor: HostTensor): Sketched {
    return this.node('const', [], { tensor });
  }

  /** A weight of normal numbers times `scale`. */
  normal(shape: readonly number[], scale: number): Sketched {
    const values = Float32Array.from({ length: sizeOf(shape) }, () => this.rng.normal() * scale);
    return this.weight(float32Tensor(shape, values));
  }

  /** A single number. */
  number(value: number): Sketched {
    return this.weight(float32Tensor([], [value]));
  }

  /** The graph of all nodes so far. */
  finish(name: string, outputs: readonly GraphOutput[]): Graph {
    return { name, nodes: [...this.#nodes], outputs, metadata: {} };
  }
}
