import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseGraph, writeGraphModel } from '@asfp/core';
import { expect, onTestFinished, test } from 'vitest';
import { commandHelp } from './command.ts';
import { commands } from './commands.ts';
import { runCli } from './runCli.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function asfp(...argv: string[]): Promise<Ran> {
  let [out, err] = ['', ''];
  const streams = {
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
  };
  const code = await runCli(argv, streams, new AbortController().signal);
  return { code, out, err };
}

async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'asfp-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A model whose middle channel is zero and leaves a constant behind. */
async function writeSample(folder: string): Promise<string> {
  const graph = parseGraph(`graph "sample"
x = input dtype="float32" shape=[null,4,4,2]
k = const float32[1,1,2,3] values=[1,0,2,3,0,4]
b = const float32[3] values=[0,0.5,0]
d = const float32[3,2] values=[1,2,3,4,5,6]
c = conv2d(x, k, b) activation="relu" pad="same" strides=[1,1]
m = mean(c) axes=[1,2] keepDims=false
y = matMul(m, d)
output "logits" = y
`);
  const { json, shards } = writeGraphModel(graph);
  await writeFile(join(folder, 'model.json'), JSON.stringify(json));
  for (const [path, bytes] of shards) await writeFile(join(folder, path), bytes);
  return join(folder, 'model.json');
}

test('without a command the overview is wrong usage, with --help it is an answer', async () => {
  const bare = await asfp();
  expect(bare.code).toBe(2);
  expect(bare.err).toContain('asfp <command> [options]');
  expect(await asfp('--help')).toMatchObject({ code: 0, err: '' });
});

test('an unknown command and an unknown option are wrong usage, in one line', async () => {
  const command = await asfp('compress');
  expect(command.code).toBe(2);
  expect(command.err).toBe(
    'asfp: expected a command (pipeline, train, compact, inspect, export, verify, evaluate, bench, demo, native, doctor), found "compress". See asfp --help\n',
  );
  expect(await asfp('compact', 'm', '--ouut', 'x')).toEqual({
    code: 2,
    out: '',
    err: 'asfp compact: --ouut: expected an option of this command, found one that it does not have. Did you mean --out?\n',
  });
});

test('a value out of range is wrong usage, wherever it is found out', async () => {
  expect(await asfp('train', '--rate', '1')).toEqual({
    code: 2,
    out: '',
    err: 'asfp train: --rate: expected a share of filters in [0, 1), found 1. Give the share to prune, such as 0.4\n',
  });
});

test('every command explains itself, each option in its help', async () => {
  for (const [name, entry] of Object.entries(commands)) {
    const command = await entry.load();
    expect(command.name).toBe(name);
    const { code, out } = await asfp(name, '--help');
    expect(code).toBe(0);
    expect(out).toBe(commandHelp(command));
    for (const option of Object.keys(command.options)) expect(out).toContain(`--${option}`);
  }
});

test('a missing model, a file that is none and a short shard each fail with one line, and nothing is written', async () => {
  const folder = await tempFolder();
  const out = join(folder, 'out');
  expect(await asfp('compact', join(folder, 'none.json'), '--out', out)).toEqual({
    code: 1,
    out: '',
    err: `asfp compact: ${join(folder, 'none.json')}: expected a model.json, or the folder of one, found no such file. Check the path\n`,
  });
  const page = join(folder, 'page.json');
  await writeFile(page, '<!doctype html>');
  expect((await asfp('compact', page, '--out', out)).err).toBe(
    `asfp compact: ${page}: expected a tfjs model.json, found text that is no JSON, beginning with "<!doctype html>"\n`,
  );
  const model = await writeSample(folder);
  const weights = join(folder, 'weights.bin');
  await writeFile(weights, (await readFile(weights)).subarray(0, 40));
  const short = await asfp('compact', model, '--out', out);
  expect(short).toMatchObject({ code: 1, out: '' });
  expect(short.err).toMatch(/weight file weights\.bin: expected \d+ bytes, found 40\. The file is cut short/);
  await expect(readFile(join(out, 'model.json'))).rejects.toThrow('ENOENT');
});

test('compact writes a smaller model and its report, and verify agrees', async () => {
  const folder = await tempFolder();
  const model = await writeSample(folder);
  const out = join(folder, 'out');
  const { code, out: json, err } = await asfp('compact', model, '--out', out, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const report = JSON.parse(json) as Record<string, unknown>;
  expect(report).toEqual(JSON.parse(await readFile(join(out, 'compact-report.json'), 'utf8')));
  expect(report).toMatchObject({
    format: 'asfp.compact-report/1',
    before: { macs: 16 * 6 + 6 },
    after: { macs: 16 * 4 + 4 },
    layers: [{ name: 'c', filtersBefore: 3, filtersAfter: 2 }, { name: 'y' }],
    proof: { passed: true, inputs: 9, argmaxAgreement: 1 },
  });
  const verified = await asfp('verify', model, out);
  expect(verified.code).toBe(0);
  expect(verified.out).toMatch(/^oracle +agree: .*\ntfjs wasm +agree: /);
  const inspected = await asfp('inspect', out, '--json');
  expect(JSON.parse(inspected.out)).toMatchObject({
    format: 'graph-model',
    layers: [{ filters: 2 }, { filters: 2 }],
  });
});

test('compact --rate removes the weakest share and tells how far the answers moved', async () => {
  const folder = await tempFolder();
  const model = await writeSample(folder);
  const ran = await asfp('compact', model, '--out', join(folder, 'out'), '--rate', '0.7', '--json');
  expect({ code: ran.code, err: ran.err }).toEqual({ code: 0, err: '' });
  const report = JSON.parse(ran.out) as { pruning: { change: { maxRelError: number } } };
  expect(report).toMatchObject({
    layers: [{ name: 'c', filtersBefore: 3, filtersAfter: 1 }, { name: 'y' }],
    pruning: { by: 'rate', value: 0.7, criterion: 'l2', filters: 2, change: { inputs: 4 } },
    proof: { passed: true },
  });
  expect(report.pruning.change.maxRelError).toBeGreaterThan(0.01);
});

test('compact --round keeps multiples and shows what they cost', async () => {
  const folder = await tempFolder();
  const model = await writeSample(folder);
  const ran = await asfp('compact', model, '--out', join(folder, 'out'), '--round', '3', '--json');
  expect(JSON.parse(ran.out)).toMatchObject({
    layers: [{ name: 'c', filtersBefore: 3, filtersAfter: 3 }, { name: 'y' }],
    rounding: { multipleOf: 3, macs: 16 * 6 + 6, macsWithout: 16 * 4 + 4 },
  });
});

test('compact --constants: keep leaves the constant channel, fold tells how far borders moved', async () => {
  const folder = await tempFolder();
  const model = await writeSample(folder);
  const report = async (mode: string): Promise<unknown> =>
    JSON.parse(
      (await asfp('compact', model, '--out', join(folder, mode), '--constants', mode, '--json')).out,
    );
  expect(await report('keep')).toMatchObject({ layers: [{ filtersAfter: 3 }, {}] });
  expect(await report('fold')).toMatchObject({
    layers: [{ filtersAfter: 2 }, {}],
    borders: { maxAbsError: 0, inputs: 4 },
    proof: { passed: true },
  });
});

test('options that do not go together are wrong usage', async () => {
  expect((await asfp('compact', 'm', '--round', '0')).code).toBe(2);
  expect((await asfp('compact', 'm', '--rate', '0.5', '--threshold', '0.1')).err).toBe(
    'asfp compact: --threshold: expected either --rate or --threshold, found both\n',
  );
  expect((await asfp('compact', 'm', '--criterion', 'l1')).err).toBe(
    'asfp compact: --criterion: expected --rate beside it, found none. Give the share to prune, such as --rate 0.4\n',
  );
  expect((await asfp('compact', 'm', '--threshold', '1')).code).toBe(2);
});

test('compact --format layers writes a LayersModel that has been proven', async () => {
  const folder = await tempFolder();
  const model = await writeSample(folder);
  const out = join(folder, 'layers');
  const ran = await asfp('compact', model, '--out', out, '--format', 'layers', '--json');
  expect(JSON.parse(ran.out)).toMatchObject({ proof: { passed: true }, layers: [{ filtersAfter: 2 }, {}] });
  expect(JSON.parse((await asfp('inspect', out, '--json')).out)).toMatchObject({
    format: 'layers-model',
    layers: [{ filters: 2 }, { filters: 2 }],
  });
  expect((await asfp('compact', model, '--format', 'layers', '--quantize', 'uint8')).code).toBe(2);
});

test('inspect --groups shows what needs all channels', async () => {
  const folder = await tempFolder();
  const { out } = await asfp('inspect', await writeSample(folder), '--groups');
  expect(out).toBe(
    [
      'all channels stay before',
      '  node  op      reason',
      '  y     matMul  it is a result of the network',
      '',
    ].join('\n'),
  );
});

test('export writes an ONNX file, made by asfp', async () => {
  const folder = await tempFolder();
  const model = await writeSample(folder);
  const file = join(folder, 'deep', 'small.onnx');
  expect(await asfp('export', model, '--to', 'onnx', '--out', file)).toMatchObject({ code: 0, err: '' });
  // ir_version 8, producer_name "asfp".
  const bytes = [...(await readFile(file)).subarray(0, 8)];
  expect(bytes).toEqual([8, 8, 18, 4, 97, 115, 102, 112]);
});

test('two models that answer differently: verify says so and exits with 1', async () => {
  const folder = await tempFolder();
  const other = await tempFolder();
  const model = await writeSample(folder);
  await writeSample(other);
  const weights = join(other, 'weights.bin');
  const bytes = new Float32Array(new Uint8Array(await readFile(weights)).buffer);
  bytes[0] = 9;
  await writeFile(weights, new Uint8Array(bytes.buffer));
  const { code, out } = await asfp('verify', model, other);
  expect(code).toBe(1);
  expect(out).toContain('DIFFER');
});

test('a folder that cannot be written is one line, before anything is there', async () => {
  const folder = await tempFolder();
  const model = await writeSample(folder);
  const file = join(folder, 'file');
  await writeFile(file, '');
  const { code, err } = await asfp('compact', model, '--out', join(file, 'inside'));
  expect(code).toBe(1);
  expect(err).toMatch(
    /^asfp compact: .*inside: expected a folder that can be written to, found .*\. Free space, or choose another folder with --out\n$/,
  );
});
