// Knows what stands in the report: every number where it belongs, nothing that runs, nothing from elsewhere.
import type { EpochEvent } from '@asfp/core';
import { expect, test } from 'vitest';
import { renderReport } from './renderReport.ts';
import type { ReportParts } from './reportParts.ts';
import { deepParts, sampleParts, samplePictures } from './testing/sampleParts.ts';

const { settings, events, compactReport, latencyReport } = sampleParts;

/** The text of the document from a heading on to the next section, tags and special spaces gone. */
function textFrom(page: string, heading: string): string {
  const from = page.indexOf(`<section><h2>${heading}</h2>`);
  if (from === -1) throw new Error(`no section ${heading}`);
  const to = page.indexOf('</section>', from);
  return page
    .slice(from, to)
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\u00a0\u202f]/g, ' ')
    .replace(/\u2060/g, '')
    .replace(/\s+/g, ' ');
}

/** Table rows of the document as texts of cells. */
function rowsOf(page: string): string[] {
  return [...page.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)]
      .map(([, cell = '']) => cell.replace(/[\u00a0\u202f]/g, ' ').replace(/\u2060/g, ''))
      .join(' | '),
  );
}

const page = renderReport(sampleParts);

test('epochs: every figure of every event', () => {
  const rows = rowsOf(page);
  expect(rows).toContain('1 | 73.2 % | 40.2 % | 2 000 | 71.9 % | 0.923 | 0.1 | 30.0 % | 1 180 | 18.4');
  expect(rows).toContain('8 | 86.9 % | 86.5 % | 2 000 | 85.6 % | 0.377 | 0.004 | 40.0 % | 1 230 | 19.1');
  for (const event of events) {
    if (event.type !== 'epoch') continue;
    expect(rows).toContain(`${event.epoch} | ${event.returnedFilters} | ${event.zeroFilters} | 240`);
  }
});

test('layers, cost and passes: every figure of the compaction', () => {
  const rows = rowsOf(page);
  const spaced = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
  for (const layer of compactReport.layers) {
    const { name, op, filtersBefore, filtersAfter, macsBefore, macsAfter } = layer;
    expect(rows).toContain(
      [name, op, filtersBefore, filtersAfter, spaced(macsBefore), spaced(macsAfter)].join(' | '),
    );
  }
  expect(rows).toContain('Multiply-adds for one image | 9 145 216 | 3 835 877 | −58.1 %');
  expect(rows).toContain('Parameters | 75 002 | 31 141 | −58.5 %');
  expect(rows).toContain('Weight files, bytes | 303 080 | 141 732 | −53.2 %');
  const removed = textFrom(page, 'What was removed');
  expect(removed).toContain('554 190 multiply-adds more, 4.39 M in all (−52.0 % against the dense network)');
  const proof = textFrom(page, 'Proof');
  for (const { name, notes } of compactReport.passes) {
    expect(proof).toContain(name);
    for (const note of notes) expect(proof).toContain(note);
  }
});

test('the proof run by run, and what was not run', () => {
  const run = {
    runner: 'tfjs wasm',
    case: 'edges',
    seed: 2,
    images: ['zeros', 'ones', 'minus ones', 'low and high'],
    shapes: { x: [4, 28, 28, 1] },
    maxAbsError: 3e-6,
    maxRelError: 2.579e-7,
    argmaxAgreement: 1,
    tolerance: 1e-4,
    where: 'logits',
    finite: 1,
    passed: true,
  };
  const notRun = ['oracle: it does not know the op Cos (o)'];
  const proven = { ...compactReport, proof: { ...compactReport.proof, runs: [run], notRun } };
  const told = renderReport({ ...sampleParts, compactReport: proven });
  expect(rowsOf(told)).toContain(
    'tfjs wasm | edges | 4: zeros, ones, minus ones, low and high | 4 × 28 × 28 × 1 | 2 | 2.58 × 10⁻⁷ | 10⁻⁴ | logits',
  );
  expect(textFrom(told, 'Proof')).toContain('Not run: oracle: it does not know the op Cos (o)');
});

test('the proof in words, and why zero filters stayed', () => {
  const proof = textFrom(page, 'Proof');
  expect(proof).toContain(
    'The compact model computes the same as the dense one with its pruned filters at zero.',
  );
  expect(proof).toContain(
    'Both ran on the same 10 008 inputs. Their outputs differ by at most 4.12 × 10⁻⁶; measured against the ' +
      'largest output that is 2.58 × 10⁻⁷, within the tolerance of 10⁻⁴. They chose the same class for every input.',
  );
  expect(proof).toContain(
    'stage2_block1_conv2 , 21 filters left, zero ones among them: it carries a constant into a convolution',
  );
  const failed = textFrom(renderReport(deepParts), 'Proof');
  expect(failed).toContain('The compact model does not compute the same');
  expect(failed).toContain(
    '2.13 × 10⁻², over the tolerance of 10⁻⁴. They chose the same class for 99.996 % of',
  );
});

test('latency: medians, intervals, comparisons, environment', () => {
  const latency = textFrom(page, 'Latency');
  for (const subject of latencyReport.subjects) {
    const { p50Ms, ciMs } = subject;
    if (p50Ms === null || ciMs === null) throw new Error('the sample lost its figures');
    const [median, low, high] = [p50Ms, ...ciMs].map((value) => value.toPrecision(3));
    expect(latency).toContain(`${median} ms (${low} – ${high})`);
  }
  expect(latency).toContain('tf.loadLayersModel on wasm as users run it today');
  expect(latency).toContain('Latency on WebGL drawn by the CPU (software GL)');
  expect(latency).toContain('2.47× faster : the compact model on tfjs-wasm against the dense model as users');
  expect(latency).toContain('(95 % interval of the factor 2.40 – 2.54)');
  expect(latency).toContain('No measurable difference in speed : the compact model on tfjs-webgl against');
  const environment = textFrom(page, 'Environment');
  for (const said of [
    'HeadlessChrome/140.0.0.0',
    'SwiftShader driver',
    '0.005 ms',
    '2025-03-14, 09:26 UTC',
    '162 s',
  ])
    expect(environment).toContain(said);
});

test('figures of software GL are compared with nothing else', () => {
  const mixed = {
    a: 'dense@tfjs-layers-wasm',
    b: 'compact@tfjs-webgl',
    ratio: 3.21,
    ratioCi: [3.1, 3.3] as const,
  };
  const report = { ...latencyReport, comparisons: [...latencyReport.comparisons, mixed] };
  expect(renderReport({ ...sampleParts, latencyReport: report })).toBe(page);
});

test('an engine that failed is not measured, with its reason', () => {
  const latency = textFrom(renderReport(deepParts), 'Latency');
  expect(latency).toContain('dense on tfjs-webgl was not measured: WebGL: expected a context, found none');
  expect(latency).toContain('dense tfjs-webgl none: it failed 1 1 not measured not measured');
});

test('settings: every choice', () => {
  const text = textFrom(page, 'Settings');
  expect(text).toContain(
    'Dataset fashion-mnist Data none Image size none Model resnet8 From none Epochs 8 Rate 0.4 Target macs none ' +
      'Schedule asymptotic Start rate 0 Bend 0.125 Criterion l2 Coupling independent Harden 0 Batch norm left ' +
      'Exclude stem_conv, stage1_* Layer rates stage2_* 0.3, stage3_* 0.2 Settle zero Recalibrate 0 Batch size 64 Learning rate 0.1 Milestones 4, 6 Gamma 0.2 Warmup epochs 0 Momentum 0.9 ' +
      'Weight decay 0.0005 Clip ratio 0.1 Augmentation crop-flip Limit 20 000 Eval limit 2 000 Seed 1 Backend wasm',
  );
  expect(Object.keys(settings)).toHaveLength(33);
});

test('the large numbers: before, after, spread', () => {
  const row = page
    .slice(page.indexOf('class="numbers"'), page.indexOf('</section>'))
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\u00a0\u202f]/g, ' ')
    .replace(/\u2060/g, '')
    .replace(/\s+/g, ' ');
  expect(row).toContain('Accuracy 86.5 % 10 000 test images; 95 % interval 85.8 – 87.2 %');
  expect(row).toContain('On 2 000 of them: 86.9 % before the last prune, 86.5 % after it');
  expect(row).toContain('Multiply-adds 9.15 → 3.84 M 58.1 % fewer, for one image');
  expect(row).toContain('Weights 303 → 142 kB 53.2 % smaller 75.0 k → 31.1 k parameters');
});

test('before and after stand side by side where both were counted on the same images', () => {
  const onAll = events.map((event) => (event.type === 'epoch' ? { ...event, evalImages: 10000 } : event));
  const { accuracyBefore } = events.at(-2) as EpochEvent;
  expect(accuracyBefore).toBe(0.8685);
  const text = renderReport({ events: onAll }).replace(/<[^>]*>/g, '');
  expect(text).toMatch(/Accuracy\s86\.9\s→ 86\.5\s%/);
});

test.each(['settings', 'events', 'compactReport', 'latencyReport'] as const)(
  'without %s its sections say that nothing was measured',
  (missing) => {
    const { [missing]: _, ...rest } = { ...sampleParts, card: undefined };
    const without = renderReport(rest);
    const sections = {
      settings: ['Settings'],
      events: ['Training', 'Environment'],
      compactReport: ['What was removed', 'Proof'],
      latencyReport: ['Latency', 'Environment'],
    }[missing];
    for (const name of sections) {
      expect(textFrom(page, name)).not.toMatch(/not measured/i);
      expect(textFrom(without, name)).toMatch(/not measured/i);
    }
  },
);

test('names are escaped wherever they stand', () => {
  const evil = '<script>alert(1)</script>"\'';
  const [layer] = compactReport.layers;
  if (layer === undefined) throw new Error('the sample lost its layers');
  const parts: ReportParts = {
    settings: { ...settings, model: evil, dataset: evil, data: evil },
    events: events.map((event) =>
      event.type === 'start' ? { ...event, device: evil, datasetWhy: evil } : event,
    ),
    compactReport: {
      ...compactReport,
      layers: [{ ...layer, name: evil, kept: evil }],
      passes: [{ name: evil, changed: true, notes: [evil] }],
    },
    latencyReport: {
      ...latencyReport,
      environment: { ...latencyReport.environment, userAgent: evil, webglRenderer: evil },
      subjects: latencyReport.subjects.map((subject) => ({ ...subject, model: evil, error: evil })),
    },
    pictures: [{ image: `x" onerror="${evil}`, label: evil, dense: evil, compact: evil }],
  };
  const written = renderReport(parts);
  expect(written).not.toContain('<script');
  expect(written).not.toContain('onerror=');
  expect(unbalanced(written)).toEqual([]);
});

test.each([
  ['sample', page],
  ['deep', renderReport(deepParts)],
  ['empty', renderReport({})],
  ['pictures', renderReport({ pictures: samplePictures })],
])('the %s report is one well-formed file that runs nothing and loads nothing', (_, written) => {
  expect(unbalanced(written)).toEqual([]);
  expect(written).not.toMatch(
    /<(script|link|iframe|object|embed|base)\b|\son[a-z]+=|javascript:|@import|url\(/i,
  );
  const addresses = [...written.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(([, url]) => url ?? '');
  expect(addresses.filter((url) => !url.startsWith('data:image/bmp;base64,'))).toEqual([]);
  expect(written).not.toMatch(/https?:|\bNaN\b|undefined|\[object/);
});

/** Tags that are not closed in order, attributes included, as an XML parser would complain. */
function unbalanced(written: string): string[] {
  const open: string[] = [];
  const faults: string[] = [];
  const body = written.replace(/^<!doctype html>/, '').replace(/<style>.*?<\/style>/s, '');
  for (const [tag] of body.matchAll(/<[^>]*>/g)) {
    const parsed = /^<(\/?)([a-z][a-z0-9]*)((?:\s[a-zA-Z][a-zA-Z0-9-]*="[^"<]*")*)\s?(\/?)>$/i.exec(tag);
    if (parsed === null) faults.push(tag);
    else if (parsed[1] === '/') {
      const expected = open.pop();
      if (expected !== parsed[2]) faults.push(`${tag} closes ${expected}`);
    } else if (parsed[4] !== '/') open.push(parsed[2] ?? '');
  }
  return [...faults, ...open];
}
