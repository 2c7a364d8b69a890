// Knows the activations of Keras layers: which a layer carries fused, and the nodes that the others are made of.
import type { BinaryFn, FusedActivation, GraphNode, UnaryFn } from '../graph/graph.ts';
import { type LayerCall, layerNode, misfit, scalarNode } from './layerCall.ts';

const fusable: readonly string[] = ['relu', 'relu6', 'elu', 'sigmoid', 'tanh'];
const unary: Readonly<Record<string, UnaryFn>> = {
  linear: 'identity',
  selu: 'selu',
  softplus: 'softplus',
  exponential: 'exp',
};

/** The activation's plain name in a layer's config; Keras 2, Keras 3 and tfjs spell it differently (`hardSigmoid`, `hard_sigmoid`). */
export function activationName(value: unknown): string {
  const config = value as { class_name?: unknown; config?: unknown } | null | undefined;
  const text = typeof config === 'object' ? (config?.config ?? config?.class_name ?? 'linear') : value;
  return String(text ?? 'linear')
    .replaceAll('_', '')
    .toLowerCase();
}

/** The activation as a layer can carry it; `none` where it needs nodes of its own. */
export function fusedActivation(name: string): FusedActivation {
  return fusable.includes(name) ? (name as FusedActivation) : 'none';
}

/** The nodes of an activation, the last one called `name`; throws for one that is not known. */
export function activationNodes(
  call: LayerCall,
  fn: string,
  inputs: readonly string[],
  name: string,
): GraphNode[] {
  const x = inputs[0] as string;
  if (fn === 'softmax') return [layerNode(name, 'softmax', inputs, {})];
  const plain = fusable.includes(fn) ? (fn as UnaryFn) : Object.hasOwn(unary, fn) ? unary[fn] : undefined;
  if (plain !== undefined) return [layerNode(name, 'unary', inputs, { fn: plain, alpha: 0 })];
  const steps = new Steps(name);
  switch (fn) {
    case 'swish':
    case 'silu':
      return steps.end('mul', x, steps.unary('sigmoid', x));
    case 'hardsigmoid':
      return steps.end('minimum', steps.binary('maximum', steps.scaled(x, 0.2, 0.5), 0), 1);
    case 'softsign':
      return steps.end('div', x, steps.binary('add', steps.unary('abs', x), 1));
    case 'logsoftmax': {
      const below = steps.binary('sub', x, steps.reduced('max', x));
      const total = steps.reduced('sum', steps.unary('exp', below));
      return steps.end('sub', below, steps.unary('log', total));
    }
    case 'mish':
      return steps.end('mul', x, steps.unary('tanh', steps.unary('softplus', x)));
    case 'gelu': {
      const bell = steps.unary('erf', steps.binary('mul', x, Math.SQRT1_2));
      return steps.end('mul', x, steps.scaled(bell, 0.5, 0.5));
    }
    case 'gelunew': {
      const cube = steps.binary('mul', steps.unary('square', x), x);
      const inner = steps.binary('add', x, steps.binary('mul', cube, 0.044715));
      const bell = steps.unary('tanh', steps.binary('mul', inner, Math.sqrt(2 / Math.PI)));
      return steps.end('mul', x, steps.scaled(bell, 0.5, 0.5));
    }
    default:
      throw misfit(
        call,
        `an activation of ${[...fusable, ...Object.keys(unary)].join(', ')}, softmax, logSoftmax, swish, hardSigmoid, softsign, mish, gelu`,
        fn,
      );
  }
}

/** Nodes of one or two operands under construction, the last of which takes the given name. */
class Steps {
  readonly #name: string;
  readonly #nodes: GraphNode[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  unary(fn: UnaryFn, x: string): string {
    return this.#add((name) => layerNode(name, 'unary', [x], { fn, alpha: 0 }));
  }

  binary(fn: BinaryFn, a: string, b: string | number): string {
    const other = typeof b === 'string' ? b : this.#add((name) => scalarNode(name, b));
    return this.#add((name) => layerNode(name, 'binary', [a, other], { fn }));
  }

  /** Over the last axis, which stays, of size 1. */
  reduced(fn: 'max' | 'sum', x: string): string {
    return this.#add((name) => layerNode(name, 'reduce', [x], { fn, axes: [-1], keepDims: true }));
  }

  scaled(x: string, factor: number, offset: number): string {
    return this.binary('add', this.binary('mul', x, factor), offset);
  }

  end(fn: BinaryFn, a: string, b: string | number): GraphNode[] {
    this.binary(fn, a, b);
    const last = this.#nodes.pop() as GraphNode;
    return [...this.#nodes, { ...last, name: this.#name } as GraphNode];
  }

  #add(make: (name: string) => GraphNode): string {
    const name = `${this.#name}/step${this.#nodes.length + 1}`;
    this.#nodes.push(make(name));
    return name;
  }
}
