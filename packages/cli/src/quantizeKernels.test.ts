import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CompactReport, type Graph, parseGraph, readModel, writeGraphModel } from '@asfp/core';
import { readModelFiles } from '@asfp/trainer/files';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from './runCli.ts';

const graph = parseGraph(`graph "sample"
x = input dtype="float32" shape=[null,6,6,8]
k = const float32[3,3,8,16] seed=1
b = const float32[16] seed=2
d = const float32[16,10] seed=3
c = conv2d(x, k, b) activation="relu" pad="same" strides=[1,1]
m = mean(c) axes=[1,2] keepDims=false
y = matMul(m, d)
output "logits" = y
`);

async function compacted(
  given: { readonly graph: Graph },
  ...options: string[]
): Promise<{ folder: string; out: string; err: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'asfp-quantize-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { json, shards } = writeGraphModel(given.graph);
  await writeFile(join(folder, 'model.json'), JSON.stringify(json));
  for (const [path, bytes] of shards) await writeFile(join(folder, path), bytes);
  let [out, err] = ['', ''];
  const streams = {
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
  };
  await runCli(
    ['compact', folder, '--out', join(folder, 'small'), ...options],
    streams,
    new AbortController().signal,
  );
  return { folder: join(folder, 'small'), out, err };
}

test.each([
  ['float16', 2, 1e-3],
  ['uint16', 2, 1e-4],
  ['uint8', 1, 2e-2],
] as const)('--quantize %s takes %i bytes a kernel weight, and tells the error', async (to, each, most) => {
  const { folder, out, err } = await compacted({ graph }, '--quantize', to, '--json');
  expect(err).toBe('');
  const report = JSON.parse(out) as CompactReport;
  expect(report.proof.passed).toBe(true);
  // Beside the kernels: the bias in float32 and the two axes of the mean.
  expect(report.after.bytes).toBe((3 * 3 * 8 * 16 + 16 * 10) * each + 16 * 4 + 2 * 4);
  const record = report.passes.at(-1);
  expect(record).toMatchObject({ name: 'narrowWeights', changed: true });
  expect(record?.notes[0]).toMatch(
    new RegExp(`^2 kernels as ${to}(, filters off by .* % of their norm at most)?$`),
  );
  const moved = Number(/moved by (\S+) of/.exec(record?.notes.at(-1) ?? '')?.[1]);
  expect(moved).toBeGreaterThan(0);
  expect(moved).toBeLessThan(most);
  const read = readModel(await readModelFiles(folder), folder);
  const forms = read.nodes.map((node) => (node.op === 'const' ? node.attrs.tensor.stored?.dtype : undefined));
  expect(forms.filter((form) => form === to)).toHaveLength(2);
});

test.each([
  ['uint8', 1],
  ['none', 4],
] as const)(
  '--quantize %s: a scatter’s zeros and ones take a byte each, and stay what they are',
  async (to, each) => {
    const residual = parseGraph(`graph "sample"
x = input dtype="float32" shape=[null,4,4,4]
k = const float32[3,3,4,4] seed=1
z = const float32[1,1,4,4] values=[1,0,2,3,4,0,5,6,7,0,8,9,1,0,2,3]
c = conv2d(x, k) activation="relu" pad="same" strides=[1,1]
d = conv2d(c, z) pad="same" strides=[1,1]
s = binary(c, d) fn="add"
y = mean(s) axes=[1,2] keepDims=false
output "y" = y
`);
    const { folder, out, err } = await compacted({ graph: residual }, '--quantize', to, '--json');
    expect(err).toBe('');
    // Two kernels, one of them cut, the selecting one; the two axes of the mean, and the bias that a fused ReLU asks for.
    expect((JSON.parse(out) as CompactReport).after.bytes).toBe(
      (3 * 3 * 4 * 4 + 4 * 3) * each + 3 * 4 + 2 * 4 + 4 * 4,
    );
    expect(readModel(await readModelFiles(folder), folder).nodes.map(({ op }) => op)).toContain('scatter');
    expect((JSON.parse(out) as CompactReport).proof.runs?.at(-1)).toMatchObject({
      runner: 'tfjs wasm',
      passed: true,
    });
  },
);

test('--quantize none writes the same bytes as no option; another word is wrong usage', async () => {
  const [plain, none] = [await compacted({ graph }), await compacted({ graph }, '--quantize', 'none')];
  const bytesOf = (folder: string): Promise<Buffer> => readFile(join(folder, 'weights.bin'));
  expect((await bytesOf(plain.folder)).equals(await bytesOf(none.folder))).toBe(true);
  expect((await compacted({ graph }, '--quantize', 'int4')).err).toMatch(
    /^asfp compact: --quantize: expected /,
  );
});
