// Knows a training run from end to end: data, backend, network, epochs, records.
import { resolve } from 'node:path';
import {
  AsfpError,
  assertInternal,
  type EndEvent,
  type EpochEvent,
  type RunEvent,
  type RunSettings,
  rngFromSeed,
  type StepEvent,
} from '@asfp/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { BackendRequest } from './backend/backendNames.ts';
import { chooseBackend } from './backend/chooseBackend.ts';
import { registerTrainingKernels } from './backend/registerTrainingKernels.ts';
import { useFusedBatchNorm } from './backend/useFusedBatchNorm.ts';
import { modelVariables, readVariables, trainableVariables, writeVariables } from './bridge/modelWeights.ts';
import type { BatchSource } from './data/batches.ts';
import { openBatchWorkers, usefulWorkers } from './data/batchWorkers.ts';
import type { Dataset, DatasetName } from './data/dataset.ts';
import { loadDataset } from './data/loadDataset.ts';
import { carryMomentum } from './models/carryMomentum.ts';
import { modelCost } from './models/modelCost.ts';
import { normalisation, openNetwork } from './models/openNetwork.ts';
import { readTrained, type TrainedModel } from './models/readTrained.ts';
import { countFilters, type ZeroedFilters } from './prune/pruneDuring.ts';
import { prunedCost } from './prune/prunedCost.ts';
import { settleBatchNorm } from './prune/settleBatchNorm.ts';
import { makeModelCard } from './record/makeModelCard.ts';
import { inspectRunFolder, openRunFolder, type RunFolder } from './record/runFolder.ts';
import { saveModel } from './record/saveModel.ts';
import { openTensorBoard, type TensorBoard } from './record/tensorBoard.ts';
import { startClock } from './train/clock.ts';
import { evaluate } from './train/evaluate.ts';
import { trainLoop } from './train/loop.ts';
import { outOfMemory } from './train/outOfMemory.ts';
import { recalibrate } from './train/recalibrate.ts';
import { resolveSettings, type TrainOptions } from './train/settings.ts';
import { createSgd, type Sgd } from './train/sgd.ts';

/** Where a run is kept, and what may stop it. */
export interface RunControl {
  /** The folder of the run. */
  readonly out: string;
  /** Go on with the run that is in the folder; in an empty or new one, begin. */
  readonly resume?: boolean | undefined;
  /** Stops the run within a step; what is on disk then is the last whole checkpoint. */
  readonly signal?: AbortSignal | undefined;
  /** Told what happens: the start, each step, each epoch when its checkpoint is on disk, the end. Training waits for it. */
  readonly onEvent?: ((event: RunEvent | StepEvent) => void | Promise<void>) | undefined;
  /** A folder for TensorBoard's logs. */
  readonly tensorBoard?: string | undefined;
  /** Told what takes long before the first event, such as a download. */
  readonly note?: ((text: string) => void) | undefined;
}

/**
 * Trains with soft filter pruning and keeps records in the run's folder; prints nothing. With `resume`, options that are left
 * out are the run's own, and others must agree with it. Ends when `dense/model.json` is written, with the last event. Throws
 * AsfpError: those of the data set, the backend, the settings and the folder, `settings-differ`, `loss-not-finite`,
 * `interrupted`; and what `onEvent` throws.
 */
export async function train(options: TrainOptions, control: RunControl): Promise<EndEvent> {
  let end: EndEvent | undefined;
  let board: TensorBoard | undefined;
  for await (const event of runTraining(options, control)) {
    if (event.type === 'end') end = event;
    if (control.tensorBoard !== undefined) {
      board ??= await openTensorBoard(control.tensorBoard);
      await board.add(event);
    }
    await control.onEvent?.(event);
  }
  assertInternal(end, 'a training run without an end');
  return end;
}

async function* runTraining(
  options: TrainOptions,
  control: RunControl,
): AsyncGenerator<RunEvent | StepEvent> {
  const { out, signal } = control;
  const recorded = await inspectRunFolder(out, control.resume ?? false);
  // Wrong options are told before data is downloaded.
  const from = options.from ?? recorded?.from ?? undefined;
  const trained = from === undefined ? undefined : await readTrained(from);
  const provisional = resolveSettings(options, { dataset: 'synthetic', data: null, backend: 'cpu', trained });
  if (recorded) assertSameOptions(recorded, options, out, trained);
  try {
    const backend = await chooseBackend((recorded ?? options).backend as BackendRequest | undefined);
    registerTrainingKernels();
    const loaded = await loadDataset({
      dataset: (recorded ?? options).dataset as DatasetName | undefined,
      data: (recorded ?? options).data ?? undefined,
      imageSize: (recorded ?? provisional).imageSize ?? undefined,
      limit: (recorded ?? provisional).limit ?? undefined,
      seed: (recorded ?? provisional).seed,
      note: control.note,
    });
    const data = options.data === undefined ? null : resolve(options.data);
    const view = 'view' in loaded.train ? loaded.train.view : undefined;
    const { height, width, channels } = loaded;
    const shape = { height, width, channels, classes: loaded.labels.length };
    const begun = await openNetwork({
      settings:
        recorded ??
        resolveSettings(options, { dataset: loaded.name, data, backend: backend.name, view, trained }),
      trained,
      shape,
      isNew: recorded === undefined,
      note: control.note,
    });
    const { settings, model } = begun;
    const folder = await openRunFolder(out, settings).catch((error: unknown) => {
      model.dispose();
      throw error;
    });
    const optimizer = createSgd(trainableVariables(model), settings);
    const threads = usefulWorkers(loaded.train);
    const workers = threads === 0 ? undefined : openBatchWorkers(threads);
    const dataset = { ...loaded, ...normalisation(trained, channels), workers };
    try {
      useFusedBatchNorm(model);
      const { checkpoint } = folder;
      if (checkpoint) {
        writeVariables(modelVariables(model), checkpoint.weights);
        optimizer.restore(checkpoint.momentum);
      } else if (trained) {
        await goOn(trained, model, optimizer, control.note);
      }
      yield* recording(folder, {
        type: 'start',
        backend: backend.name,
        device: backend.device,
        dataset: dataset.name,
        datasetWhy: dataset.why,
        trainImages: dataset.train.count,
        testImages: dataset.test.count,
        params: modelCost(model).params,
        firstEpoch: (checkpoint?.epoch ?? 0) + 1,
      });
      yield* runEpochs({ folder, model, optimizer, dataset, settings, signal });
    } finally {
      await workers?.close();
      optimizer.dispose();
      model.dispose();
    }
  } catch (error) {
    throw signal?.aborted ? interrupted(out, error) : (outOfMemory(error, out) ?? error);
  }
}

/** Lets the optimizer of a network that was cut out of a run begin with that run's momentum. */
async function goOn(
  { file }: TrainedModel,
  model: LayersModel,
  optimizer: Sgd,
  note: RunControl['note'],
): Promise<void> {
  const carried = await carryMomentum(file, trainableVariables(model));
  if (carried === undefined || carried.layers === 0) return;
  optimizer.restore(carried.slots);
  note?.(`momentum of ${carried.layers} of ${carried.all} layers goes on from ${carried.from}`);
}

interface OpenRun {
  readonly folder: RunFolder;
  readonly model: LayersModel;
  readonly optimizer: Sgd;
  readonly dataset: Dataset & BatchSource;
  readonly settings: RunSettings;
  readonly signal: AbortSignal | undefined;
}

async function* runEpochs(run: OpenRun): AsyncGenerator<RunEvent | StepEvent> {
  const { folder, model, optimizer, dataset, settings, signal } = run;
  const epochEvents = folder.events.filter((event): event is EpochEvent => event.type === 'epoch');
  let zeroed: ZeroedFilters = folder.checkpoint?.zeroed ?? {};
  let returned: ZeroedFilters = folder.checkpoint?.returned ?? {};
  const steps = trainLoop({
    model,
    optimizer,
    dataset,
    settings,
    epochsDone: folder.checkpoint?.epoch ?? 0,
    zeroed,
    returned,
    rng: rngFromSeed(settings.seed).fork('train'),
    signal,
  });
  for await (const item of steps) {
    if ('type' in item) {
      yield item;
      continue;
    }
    ({ zeroed, returned } = item);
    epochEvents.push(item.event);
    // The line first: a line without its checkpoint is taken back on resuming, a missing line could not be made up.
    await folder.append(item.event);
    await folder.saveCheckpoint({
      epoch: item.event.epoch,
      zeroed,
      returned,
      weights: await readVariables(modelVariables(model)),
      momentum: await optimizer.slots(),
    });
    yield item.event;
  }
  const trainingSeconds = epochEvents.reduce((sum, event) => sum + event.seconds, 0);
  yield* recording(folder, await finish(run, zeroed, trainingSeconds));
}

/** Settles batch norm, measures the network on all test images, and writes it. */
async function finish(run: OpenRun, zeroed: ZeroedFilters, trainingSeconds: number): Promise<EndEvent> {
  const { folder, model, dataset, settings, signal } = run;
  const clock = startClock();
  const unsettled = await evaluate(model, dataset, dataset.test, { signal });
  await settleBatchNorm(model, zeroed, settings);
  const { batchSize, recalibrate: images } = settings;
  await recalibrate(model, dataset, dataset.train, { images, batchSize, signal });
  const unchanged = images === 0 && (settings.settle === 'keep' || countFilters(zeroed) === 0);
  const settled = unchanged ? unsettled : await evaluate(model, dataset, dataset.test, { signal });
  await saveModel(model, folder.dense, makeModelCard(model, dataset, settings, settled.accuracy));
  return {
    type: 'end',
    accuracy: settled.accuracy,
    accuracyUnsettled: unsettled.accuracy,
    loss: settled.loss,
    testImages: settled.count,
    macs: await prunedCost(model, zeroed, settings),
    seconds: trainingSeconds + clock() / 1000,
  };
}

async function* recording<T extends RunEvent>(folder: RunFolder, event: T): AsyncGenerator<T> {
  await folder.append(event);
  yield event;
}

/** Throws AsfpError `settings-differ`, which names the first option that is not what the run began with. */
function assertSameOptions(
  recorded: RunSettings,
  options: TrainOptions,
  out: string,
  trained: TrainedModel | undefined,
): void {
  const { dataset, backend, data } = options;
  const named = (value: string | undefined, then: string): string =>
    value === undefined || value === 'auto' ? then : value;
  const now = resolveSettings(options, {
    dataset: named(dataset, recorded.dataset),
    backend: named(backend, recorded.backend),
    data: data === undefined ? recorded.data : resolve(data),
    trained,
  });
  // Options that are left out are the run's own, unless a preset speaks for them.
  const given = (key: string): boolean =>
    options[key as keyof TrainOptions] !== undefined ||
    (options.preset !== undefined && (key !== 'rate' || recorded.targetMacs === null));
  for (const key of (Object.keys(now) as (keyof RunSettings)[]).filter(given)) {
    const [expected, found] = [JSON.stringify(recorded[key]), JSON.stringify(now[key])];
    if (found === expected) continue;
    throw new AsfpError({
      code: 'settings-differ',
      where: `${key} of the run in ${out}`,
      expected: `${expected}, as it began`,
      found,
      cure: 'Leave the option out to go on, or begin anew in another folder',
    });
  }
}

function interrupted(out: string, cause: unknown): AsfpError {
  return new AsfpError(
    {
      code: 'interrupted',
      where: out,
      expected: 'the training to end',
      found: 'it was interrupted',
      cure: 'Run it again with --resume to go on from the last whole epoch',
    },
    { cause },
  );
}
