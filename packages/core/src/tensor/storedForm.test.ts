import { expect, test } from 'vitest';
import { rngFromSeed } from '../rng.ts';
import { float32Tensor, type HostTensor } from './hostTensor.ts';
import { narrow, type StoredForm, storedZero, widen } from './storedForm.ts';
import { takeAxis } from './takeAxis.ts';

function randomTensor(seed: number, shape: readonly number[]): HostTensor {
  const rng = rngFromSeed(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  const [spread, middle] = [10 ** (rng.normal() * 2), rng.normal()];
  return float32Tensor(
    shape,
    Float32Array.from({ length: size }, (_, i) => (i % 7 === 3 ? 0 : spread * (rng.normal() + middle))),
  );
}

test('integers are off by at most a step, float16 by 2⁻¹¹ of the number; zero stays zero', () => {
  for (let seed = 0; seed < 50; seed++) {
    const tensor = randomTensor(seed, [3, 5, 8]);
    const numbers = [...tensor.values];
    const range = Math.max(...numbers) - Math.min(...numbers);
    for (const to of ['uint8', 'uint16', 'float16'] as const) {
      const narrowed = narrow(tensor, to) as HostTensor;
      expect(narrowed.values).toEqual(widen(narrowed.stored as StoredForm, 'float32'));
      const step = range / (to === 'uint8' ? 255 : 65535);
      for (const [i, value] of numbers.entries()) {
        const off = Math.abs((narrowed.values[i] as number) - value);
        // Inside the moved range half a step; at its end the range's own move comes on top.
        const allowed =
          to === 'float16'
            ? Math.max(Math.abs(value) * 2 ** -11, 2 ** -25)
            : step + Math.abs(value) * 2 ** -23;
        expect(off).toBeLessThanOrEqual(value === 0 ? 0 : allowed);
      }
    }
  }
});

test('a tensor of one value is kept exactly; what cannot be held is left', () => {
  const same = float32Tensor([3], [0.1, 0.1, 0.1]);
  expect(narrow(same, 'uint8')?.values).toEqual(same.values);
  expect(narrow(float32Tensor([0], []), 'uint8')?.values).toHaveLength(0);
  expect(narrow(float32Tensor([2], [1, 1e6]), 'float16')).toBeUndefined();
  expect(narrow(float32Tensor([2], [1, Number.NaN]), 'uint16')).toBeUndefined();
});

test('slicing takes the same positions of both views', () => {
  const narrowed = narrow(randomTensor(1, [2, 4, 3]), 'uint8') as HostTensor;
  const taken = takeAxis(narrowed, 1, [3, 1]);
  const stored = taken.stored as StoredForm;
  expect(stored).toMatchObject({ dtype: 'uint8', scale: narrowed.stored?.scale, min: narrowed.stored?.min });
  expect(widen(stored, 'float32')).toEqual(taken.values);
  expect([...stored.values.subarray(0, 3)]).toEqual([...(narrowed.stored?.values.subarray(9, 12) ?? [])]);
});

test('int32 is rounded as tfjs does it, and zero is found where it has a number', () => {
  const form: StoredForm = { dtype: 'uint8', scale: 0.5, min: -1, values: Uint8Array.of(0, 1, 2, 3, 5) };
  expect([...widen(form, 'int32')]).toEqual([-1, 0, 0, 1, 2]);
  expect(storedZero(form)).toBe(2);
  expect(storedZero({ ...form, min: 0.25 })).toBeUndefined();
  expect(storedZero({ ...form, min: -0.3 })).toBeUndefined();
});
