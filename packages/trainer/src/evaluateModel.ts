// Knows how a saved network is measured on a data set.
import { AsfpError } from '@asfp/core';
import type { BackendRequest } from './backend/backendNames.ts';
import { chooseBackend } from './backend/chooseBackend.ts';
import type { BatchSource } from './data/batches.ts';
import type { Dataset, DatasetRequest } from './data/dataset.ts';
import { loadDataset } from './data/loadDataset.ts';
import { type LoadedModel, loadModel } from './record/loadModel.ts';
import { type Evaluation, evaluate } from './train/evaluate.ts';

/** What is evaluated, on what. */
export interface EvaluationRequest extends Omit<DatasetRequest, 'limit'> {
  /** A layers model's model.json, or its folder. */
  readonly model: string;
  /** Test images at most; all without. */
  readonly evalLimit?: number | undefined;
  readonly backend?: BackendRequest | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Accuracy and loss on test images, which are normalised as the model's card says, or as the data set is where it has none. */
export async function evaluateModel(request: EvaluationRequest): Promise<Evaluation> {
  await chooseBackend(request.backend);
  const loaded = await loadModel(request.model);
  try {
    // Training images are of use only where their mean and deviation must be measured.
    const dataset = await loadDataset({ ...request, limit: loaded.card ? 1 : undefined });
    assertFits(loaded, dataset, request.model);
    const source: BatchSource = { ...dataset, ...loaded.card?.input };
    return await evaluate(loaded.model, source, dataset.test, {
      limit: request.evalLimit,
      signal: request.signal,
    });
  } finally {
    loaded.model.dispose();
  }
}

function assertFits({ model }: LoadedModel, dataset: Dataset, path: string): void {
  const [, height, width, channels] = model.inputs[0]?.shape ?? [];
  const classes = model.outputs[0]?.shape.at(-1);
  const fits =
    height === dataset.height &&
    width === dataset.width &&
    channels === dataset.channels &&
    classes === dataset.labels.length;
  if (fits) return;
  throw new AsfpError({
    code: 'model-data-differ',
    where: path,
    expected: `images of ${dataset.height}×${dataset.width}×${dataset.channels} and ${dataset.labels.length} classes, as ${dataset.name} has`,
    found: `${height}×${width}×${channels} and ${classes}`,
    cure: 'Evaluate it on the data set that it was trained on',
  });
}
