// Knows that the op table covers what tfjs's converter runs and names kernels that exist.
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgl';
import { getKernelsForBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { kernelsOf, missingOps } from './missingOps.ts';

declare global {
  interface ImportMeta {
    glob(pattern: string, options: object): Record<string, string>;
  }
}

const opLists = import.meta.glob(
  '../../node_modules/@tensorflow/tfjs-converter/dist/operations/op_list/*.js',
  {
    query: '?raw',
    import: 'default',
    eager: true,
  },
);

const ops = Object.values(opLists).flatMap((text) =>
  [...text.matchAll(/'tfOpName': '(\w+)'/g)].map(([, name]) => name as string),
);

const registered = (backend: string): Set<string> =>
  new Set(getKernelsForBackend(backend).map(({ kernelName }) => kernelName));

test('every op of the converter is in the table', () => {
  expect(ops.length).toBeGreaterThan(200);
  expect(ops.filter((op) => kernelsOf(op) === undefined)).toEqual([]);
});

test('every kernel of the table is one of WebGL’s', () => {
  const webgl = registered('webgl');
  expect(ops.flatMap((op) => kernelsOf(op) ?? []).filter((kernel) => !webgl.has(kernel))).toEqual([]);
});

test('what wasm lacks is named', () => {
  const wasm = registered('wasm');
  const has = (kernel: string): boolean => wasm.has(kernel);
  expect(missingOps(['Conv2D', 'RFFT', '_FusedConv2D', 'Einsum', 'RFFT', 'MyOp', 'toString'], has)).toEqual([
    { op: 'Einsum', kernel: 'Einsum' },
    { op: 'MyOp', kernel: null },
    { op: 'RFFT', kernel: 'FFT' },
    { op: 'toString', kernel: null },
  ]);
});
