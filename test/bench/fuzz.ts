// Knows how to check the compaction of many random graphs: `pnpm fuzz --seeds 20000 --from 1000`; with `--open`, of those whose images may have any size.
import { parseArgs } from 'node:util';
import { describeError, printGraph } from '@asfp/core';
import { graphFromSeed } from '@asfp/core/testing';
import { checkCompaction } from '../fuzz/checkCompaction.ts';
import { openSizes } from '../fuzz/openSizes.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    open: { type: 'boolean', default: false },
  },
});
const from = Number(values.from);
const failures = new Map<number, string>();
let ran = 0;
let cut = 0;
let bounded = 0;
for (let seed = from; seed < from + Number(values.seeds); seed++) {
  try {
    const sized = graphFromSeed(seed);
    const graph = values.open ? openSizes(sized) : sized;
    if (graph === undefined) continue;
    const checked = checkCompaction(graph, sized);
    ran++;
    if (checked.filtersCut > 0) cut++;
    bounded += checked.bounded;
  } catch (error) {
    failures.set(seed, describeError(error));
    console.log(`seed ${seed}: ${describeError(error)}`);
  }
}
for (const seed of [...failures.keys()].slice(0, 1)) console.log(printGraph(graphFromSeed(seed)));
const compared = ((100 * bounded) / ran).toFixed(2);
console.log(
  `${values.seeds} seeds from ${from}: ${ran + failures.size} graphs, ${failures.size} failed; filters were cut in ${cut}; ${compared} % of the values have a bound`,
);
process.exitCode = failures.size === 0 ? 0 : 1;
