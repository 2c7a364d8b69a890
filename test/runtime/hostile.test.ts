// Knows what hostile model files cost: an AsfpError, little memory, and nothing for the sessions beside them.
import { AsfpError, parseGraph, rngFromSeed, writeGraphModel } from '@asfp/core';
import { type EngineName, openModel } from '@asfp/edge-runtime';
import { expect, test, vi } from 'vitest';

const { json, shards } = writeGraphModel(
  parseGraph(`graph "g"
x = input dtype="float32" shape=[null,6,6,3]
k = const float32[3,3,3,4] seed=1
b = const float32[4] seed=2
d = const float32[4,3] seed=3
c = conv2d(x, k, b) activation="relu" pad="same" strides=[2,2]
p = pad(c) paddings=[[0,0],[1,1],[1,1],[0,0]] value=0
r = reshape(p) shape=[-1,25,4]
m = mean(p) axes=[1,2] keepDims=false
y = matMul(m, d)
output "y" = y
output "r" = r
`),
);
const text = JSON.stringify(json);
const ENGINES: readonly EngineName[] = ['compiled', 'tfjs-wasm'];

/** What opening a model.json and running it once comes to. */
async function outcome(model: object, engine: EngineName): Promise<string> {
  try {
    const session = await openModel({ json: model, shards }, { engine, threads: 1 });
    try {
      await session.runAll(new Float32Array(108));
      return 'answered';
    } finally {
      await session.dispose();
    }
  } catch (error) {
    if (error instanceof AsfpError) return error.code;
    return `not an AsfpError: ${error instanceof Error ? error.stack : String(error)}`;
  }
}

/** Every place in a JSON value, as the container and the key in it. */
function places(value: unknown): { readonly container: Record<string, unknown>; readonly key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const container = value as Record<string, unknown>;
  return Object.keys(container).flatMap((key) => [{ container, key }, ...places(container[key])]);
}

const HOSTILE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 31 - 1,
  2 ** 53,
  1e308,
  '',
  '2147483647',
  '-2147483648',
  '__proto__',
  'constructor',
  '../../secret',
  [],
  {},
  [[]],
  ['__proto__'],
  { list: { i: ['999999999', '999999999', '999999999', '999999999'] } },
  { shape: { dim: [{ size: '2147483647' }, { size: '2147483647' }, { size: '2147483647' }] } },
];

test('a model.json with any value in any place opens and runs, or fails as it should, in little memory', async () => {
  // tfjs's wasm backend says so when a convolution cannot be.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  for (const engine of ENGINES) expect(await outcome(JSON.parse(text) as object, engine)).toBe('answered');
  const rng = rngFromSeed(11);
  const before = process.memoryUsage().rss;
  const outcomes = new Map<string, number>();
  for (let i = 0; i < 500; i++) {
    const model = JSON.parse(text) as Record<string, unknown>;
    for (let n = rng.int(2); n >= 0; n--) {
      const all = places(model);
      const { container, key } = all[rng.int(all.length)] as (typeof all)[number];
      const value = structuredClone(HOSTILE[rng.int(HOSTILE.length)]);
      if (rng.next() < 0.15) delete container[key];
      else
        Object.defineProperty(container, key, {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
    }
    for (const engine of ENGINES) {
      const what = await outcome(model, engine);
      if (what.startsWith('not an AsfpError')) {
        throw new Error(`${engine}, case ${i}: ${what}\n${JSON.stringify(model)}`);
      }
      outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
    }
  }
  // Values in unused places change nothing; most others are refused by one of several codes.
  expect(outcomes.get('answered')).toBeGreaterThan(20);
  expect(outcomes.size).toBeGreaterThan(5);
  expect(process.memoryUsage().rss - before).toBeLessThan(400e6);
  for (const engine of ENGINES) expect(await outcome(JSON.parse(text) as object, engine)).toBe('answered');
});
