// Every op that tfjs-converter runs is read, and answers as plain tfjs does, or is a wall, or is refused by name; docs/models.md says which.
import { readFileSync } from 'node:fs';
import { compact } from '@asfp/compactor';
import {
  type Feeds,
  hasOpaque,
  type ModelFiles,
  readModel,
  rngFromSeed,
  runGraph,
  writeGraphModel,
} from '@asfp/core';
import { expect, test } from 'vitest';
import { type Constant, converterOps, type OpExample, readOps, refusedOps } from './graphOps.ts';
import { relativeError, runOnTfjs } from './tfjsRun.ts';

const rng = rngFromSeed(11);
const images = { x: [2, 6, 6, 3], p: [2, 6, 6, 3], m: [2, 3] } as const;
const feeds = Object.fromEntries(
  Object.entries(images).map(([name, shape]) => {
    const size = shape.reduce<number>((product, dim) => product * dim, 1);
    const values = Float32Array.from({ length: size }, () =>
      name === 'p' ? 0.5 + rng.next() : rng.normal(),
    );
    return [name, { shape, values }];
  }),
) satisfies Feeds;

/** A GraphModel of one node, `y`, of the op. */
function modelOf(op: string, { inputs, attr = {} }: OpExample): ModelFiles {
  const weights: object[] = [];
  const bytes: number[] = [];
  const node: object[] = [];
  const float = { type: 'DT_FLOAT' };
  const dims = (shape: readonly number[]): object => ({ dim: shape.map((size) => ({ size: String(size) })) });
  const constant = (value: Constant, name: string): void => {
    const isInt = 'ints' in value;
    const given = isInt ? [value.ints].flat() : [];
    const pairs = op.includes('Pad') && given.length === 8;
    const shape = isInt
      ? typeof value.ints === 'number'
        ? []
        : pairs
          ? [4, 2]
          : [given.length]
      : value.floats;
    const size = shape.reduce((product, dim) => product * dim, 1);
    const values = isInt
      ? new Int32Array(given)
      : Float32Array.from({ length: size }, () => 0.3 + rng.next());
    weights.push({ name, shape, dtype: isInt ? 'int32' : 'float32' });
    bytes.push(...new Uint8Array(values.buffer));
    const type = { type: isInt ? 'DT_INT32' : 'DT_FLOAT' };
    node.push({
      name,
      op: 'Const',
      attr: { dtype: type, value: { tensor: { dtype: type.type, tensorShape: dims(shape) } } },
    });
  };
  const names = inputs.map((input, i) => {
    if (typeof input !== 'string') constant(input, `c${i}`);
    return typeof input === 'string' ? input : `c${i}`;
  });
  // Every feed is read by something, so that all models take the same ones.
  for (const [name, shape] of Object.entries(images))
    node.push({ name, op: 'Placeholder', attr: { dtype: float, shape: { shape: dims(shape) } } });
  node.push({ name: 'y', op, input: names, attr: { T: float, ...attr } });
  for (const name of Object.keys(images))
    node.push({ name: `${name}_again`, op: 'Neg', input: [name], attr: { T: float } });
  const info = (name: string): object => ({ name: `${name}:0`, dtype: 'DT_FLOAT' });
  const shaped = Object.entries(images).map(([name, shape]) => [
    name,
    { ...info(name), tensorShape: dims(shape) },
  ]);
  const outs = ['y', ...Object.keys(images).map((name) => `${name}_again`)];
  const signature = {
    inputs: Object.fromEntries(shaped),
    outputs: Object.fromEntries(outs.map((name) => [name, info(name)])),
  };
  const json = {
    format: 'graph-model',
    modelTopology: { node, versions: { producer: 1286 } },
    signature,
    weightsManifest: [{ paths: ['w'], weights }],
  };
  return { json, shards: new Map([['w', new Uint8Array(bytes)]]) };
}

// float32 under sums of at most 27 products, and approximations of erf and powers.
const rounding = 200 * 2 ** -24;

for (const [op, examples] of Object.entries(readOps)) {
  test.each(examples.map((example, i) => [i + 1, example] as const))(`${op}, node %i`, async (_, example) => {
    const files = modelOf(op, example);
    const expected = (await runOnTfjs(files as never, feeds)).get('y') as Float32Array;
    const graph = readModel(files, 'model.json');
    expect(hasOpaque(graph)).toBe(false);
    const smaller = compact(graph).graph;
    const ours = [graph, smaller].map((each) => runGraph(each, feeds).get('y')?.values ?? []);
    const theirs = (await runOnTfjs(writeGraphModel(smaller), feeds)).get('y') as Float32Array;
    for (const found of [...ours, theirs]) expect(relativeError(expected, found)).toBeLessThan(rounding);
  });
}

test('all other ops are walls, or refused by name', () => {
  const others = converterOps().filter(
    (op) => !Object.hasOwn(readOps, op) && op !== 'Placeholder' && op !== 'Const',
  );
  const outcomeOf = (op: string): string => {
    try {
      return hasOpaque(readModel(modelOf(op, { inputs: ['x'] }), 'm')) ? 'wall' : 'read';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const refusal = (op: string): string =>
    `node y (${op}): expected a graph without control flow and tables, found ${op}`;
  const wanted = others.map((op) => [op, refusedOps.test(op) ? refusal(op) : 'wall']);
  expect(others.map((op) => [op, outcomeOf(op)])).toEqual(wanted);
});

test('the documentation says of every op what becomes of it', () => {
  const page = readFileSync(new URL('../../docs/models.md', import.meta.url), 'utf8');
  const [, table = ''] = page.split('## GraphModel');
  const [read = '', rest = ''] = table.split('**Walls');
  const [walls = '', refused = ''] = rest.split('**Refused');
  const kindOf = (op: string): string =>
    Object.hasOwn(readOps, op) || op === 'Placeholder' || op === 'Const'
      ? 'read'
      : refusedOps.test(op)
        ? 'refused'
        : 'wall';
  const saidOf = (op: string): string[] =>
    Object.entries({ read, wall: walls, refused }).flatMap(([kind, part]) =>
      part.includes(`\`${op}\``) ? [kind] : [],
    );
  for (const op of converterOps()) expect({ op, said: saidOf(op) }).toEqual({ op, said: [kindOf(op)] });
});
