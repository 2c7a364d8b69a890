// Knows how to check the compaction of many random graphs: `pnpm fuzz --seeds 20000 --from 1000`.
import { parseArgs } from 'node:util';
import { describeError, printGraph } from '@asfp/core';
import { graphFromSeed } from '@asfp/core/testing';
import { checkCompaction } from '../fuzz/checkCompaction.ts';

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1000' }, from: { type: 'string', default: '0' } },
});
const from = Number(values.from);
const failures = new Map<number, string>();
let cut = 0;
let bounded = 0;
for (let seed = from; seed < from + Number(values.seeds); seed++) {
  try {
    const checked = checkCompaction(graphFromSeed(seed));
    if (checked.filtersCut > 0) cut++;
    bounded += checked.bounded;
  } catch (error) {
    failures.set(seed, describeError(error));
    console.log(`seed ${seed}: ${describeError(error)}`);
  }
}
for (const seed of [...failures.keys()].slice(0, 1)) console.log(printGraph(graphFromSeed(seed)));
const compared = ((100 * bounded) / (Number(values.seeds) - failures.size)).toFixed(2);
console.log(
  `${values.seeds} seeds from ${from}: ${failures.size} failed; filters were cut in ${cut}; ${compared} % of the values have a bound`,
);
process.exitCode = failures.size === 0 ? 0 : 1;
