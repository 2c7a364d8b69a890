// Measures networks of `pnpm bench --prepare` layer by layer, dense and pruned, and how much of the saved multiply-adds can become time.
// pnpm bench:layers [--nets resnet56,resnet18] [--rates 0.3,0.4] [--coupling independent] [--rounds 60] [--write]
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { AsfpError, type Graph, readModel } from '@asfp/core';
import { bestBuild, kernelFile } from '@asfp/kernels';
import { type LayerTime, layerTimes, type NetTimes } from './layerTimes.ts';
import { markdownTable } from './markdownTable.ts';
import { savingBounds } from './savingBounds.ts';
import { wayNames } from './wayNames.ts';

const { values } = parseArgs({
  options: {
    nets: { type: 'string', default: 'resnet56,resnet18' },
    rates: { type: 'string', default: '0.3,0.4' },
    coupling: { type: 'string', default: 'independent' },
    rounds: { type: 'string', default: '60' },
    write: { type: 'boolean', default: false },
  },
});
const root = fileURLToPath(new URL('../../..', import.meta.url));
const rates = values.rates.split(',');

// Node 20 has relaxed SIMD behind a flag.
if (bestBuild() === 'simd') setFlagsFromString('--experimental-wasm-relaxed-simd');
const module = new WebAssembly.Module(readFileSync(kernelFile('relaxed-simd')));

const nets = values.nets.split(',').map((net) => {
  const folders = ['dense', ...rates.map((rate) => `${values.coupling}-${rate}`)];
  const graphs = folders.map((folder) => prepared(join(net, folder)));
  const [dense, ...pruned] = layerTimes(graphs, module, Number(values.rounds));
  return { net, dense: dense as NetTimes, pruned };
});
const machine = `${cpus()[0]?.model.trim()}, Node ${process.versions.node}, relaxed SIMD, one thread, ${new Date().toISOString().slice(0, 10)}, with \`pnpm bench:layers\``;
const markdown = [
  `Measured on ${machine}; each step of a network by itself, the networks in turns, medians of ${values.rounds} rounds; \`${values.coupling}\`.`,
  boundRows(),
  ...nets.map(layerRows),
].join('\n\n');
process.stdout.write(`${markdown}\n`);
if (values.write) {
  mkdirSync(join(root, 'runs/bench'), { recursive: true });
  writeFileSync(join(root, 'runs/bench/layers.md'), `${markdown}\n`);
}

/** A prepared network's graph. */
function prepared(folder: string): Graph {
  const cache = join(root, '.cache/bench');
  const [stamp = ''] = existsSync(cache) ? readdirSync(cache) : [];
  const place = join(cache, stamp, folder, 'graph');
  if (stamp === '' || !existsSync(place))
    throw new AsfpError({
      code: 'not-found',
      where: folder,
      expected: 'a network that the bench has prepared',
      found: 'none',
      cure: 'First: pnpm bench --prepare',
    });
  const json: unknown = JSON.parse(readFileSync(join(place, 'model.json'), 'utf8'));
  const shards = new Map([['weights.bin', new Uint8Array(readFileSync(join(place, 'weights.bin')))]]);
  return readModel({ json, shards }, folder);
}

function boundRows(): string {
  const head = [
    ...['network', 'rate', 'MACs saved', 'time saved', 'time saved / MACs saved'],
    ...['if each layer took its share of MACs', 'if each kind of work shrank as channels do'],
    'the same, filled up to vectors of four',
  ];
  const rows = nets.flatMap(({ net, dense, pruned }) =>
    pruned.map((one, i) => {
      const { macsSaved, measured, byMacs, byWork, byFilledWork } = savingBounds(dense, one);
      const figures = [measured, byMacs, byWork, byFilledWork].map((figure) => figure.toFixed(2));
      return [net, rates[i] as string, percent(macsSaved), percent(measured * macsSaved), ...figures];
    }),
  );
  return markdownTable(head, rows);
}

/** Layers of one shape together: what they take, dense and at each rate, and the shares of time and of multiply-adds that are left. */
function layerRows({ net, dense, pruned }: (typeof nets)[number]): string {
  const kinds = new Map<string, string[]>();
  for (const layer of dense.layers)
    kinds.set(kindOf(layer), [...(kinds.get(kindOf(layer)) ?? []), layer.name]);
  const head = [
    ...[net, 'layers', 'dense µs', 'MACs a ns'],
    ...rates.flatMap((rate) => [`at ${rate} µs`, 'MACs a ns', 'time left', 'MACs left']),
  ];
  const rows = [...kinds].map(([kind, names]) => {
    const of = (times: NetTimes) => sums(times.layers.filter(({ name }) => names.includes(name)));
    const whole = of(dense);
    return [
      ...[kind, String(names.length), micros(whole.ns), (whole.macs / whole.ns).toFixed(1)],
      ...pruned.flatMap((times) => {
        const { ns, macs } = of(times);
        return [micros(ns), (macs / ns).toFixed(1), percent(ns / whole.ns), percent(macs / whole.macs)];
      }),
    ];
  });
  const others = pruned.flatMap(({ otherNs }) => [micros(otherNs), '', percent(otherNs / dense.otherNs), '']);
  return markdownTable(head, [
    ...rows,
    ['pools, copies and scatters', '', micros(dense.otherNs), '', ...others],
  ]);
}

function sums(layers: readonly LayerTime[]): { ns: number; macs: number } {
  return layers.reduce((sum, { ns, macs }) => ({ ns: sum.ns + ns, macs: sum.macs + macs }), {
    ns: 0,
    macs: 0,
  });
}

function kindOf({ conv }: LayerTime): string {
  if (conv === undefined) return 'other layers';
  const { kernel, strides, channels, cols, yHeight, yWidth } = conv.size;
  const stride = strides[0] === 1 ? '' : `, stride ${strides[0]}`;
  return `${kernel.join('×')}${stride}, ${channels}→${cols} at ${yHeight}×${yWidth}, ${wayNames[conv.way]}`;
}

function micros(ns: number): string {
  return (ns / 1000).toPrecision(3);
}

function percent(part: number): string {
  return `${(100 * part).toFixed(0)} %`;
}
