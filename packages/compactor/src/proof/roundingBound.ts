// Knows how far rounding alone can move the outputs of a rewritten graph: the bound that a proof holds it to.
import { evaluate, type Feeds, type Graph, type GraphNode, type RealTensor } from '@asfp/core';
import { arithmeticError, sumLength } from './arithmeticError.ts';
import { binaryError, unaryError } from './elementError.ts';

/** How often a weight is rounded to float32 at most: batch norm folded, a sum folded, a cut, and the file. */
const roundings = 4;

/** Half a unit in the last place of float32, relative. */
const half = 2 ** -24;
const unit = roundings * half;

/** Roundings of a batch norm's own arithmetic. */
const normSteps = 8;

/** Where the graphs run: `exact` in float64, `float32` on a backend that rounds every sum and function as well. */
export type Arithmetic = 'exact' | 'float32';

/**
 * For each output by name, how far each of its values may lie from the original's, when every weight has been
 * rounded a few times: |Δy| ≤ |W|·|Δx| + u·(|W|·|x| + |b|) through a layer, the slope of each function after it.
 *
 * It is worked out on the original graph, where all that a rewriting adds up still stands side by side: a constant
 * that went into a bias and cancelled there has its full size here. Infinite behind an op whose rule is unknown.
 */
export function roundingBound(
  graph: Graph,
  feeds: Feeds,
  arithmetic: Arithmetic = 'exact',
): Map<string, Float64Array> {
  return new Map([...boundedRun(graph, feeds, arithmetic)].map(([name, { error }]) => [name, error.values]));
}

/** The outputs by name, as `runGraph` computes them, each with its bound. In float32 both graphs are off, so the bound is of the one's error and the other's. */
export function boundedRun(
  graph: Graph,
  feeds: Feeds,
  arithmetic: Arithmetic = 'exact',
): Map<string, Bounded> {
  const values = new Map<string, Bounded>();
  const lastReader = new Map<string, number>();
  for (const [at, node] of graph.nodes.entries()) for (const from of node.inputs) lastReader.set(from, at);
  for (const output of graph.outputs) lastReader.set(output.from, graph.nodes.length);
  for (const [at, node] of graph.nodes.entries()) {
    const inputs = node.inputs.map((from) => values.get(from) as Bounded);
    const value = evaluate(
      node,
      inputs.map((input) => input.value),
      feeds,
    );
    const passed = errorOf(node, inputs, value, arithmetic);
    const own = arithmetic === 'exact' ? passed : withArithmetic(passed, node, inputs, value);
    const error = node.op === 'const' || node.op === 'input' ? own : storedConstants(own, value);
    // Nothing is known of a bound that is not a number.
    values.set(node.name, {
      value,
      error: map(error, (each) => (Number.isNaN(each) ? Number.POSITIVE_INFINITY : each)),
    });
    for (const from of node.inputs) if (lastReader.get(from) === at) values.delete(from);
  }
  return new Map(
    graph.outputs.map(({ name, from }) => {
      const { value, error } = values.get(from) as Bounded;
      return [name, { value, error: arithmetic === 'exact' ? error : map(error, (each) => 2 * each) }];
    }),
  );
}

/** A value of the original run, and how far each of its elements may be off after the rewriting. */
export interface Bounded {
  readonly value: RealTensor;
  readonly error: RealTensor;
}

function errorOf(
  node: GraphNode,
  inputs: readonly Bounded[],
  value: RealTensor,
  arithmetic: Arithmetic,
): RealTensor {
  const errors = inputs.map(({ error }) => error);
  const [a, b] = inputs as [Bounded, Bounded];
  switch (node.op) {
    case 'input':
    case 'const':
      return map(value, () => 0);
    case 'conv2d':
    case 'depthwiseConv2d':
    case 'matMul': {
      const plain = { ...node, attrs: { ...node.attrs, activation: 'none', alpha: 0 } } as typeof node;
      const kernel = map(b.value, Math.abs);
      const u = unit + (arithmetic === 'exact' ? 0 : sumLength(node, kernel) * half);
      const bias = inputs.slice(2).map(({ value: own }) => map(own, (each) => u * Math.abs(each)));
      // One layer does both, being linear: |W|·((1 + u)·e + u·|x|) + u·|b|.
      const moved = map(a.value, (x, i) => (1 + u) * (a.error.values[i] as number) + u * Math.abs(x));
      const whole = evaluate(plain, [moved, kernel, ...bias]);
      // A kernel that is computed, not stored, brings an error of its own, for which there is no rule here.
      const stored = errors.slice(1).every((error) => error.values.every((each) => each === 0));
      const { activation, alpha } = node.attrs;
      // Every activation that a layer can carry has a largest slope, so the place does not matter.
      const slope = stored ? unaryError(activation, alpha, 0, 1) : Number.POSITIVE_INFINITY;
      return map(whole, (size) => slope * size);
    }
    case 'batchNorm': {
      const [gamma, beta, mean, variance] = inputs.slice(1).map((input) => input.value.values);
      const channels = gamma?.length ?? 1;
      const u = unit + (arithmetic === 'exact' ? 0 : normSteps * half);
      return map(a.value, (x, i) => {
        const at = (vector: Float64Array | undefined): number => vector?.[i % channels] as number;
        const scale = Math.abs(at(gamma)) / Math.sqrt(at(variance) + node.attrs.epsilon);
        const size = scale * (Math.abs(x) + Math.abs(at(mean))) + Math.abs(at(beta));
        return (1 + u) * scale * (a.error.values[i] as number) + u * size;
      });
    }
    case 'convTranspose2d': {
      const kernel = map(b.value, Math.abs);
      const u = unit + (arithmetic === 'exact' ? 0 : sumLength(node, kernel) * half);
      const moved = map(a.value, (x, i) => (1 + u) * (a.error.values[i] as number) + u * Math.abs(x));
      const whole = evaluate(node, [moved, kernel]);
      const stored = b.error.values.every((each) => each === 0);
      return stored ? whole : map(whole, () => Number.POSITIVE_INFINITY);
    }
    case 'unary': {
      const { fn, alpha } = node.attrs;
      return map(a.error, (error, i) => unaryError(fn, alpha, a.value.values[i] as number, error));
    }
    case 'binary':
      return pairError(node, a, b, value);
    case 'softmax': {
      // Row i of its Jacobian sums to 2·p·(1 − p) in absolute values, at most a half.
      const size = value.shape.at(-1) ?? 1;
      return map(value, (_, i) => {
        const row = a.error.values.subarray(i - (i % size), i - (i % size) + size);
        return row.reduce((most, error) => Math.max(most, error), 0) / 2;
      });
    }
    case 'maxPool':
    case 'avgPool':
    case 'mean':
    case 'resize':
    case 'slice':
    case 'squeeze':
    case 'expandDims':
    case 'depthToSpace':
    case 'mirrorPad':
    case 'transpose':
    case 'reshape':
    case 'concat':
      return evaluate(node, errors);
    case 'reduce': {
      const fn = node.attrs.fn === 'sum' ? 'sum' : 'max';
      return evaluate({ ...node, attrs: { ...node.attrs, fn } }, errors);
    }
    case 'gather':
      return evaluate(node, [a.error, b.value]);
    case 'pad':
      return evaluate({ ...node, attrs: { ...node.attrs, value: 0 } }, errors);
    case 'scatter': {
      const fill = node.attrs.fill.map((constant) => unit * Math.abs(constant));
      return evaluate({ ...node, attrs: { ...node.attrs, fill } }, errors);
    }
    default:
      return map(value, () => Number.POSITIVE_INFINITY);
  }
}

/** The bound with what the node's own arithmetic adds. */
function withArithmetic(
  error: RealTensor,
  node: GraphNode,
  inputs: readonly Bounded[],
  value: RealTensor,
): RealTensor {
  const { shape, values } = inputs[0]?.value ?? value;
  switch (node.op) {
    case 'mean':
    case 'reduce':
    case 'avgPool':
    case 'resize': {
      const size = evaluate(node, [{ shape, values: values.map(Math.abs) }]);
      const count =
        node.op === 'avgPool' ? node.attrs.size[0] * node.attrs.size[1] : values.length / value.values.length;
      return map(error, (each, i) => each + arithmeticError(node, size.values[i] as number, count));
    }
    default:
      return map(
        error,
        (each, i) => each + arithmeticError(node, value.values[i] as number, shape.at(-1) ?? 1),
      );
  }
}

/**
 * A channel that is always the same number may be cut and put back as a stored number: u times its size. Which
 * channels are is seen from the run, where all that could be are the same everywhere.
 */
function storedConstants(error: RealTensor, { shape, values }: RealTensor): RealTensor {
  const channels = shape.at(-1) ?? 1;
  const steady = new Uint8Array(channels).fill(1);
  for (let i = channels; i < values.length; i++) {
    if (values[i] !== values[i % channels]) steady[i % channels] = 0;
  }
  if (!steady.includes(1)) return error;
  return map(error, (each, i) =>
    steady[i % channels] === 1 ? each + unit * Math.abs(values[i] as number) : each,
  );
}

/** The error of each pair of operands; one that is a constant, folded into a bias, is stored once more. */
function pairError(node: GraphNode<'binary'>, a: Bounded, b: Bounded, value: RealTensor): RealTensor {
  // Either operand as broadcast to the shape of the result.
  const spread = (first: RealTensor, second: RealTensor): Float64Array =>
    evaluate({ ...node, attrs: { fn: 'add' } }, [first, second]).values;
  const [noneA, noneB] = [map(a.value, () => 0), map(b.value, () => 0)];
  const stored = ({ value: own, error }: Bounded): RealTensor =>
    map(error, (each, i) => each + unit * Math.abs(own.values[i] as number));
  const [left, right] = [spread(a.value, noneB), spread(noneA, b.value)];
  const [errorA, errorB] = [spread(stored(a), noneB), spread(noneA, stored(b))];
  return map(value, (_, i) =>
    binaryError(
      node.attrs.fn,
      left[i] as number,
      right[i] as number,
      errorA[i] as number,
      errorB[i] as number,
    ),
  );
}

function map(tensor: RealTensor, change: (value: number, at: number) => number): RealTensor {
  return { shape: tensor.shape, values: tensor.values.map(change) };
}
