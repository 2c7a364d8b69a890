import { expect, test } from 'vitest';
import type { BinaryFn, FusedActivation, OpAttrs, UnaryFn } from '../graph/graph.ts';
import { ops } from '../graph/ops.ts';
import { graphFromSeed } from './randomGraph.ts';

// A function that is missing from one of these does not compile.
const unaryFns: Readonly<Record<UnaryFn, true>> = {
  ...{ relu: true, relu6: true, elu: true, leakyRelu: true, sigmoid: true, tanh: true, identity: true },
  ...{ selu: true, softplus: true, abs: true, neg: true, exp: true, log: true, sqrt: true, rsqrt: true },
  ...{ square: true, reciprocal: true, erf: true },
};
const binaryFns: Readonly<Record<BinaryFn, true>> = {
  ...{ add: true, sub: true, mul: true, div: true, pow: true, maximum: true, minimum: true },
  ...{ squaredDifference: true, prelu: true },
};
const reduceFns: Readonly<Record<OpAttrs['reduce']['fn'], true>> = { sum: true, max: true, min: true };
const activations: Readonly<Record<FusedActivation, true>> = {
  ...{ none: true, relu: true, relu6: true, elu: true, leakyRelu: true, sigmoid: true, tanh: true },
};

test('every op kind, and every function of those that have one, is made by one of 500 seeds', () => {
  const wanted = [
    ...Object.keys(ops),
    ...Object.keys(unaryFns).map((fn) => `unary ${fn}`),
    ...Object.keys(binaryFns).map((fn) => `binary ${fn}`),
    ...Object.keys(reduceFns).map((fn) => `reduce ${fn}`),
    ...['conv2d', 'depthwiseConv2d', 'matMul'].flatMap((op) =>
      Object.keys(activations).map((fn) => `${op} ${fn}`),
    ),
    ...['ReverseV2', 'Tile', 'Pack', 'Unpack'].map((kind) => `opaque ${kind}`),
  ];
  const made = new Set<string>();
  for (let seed = 0; seed < 500; seed++) {
    for (const { op, attrs } of graphFromSeed(seed).nodes) {
      made.add(op);
      if ('fn' in attrs) made.add(`${op} ${attrs.fn}`);
      if ('activation' in attrs) made.add(`${op} ${attrs.activation}`);
      if ('kind' in attrs) made.add(`${op} ${attrs.kind}`);
    }
  }
  expect(wanted.filter((name) => !made.has(name))).toEqual([]);
});

test('a seed always gives the same graph', () => {
  expect(graphFromSeed(7)).toEqual(graphFromSeed(7));
  expect(graphFromSeed(7).nodes).not.toEqual(graphFromSeed(8).nodes);
});
