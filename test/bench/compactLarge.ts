// Knows how long large graphs take to compact, and how that grows: `tsx --conditions=dev test/bench/compactLarge.ts`.
import { compact } from '@asfp/compactor';
import { costTable, type Graph } from '@asfp/core';
import { chain, denseBlock, resnet50 } from '../models/largeGraphs.ts';

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

for (const depth of [250, 500, 1000]) measure(`chain of ${depth}`, chain(depth));
for (const depth of [75, 150, 300]) measure(`dense block of ${depth}`, denseBlock(depth));
measure('resnet50', resnet50(64));
console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
