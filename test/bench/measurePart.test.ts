// Knows that the bench measures what it says: every engine on the same pruned network, with the oracle's answer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { relativeError } from './benchFigures.ts';
import type { BenchPart } from './benchNets.ts';
import { type BenchEngine, benchEngines, measurePart } from './measurePart.ts';
import { prepareNet } from './prepareNet.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'asfp-bench-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

test('dense and pruned on every engine, as fast as they are, with the oracle’s answer', async () => {
  const part: BenchPart = { net: 'resnet20', rate: 0.4, coupling: 'grouped' };
  await prepareNet(root, 'resnet20', [part], () => undefined);
  const options = {
    ...{ root, engines: Object.keys(benchEngines) as BenchEngine[], budgetMs: 400, browser: undefined },
    ...{ command: 'test', signal: new AbortController().signal },
  };
  const both = await measurePart(part, options);
  const dense = await measurePart({ net: 'resnet20', rate: 0, coupling: null }, options);
  const names = (record: typeof both): string[] =>
    record.latency.subjects.map(({ model, engineUsed }) => `${model}@${engineUsed}`);
  expect(names(both)).toEqual(
    ['compiled', 'tfjs-wasm', 'ort-wasm'].flatMap((engine) => [`dense@${engine}`, `pruned@${engine}`]),
  );
  expect(names(dense)).toEqual(
    ['compiled', 'tfjs-wasm', 'tfjs-layers-wasm', 'ort-wasm'].map((engine) => `dense@${engine}`),
  );
  // Groups of two of five filters and more: the streams shrink too.
  expect((both.macs.pruned as number) / both.macs.dense).toBeLessThan(0.45);
  for (const record of [both, dense]) {
    for (const { model, maxAbsError } of [...record.latency.subjects, ...record.native]) {
      // Twenty layers of float32: far below the bench's own limit, which allows for Winograd at 224 pixels.
      expect(relativeError(record, model as 'dense' | 'pruned', maxAbsError)).toBeLessThan(1e-5);
    }
    expect(record.latency.environment).toMatchObject({ busyBefore: expect.any(Number) });
    expect(record.native.map(({ error }) => error)).not.toContain(expect.any(String));
    for (const { loadMs, downloadMs } of record.latency.subjects) {
      expect(downloadMs).toBeGreaterThan(0);
      expect(downloadMs).toBeLessThanOrEqual(loadMs as number);
    }
  }
});
