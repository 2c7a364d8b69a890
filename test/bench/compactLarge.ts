// Knows how long large graphs take to compact, how that grows, and the memory it takes: `tsx --conditions=dev test/bench/compactLarge.ts`.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compact } from '@asfp/compactor';
import { costTable, type Graph, readModel, writeGraphModel } from '@asfp/core';
import { readModelFiles, writeFileWhole } from '@asfp/trainer/files';
import { chain, denseBlock, resnet50 } from '../models/largeGraphs.ts';

const mebibyte = 2 ** 20;

/** The most memory that this process had so far, in MiB. */
function peak(): number {
  return process.resourceUsage().maxRSS / 1024;
}

/** From files to files, as `asfp compact` does it, without the proof; in a process that did nothing before. */
async function memoryOf(folder: string): Promise<void> {
  // Not `peak()`: a process inherits its parent's peak on Linux.
  const base = process.memoryUsage.rss() / mebibyte;
  const inherited = peak();
  const start = performance.now();
  const source = await readModelFiles(folder);
  const before = readModel(source, source.file);
  const read = performance.now();
  const after = compact(before).graph;
  const done = performance.now();
  const written = writeGraphModel(after);
  for (const [name, bytes] of written.shards) await writeFileWhole(path.join(folder, `small-${name}`), bytes);
  const weights = source.bytes / mebibyte;
  if (peak() <= inherited) throw new Error('the peak of this process is hidden by that of its parent');
  const grown = peak() - base;
  const [reading, compacting, writing] = [read - start, done - read, performance.now() - done];
  console.log(
    `reading ${reading.toFixed(0)} ms, compacting ${compacting.toFixed(0)} ms, writing ${writing.toFixed(0)} ms`,
  );
  console.log(
    `weights ${weights.toFixed(0)} MiB, peak ${grown.toFixed(0)} MiB over the ${base.toFixed(0)} MiB at the start: ${(grown / weights).toFixed(1)} times the weights`,
  );
}

function measure(name: string, graph: Graph): void {
  const rounds = 3;
  let best = Number.POSITIVE_INFINITY;
  let after = 0;
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    const { graph: small } = compact(graph);
    best = Math.min(best, performance.now() - start);
    after = costTable(small).params;
  }
  const before = costTable(graph).params;
  console.log(`${name}: ${best.toFixed(0)} ms, ${before} → ${after} parameters, ${graph.nodes.length} nodes`);
}

/** Writes ResNet-50 and measures the memory in a process of its own. */
async function resnetFromFiles(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'asfp-large-'));
  try {
    const { json, shards } = writeGraphModel(resnet50(224));
    await writeFileWhole(path.join(folder, 'model.json'), JSON.stringify(json));
    for (const [name, bytes] of shards) await writeFileWhole(path.join(folder, name), bytes);
    spawnSync(process.execPath, [...process.execArgv, process.argv[1] ?? '', folder], { stdio: 'inherit' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const folder = process.argv[2];
if (folder === undefined) {
  for (const depth of [250, 500, 1000]) measure(`chain of ${depth}`, chain(depth));
  for (const depth of [75, 150, 300]) measure(`dense block of ${depth}`, denseBlock(depth));
  measure('resnet50', resnet50(64));
  console.log('resnet50 at 224 × 224, from files to files:');
  await resnetFromFiles();
} else await memoryOf(folder);
