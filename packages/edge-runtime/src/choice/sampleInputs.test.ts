// Knows for which inputs an engine can be tried unseen.
import { expect, test } from 'vitest';
import type { TensorSpec } from '../engines/engine.ts';
import { sampleInputs } from './sampleInputs.ts';

const spec = (shape: TensorSpec['shape'], dtype = 'float32'): TensorSpec => ({
  name: 'x',
  node: 'x',
  dtype,
  shape,
});
const card = {
  format: 'asfp.model-card/1',
  input: { height: 4, width: 5, channels: 3, mean: [], deviation: [] },
  labels: [],
} as const;

test('one picture of the file’s size, or of the card’s where the file leaves it open', () => {
  expect(sampleInputs([spec([null, 2, 3, 1])], null)?.[0]?.shape).toEqual([1, 2, 3, 1]);
  expect(sampleInputs([spec([null, null, null, 3])], card)?.[0]?.shape).toEqual([1, 4, 5, 3]);
  const [ids, values] = sampleInputs([spec([null, 2], 'int32'), spec([7])], card) ?? [];
  expect(ids).toEqual({ dtype: 'int32', shape: [1, 2], values: Int32Array.of(0, 0) });
  expect(new Set(values?.values).size).toBe(7);
});

test.each([
  [[spec([null, null, null, 3])]],
  [[spec(null)]],
  [[spec([null, 2], 'string')]],
  [[spec([null, 100_000, 100_000, 3])]],
])('sizes that are open or absurd, and other types, give nothing: case %#', (specs) => {
  expect(sampleInputs(specs, null)).toBeUndefined();
});
