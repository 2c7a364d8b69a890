// Measures what each way to settle batch norm costs: one training a seed, all ways on the same weights.
// node --conditions=dev --import tsx packages/trainer/bench/settleKinds.ts MODEL SEEDS [JSON of options]
import { rngFromSeed } from '@asfp/core';
import { chooseBackend } from '../src/backend/chooseBackend.ts';
import { registerTrainingKernels } from '../src/backend/registerTrainingKernels.ts';
import { useFusedBatchNorm } from '../src/backend/useFusedBatchNorm.ts';
import {
  modelVariables,
  readVariables,
  trainableVariables,
  writeVariables,
} from '../src/bridge/modelWeights.ts';
import { loadDataset } from '../src/data/loadDataset.ts';
import { buildModel } from '../src/models/models.ts';
import { settleBatchNorm, settleKinds } from '../src/prune/settleBatchNorm.ts';
import { evaluate } from '../src/train/evaluate.ts';
import { trainLoop } from '../src/train/loop.ts';
import { resolveSettings, type TrainOptions } from '../src/train/settings.ts';
import { createSgd } from '../src/train/sgd.ts';

const [modelName = 'resnet8', seeds = '1,2,3', json = '{}'] = process.argv.slice(2);
const options: TrainOptions = { model: modelName, ...(JSON.parse(json) as TrainOptions) };
const backend = await chooseBackend('auto');
registerTrainingKernels();

for (const seed of seeds.split(',').map(Number)) {
  const wanted = resolveSettings({ ...options, seed }, { dataset: 'any', data: null, backend: backend.name });
  const dataset = await loadDataset({ ...options, seed, limit: wanted.limit ?? undefined });
  const resolved = { dataset: dataset.name, data: null, backend: backend.name };
  const settings = resolveSettings({ ...options, seed }, resolved);
  const { height, width, channels } = dataset;
  const shape = { height, width, channels, classes: dataset.labels.length };
  const model = buildModel(settings.model, shape, rngFromSeed(seed).fork('weights'));
  useFusedBatchNorm(model);
  const optimizer = createSgd(trainableVariables(model), settings);
  const accuracy = async (): Promise<string> =>
    (100 * (await evaluate(model, dataset, dataset.test)).accuracy).toFixed(2);
  let unpruned = '';
  let zeroed = {};
  let speed = 0;
  const begun = Date.now();
  const rng = rngFromSeed(seed).fork('train');
  for await (const item of trainLoop({
    model,
    optimizer,
    dataset,
    settings,
    epochsDone: 0,
    zeroed: {},
    returned: {},
    rng,
  })) {
    if (!('type' in item)) {
      zeroed = item.zeroed;
      speed = item.event.imagesPerSecond;
      const { epoch, loss, accuracyBefore, accuracyAfter, returnedFilters, seconds } = item.event;
      console.error(
        `  ${epoch} loss ${loss.toFixed(3)} before ${accuracyBefore} after ${accuracyAfter} returned ${returnedFilters} ${seconds.toFixed(1)} s ${speed.toFixed(0)}/s`,
      );
    } else if (item.epoch === settings.epochs && item.step === item.steps) unpruned = await accuracy();
  }
  const seconds = (Date.now() - begun) / 1000;
  const pruned = await readVariables(modelVariables(model));
  const found: string[] = [];
  for (const kind of settleKinds) {
    writeVariables(modelVariables(model), pruned);
    await settleBatchNorm(model, zeroed, { ...settings, settle: kind });
    found.push(`${kind} ${await accuracy()}`);
  }
  console.log(
    `${modelName} seed ${seed}: unpruned ${unpruned}, ${found.join(', ')} (${seconds.toFixed(0)} s, ${speed.toFixed(0)} images/s)`,
  );
  optimizer.dispose();
  model.dispose();
}
