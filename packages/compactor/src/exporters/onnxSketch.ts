// Knows an ONNX graph that is being written: its nodes so far, and in which layout each of its images stands.
import {
  AsfpError,
  constantTensor,
  type Graph,
  type GraphNode,
  type HostTensor,
  InternalError,
  nodesByName,
  type Shape,
} from '@asfp/core';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './onnxProto.ts';
import { permuted } from './permuted.ts';

/** The order of an image's axes: that of tfjs, or that of ONNX. Values of other ranks are always `last`. */
export type Layout = 'last' | 'first';

/** A value of the ONNX graph. */
export interface OnnxName {
  readonly name: string;
  readonly layout: Layout;
}

/** Where each axis of `[n, h, w, c]` stands in `[n, c, h, w]`. */
export const axisFirst: readonly number[] = [0, 2, 3, 1];
const toFirst: readonly number[] = [0, 3, 1, 2];

/** One walk through a graph; values change their layout only where a reader wants it. */
export class OnnxSketch {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly #graphNodes: ReadonlyMap<string, GraphNode>;
  readonly #values = new Map<string, OnnxName>();
  readonly #written = new Map<string, string>();
  readonly #taken: Set<string>;

  constructor(graph: Graph, shapes: ReadonlyMap<string, Shape>) {
    this.shapes = shapes;
    this.#graphNodes = nodesByName(graph);
    this.#taken = new Set(graph.outputs.map(({ name }) => name));
  }

  /** A name that nobody has. */
  fresh(base: string): string {
    let name = base;
    for (let i = 1; this.#taken.has(name); i++) name = `${base}_${i}`;
    this.#taken.add(name);
    return name;
  }

  /** Writes a node and returns the name of its result. */
  emit(
    op: string,
    inputs: readonly string[],
    base: string,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string {
    const output = this.fresh(base);
    this.nodes.push({ op, inputs, output, attributes });
    return output;
  }

  /** Writes a constant, int64 where the values are a plain list. */
  constant(base: string, shape: readonly number[], values: OnnxTensor['values']): string {
    const name = this.fresh(base);
    this.constants.push({ name, shape, values });
    return name;
  }

  /** Says in what an original node's result is found. */
  set(node: GraphNode, name: string, layout: Layout): void {
    this.#values.set(node.name, { name, layout: this.rank(node.name) === 4 ? layout : 'last' });
  }

  /** The rank of an original value. */
  rank(name: string): number {
    return this.shapes.get(name)?.length ?? 0;
  }

  /** The layout in which a value stands; weights have that of tfjs. */
  layoutOf(name: string): Layout {
    return this.#values.get(name)?.layout ?? 'last';
  }

  /** A value in the layout that is wanted; images only know the difference. */
  read(name: string, layout: Layout): string {
    const wanted = this.rank(name) === 4 ? layout : 'last';
    const tensor = constantTensor(this.#graphNodes, name);
    if (tensor !== undefined) return this.#weight(name, tensor, wanted);
    const value = this.#values.get(name);
    if (value === undefined) throw new InternalError(`${name} is read before it is written to ONNX`);
    if (value.layout === wanted) return value.name;
    return this.#once(`${name}>${wanted}`, () =>
      this.emit('Transpose', [value.name], `${name}/${wanted === 'first' ? 'nchw' : 'nhwc'}`, {
        perm: wanted === 'first' ? toFirst : axisFirst,
      }),
    );
  }

  /** The tensor of a weight; throws AsfpError `onnx-unsupported` where it is computed. */
  tensor(node: GraphNode, at: number): HostTensor {
    const tensor = constantTensor(this.#graphNodes, node.inputs[at]);
    if (tensor === undefined) throw refusal(node, 'weights that are constants');
    return tensor;
  }

  /** Whether an original value is a weight. */
  isConstant(name: string): boolean {
    return this.#graphNodes.get(name)?.op === 'const';
  }

  #weight(name: string, tensor: HostTensor, layout: Layout): string {
    return this.#once(`${name}>${layout}`, () => {
      const stored = layout === 'first' ? permuted(tensor, toFirst) : tensor;
      return this.constant(name, stored.shape, stored.values);
    });
  }

  #once(key: string, write: () => string): string {
    const known = this.#written.get(key);
    if (known !== undefined) return known;
    const name = write();
    this.#written.set(key, name);
    return name;
  }
}

/** The failure of a node that ONNX cannot say, or not here. */
export function refusal(node: GraphNode, expected: string): AsfpError {
  const op = node.op === 'opaque' ? node.attrs.kind : node.op;
  return new AsfpError({
    code: 'onnx-unsupported',
    where: `node ${node.name} (${op})`,
    expected: `${expected}, to be written as ONNX`,
  });
}
