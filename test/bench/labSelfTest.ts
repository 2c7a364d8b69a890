// Measures what is known beforehand, to see that the lab measures right: a delay, and a network against itself.
// pnpm bench:lab [--seconds 4] [--runs 20]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LatencyReport } from '@asfp/core';
import { measureLatency, type Subject } from '@asfp/demo/lab';
import { partKey } from './benchNets.ts';
import { prepareNet, readFacts } from './prepareNet.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '4' }, runs: { type: 'string', default: '20' } },
});
const budgetMs = Number(values.seconds) * 1000;
const runs = Number(values.runs);

/** Milliseconds that a run is made longer by. */
const DELAYS = [0.5, 2, 8];
/** A delay has to be found within this share of it. */
const DELAY_LIMIT = 0.05;
/** Of so many runs against itself, the interval may miss 1 in a tenth: it is one of 95 %. */
const MOST_MISSED = 0.1;

const root = mkdtempSync(join(tmpdir(), 'asfp-lab-self-'));
const dense = { net: 'resnet20', rate: 0, coupling: null } as const;
let failed = 0;
try {
  await prepareNet(root, 'resnet20', [], () => undefined);
  for (const delayMs of DELAYS) {
    const report = await measure(subject('plain'), { ...subject('slowed'), delayMs });
    const [plain, slowed] = report.subjects.map(({ p50Ms }) => p50Ms ?? Number.NaN);
    const found = (slowed as number) - (plain as number);
    const off = Math.abs(found / delayMs - 1);
    if (!(off <= DELAY_LIMIT)) failed++;
    say(
      `a delay of ${delayMs} ms is found as ${found.toFixed(3)} ms, ${(100 * off).toFixed(1)} % off`,
      off <= DELAY_LIMIT,
    );
  }
  let held = 0;
  for (let run = 0; run < runs; run++) {
    const [{ ratio, ratioCi } = { ratio: Number.NaN, ratioCi: [Number.NaN, Number.NaN] }] = (
      await measure(subject('one'), subject('other'))
    ).comparisons;
    const holds = ratioCi[0] <= 1 && 1 <= ratioCi[1];
    if (holds) held++;
    say(`against itself ${ratio.toFixed(3)} (${ratioCi[0].toFixed(3)} – ${ratioCi[1].toFixed(3)})`, holds);
  }
  const enough = held >= runs * (1 - MOST_MISSED);
  if (!enough) failed++;
  say(`the interval held 1 in ${held} of ${runs} runs`, enough);
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;

function subject(model: string): Subject {
  return { model, path: `${partKey(dense)}/graph/model.json`, format: 'graph', engine: 'compiled' };
}

function measure(...subjects: readonly Subject[]): Promise<LatencyReport> {
  const { input, answer } = readFacts(root, dense);
  const reference = { inputs: [input], outputs: [answer] };
  return measureLatency({ subjects, folder: root, budgetMs, threads: 1, reference });
}

function say(text: string, passed: boolean): void {
  process.stdout.write(`${passed ? 'ok    ' : 'FAILED'} ${text}\n`);
}
