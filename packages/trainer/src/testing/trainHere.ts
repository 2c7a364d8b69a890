// Knows a process of its own that trains, for a test that ends it: several runs that take turns, a line for each event.
// node --conditions=dev --import tsx packages/trainer/src/testing/trainHere.ts OPTIONS OUT…
import type { TrainOptions } from '../train/settings.ts';
import { train } from '../train.ts';

const [options = '{}', ...folders] = process.argv.slice(2);
const runs: Promise<unknown>[] = [];
for (const [run, out] of folders.entries()) {
  // One after the other opens the backend.
  await new Promise<void>((resolve, reject) => {
    const onEvent = ({ type, ...event }: { readonly type: string; readonly epoch?: number }): void => {
      process.stdout.write(`${run} ${type} ${event.epoch ?? 0}\n`);
      resolve();
    };
    const trained = train(JSON.parse(options) as TrainOptions, { out, resume: true, onEvent });
    trained.catch(reject);
    runs.push(trained);
  });
}
await Promise.all(runs);
