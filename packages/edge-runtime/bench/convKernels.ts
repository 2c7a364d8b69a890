// Measures every way to convolve on a grid of layers, in both builds, beside the core's peak; writes the costs that chooseConv reads.
// pnpm bench:kernels [--rounds 15] [--write]
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { bestBuild, type KernelBuild, kernelFile } from '@asfp/kernels';
import { convCosts } from '../src/compiled/convCosts.ts';
import { type ConvWay, type ConvWork, convWays } from '../src/compiled/convWork.ts';
import { type ConvShape, type ConvTime, convTimes, sizeOfShape } from './convTimes.ts';
import { estimateError, fitCosts, type LayerTimes, regrets } from './fitCosts.ts';
import { markdownTable } from './markdownTable.ts';
import { peakMadds } from './peakMadds.ts';
import { wayNames } from './wayNames.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, write: { type: 'boolean', default: false } },
});
const rounds = Number(values.rounds);

/** What Winograd may differ from the plain product by, over the largest result. */
const MOST_ERROR = 1e-4;

const builds: readonly KernelBuild[] = ['simd', 'relaxed-simd'];
// Node 20 has relaxed SIMD behind a flag.
if (bestBuild() === 'simd') setFlagsFromString('--experimental-wasm-relaxed-simd');
const modules = new Map(
  builds.map((build) => [build, new WebAssembly.Module(readFileSync(kernelFile(build)))]),
);
/** The whole grid is measured so often, minutes apart: what slows a machine down for seconds slows one of them. */
const PASSES = 3;

const peak = new Map(
  builds.map((build) => [build, Math.max(...Array.from({ length: PASSES }, () => peakMadds(build)))]),
);

const layer = (
  side: number,
  channels: number,
  cols: number,
  window: number,
  stride: 1 | 2 = 1,
): ConvShape => ({
  ...{ side, channels, cols, window, stride },
});

/** Layers whole and pruned in which there is a choice. */
const CHOICES: readonly ConvShape[] = [
  ...(
    [
      [32, 16],
      [16, 32],
      [8, 64],
      [56, 64],
      [28, 128],
      [14, 256],
      [7, 512],
    ] as const
  ).flatMap(([side, full]) => {
    const part = Math.round(0.6 * full);
    return [
      layer(side, full, full, 3),
      layer(side, part, full, 3),
      layer(side, full, part, 3),
      layer(side, part, part, 3),
    ];
  }),
  ...[layer(32, 3, 16, 3), layer(112, 16, 32, 3), layer(64, 24, 24, 3), layer(20, 12, 12, 3)],
  ...[
    layer(5, 96, 96, 3),
    layer(4, 128, 128, 3),
    layer(3, 64, 128, 3),
    layer(2, 256, 256, 3),
    layer(1, 128, 128, 3),
  ],
  ...[layer(224, 3, 64, 7, 2), layer(224, 3, 38, 7, 2), layer(128, 3, 24, 5, 2), layer(56, 32, 64, 5, 2)],
  ...[layer(28, 1, 32, 5), layer(28, 64, 64, 5), layer(14, 48, 64, 5), layer(56, 32, 32, 4)],
];

/** Layers of 64 channels and more that multiply as often as they must. */
const DIRECT: readonly ConvShape[] = [
  ...[layer(56, 64, 256, 1), layer(28, 512, 128, 1), layer(14, 1024, 256, 1), layer(14, 96, 576, 1)],
  ...[layer(7, 512, 2048, 1), layer(56, 256, 512, 1, 2), layer(28, 64, 64, 5)],
  ...[layer(56, 64, 128, 3, 2), layer(28, 128, 256, 3, 2), layer(8, 64, 64, 3)],
];

const DEPTHWISE: readonly ConvShape[] = [
  ...[layer(112, 64, 64, 3, 2), layer(56, 128, 128, 3), layer(28, 256, 256, 3), layer(14, 512, 512, 3)],
  layer(14, 512, 512, 3, 2),
];

/** A layer, and what it took in each way. */
interface Timed {
  readonly shape: ConvShape;
  readonly times: readonly ConvTime[];
}

const ways: readonly ConvWay[] = ['gemm', 'sixPoints', 'fourPoints'];
const passes = Array.from({ length: PASSES }, () => ({
  choices: timeAll(CHOICES, (shape) => convWays(sizeOfShape(shape))),
  direct: timeAll(DIRECT, () => ['gemm']),
  depthwise: timeAll(DEPTHWISE, () => ['depthwise']),
}));
const choices = shortest(passes.map((pass) => pass.choices));
const direct = shortest(passes.map((pass) => pass.direct));
const depthwise = shortest(passes.map((pass) => pass.depthwise));

const layers = (build: KernelBuild): LayerTimes[] =>
  choices.map(({ shape, times }) => ({
    size: sizeOfShape(shape),
    ns: Object.fromEntries(
      times.filter((one) => one.build === build).map(({ way, ns }) => [way, ns]),
    ) as LayerTimes['ns'],
  }));
const fitted = fitCosts(layers('relaxed-simd'));
const markdown = report();
process.stdout.write(`${markdown}\n`);
const root = fileURLToPath(new URL('../../..', import.meta.url));
if (values.write) {
  mkdirSync(`${root}/runs/bench`, { recursive: true });
  writeFileSync(`${root}/runs/bench/kernels.md`, `${markdown}\n`);
  writeFileSync(new URL('../src/compiled/convCosts.ts', import.meta.url), costsFile(fitted));
}

function timeAll(
  shapes: readonly ConvShape[],
  which: (shape: ConvShape) => readonly ConvTime['way'][],
): Timed[] {
  return shapes.map((shape) => {
    const times = convTimes(shape, which(shape), modules, rounds);
    for (const { way, build, error } of times) {
      if (error <= MOST_ERROR) continue;
      process.stderr.write(`FAILED ${nameOf(shape)} ${way} ${build}: an error of ${error}\n`);
      process.exitCode = 1;
    }
    return { shape, times };
  });
}

/** Layer by layer, way by way, the shortest time of all passes. */
function shortest(all: readonly (readonly Timed[])[]): Timed[] {
  const [first = [], ...others] = all;
  return first.map(({ shape, times }, l) => ({
    shape,
    times: times.map((time, t) => ({
      ...time,
      ns: Math.min(time.ns, ...others.map((pass) => pass[l]?.times[t]?.ns ?? time.ns)),
    })),
  }));
}

function report(): string {
  const machine = `${cpus()[0]?.model.trim()}, Node ${process.versions.node}, one thread, ${new Date().toISOString().slice(0, 10)}, with \`pnpm bench:kernels\``;
  const head = [
    'layer',
    'kernel',
    ...builds.flatMap((build) => [`${build} µs`, 'multiply-adds a ns', 'share of the peak']),
  ];
  const rows = [...direct, ...depthwise, ...choices].flatMap(({ shape, times }) => rowsOf(shape, times));
  const shares = direct.flatMap(({ shape, times }) => times.map((time) => share(shape, time)));
  const lines = [
    `Measured on ${machine}. The core's peak, a loop of multiply-adds that stays in its registers: ${builds.map((build) => `${(peak.get(build) as number).toFixed(1)} a nanosecond (${build})`).join(', ')}. Products of patches reach ${percent(Math.min(...shares))} to ${percent(Math.max(...shares))} of it in the direct layers below. For Winograd the multiply-adds are those of the direct form, so that more than all of the peak is possible.`,
    '',
    markdownTable(head, rows),
    '',
    ...builds.map((build) => {
      const now = regrets(layers(build), convCosts);
      const then = regrets(layers(build), fitted);
      return `- The choice of a kernel by the costs that stand in the source loses ${percent(now.mean - 1)} on average and ${percent(now.worst - 1)} at worst against the fastest one, by the fitted ones ${percent(then.mean - 1)} and ${percent(then.worst - 1)} (${build}).`;
    }),
    `- Estimates are off by ${ways.map((way) => `${percent(estimateError(layers('relaxed-simd'), fitted, way))} (${wayNames[way]})`).join(', ')}, root mean square.`,
  ];
  return lines.join('\n');
}

function rowsOf(shape: ConvShape, times: readonly ConvTime[]): string[][] {
  const kinds = [...new Set(times.map(({ way }) => way))];
  return kinds.map((way) => [
    nameOf(shape),
    wayNames[way],
    ...builds.flatMap((build) => {
      const time = times.find((one) => one.way === way && one.build === build) as ConvTime;
      return [
        (time.ns / 1000).toPrecision(3),
        (maddsOf(shape, way) / time.ns).toFixed(1),
        percent(share(shape, time)),
      ];
    }),
  ]);
}

function nameOf({ side, channels, cols, window, stride }: ConvShape): string {
  return `${side}×${side}, ${channels}→${cols}, ${window}×${window}${stride === 1 ? '' : `, stride ${stride}`}`;
}

function share(shape: ConvShape, { way, build, ns }: ConvTime): number {
  return maddsOf(shape, way) / ns / (peak.get(build) as number);
}

/** Multiply-adds of the direct form, of the channels that there are. */
function maddsOf(shape: ConvShape, way: ConvTime['way']): number {
  const { yHeight, yWidth } = sizeOfShape(shape);
  const { channels, cols, window } = shape;
  return yHeight * yWidth * window ** 2 * channels * (way === 'depthwise' ? 1 : cols);
}

function percent(part: number): string {
  return `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;
}

function costsFile(costs: Readonly<Record<ConvWay, ConvWork>>): string {
  const rows = ways.map((way) => {
    const { multiply, lay, store, far } = costs[way];
    return `  ${way}: { multiply: ${multiply}, lay: ${lay}, store: ${store}, far: ${far} },`;
  });
  return [
    '// Knows what each kind of work costs in each way to convolve, in nanoseconds on one core; only ratios matter.',
    "import type { ConvWay, ConvWork } from './convWork.ts';",
    '',
    `/** Written by \`pnpm bench:kernels --write\`: ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, relaxed SIMD, ${new Date().toISOString().slice(0, 10)}. */`,
    'export const convCosts: Readonly<Record<ConvWay, ConvWork>> = {',
    ...rows,
    '};',
    '',
  ].join('\n');
}
