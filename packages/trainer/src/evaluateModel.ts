// Knows how a saved network is measured on a data set.
import { AsfpError } from '@asfp/core';
import type { BackendRequest } from './backend/backendNames.ts';
import { chooseBackend } from './backend/chooseBackend.ts';
import { registerTrainingKernels } from './backend/registerTrainingKernels.ts';
import { openPredictor } from './bridge/predictor.ts';
import type { BatchSource } from './data/batches.ts';
import type { Dataset, DatasetRequest } from './data/dataset.ts';
import { loadDataset } from './data/loadDataset.ts';
import { readModelFiles } from './record/readModelFiles.ts';
import { type Answer, type Evaluation, evaluateAnswers } from './train/evaluate.ts';

/** What is evaluated, on what. */
export interface EvaluationRequest extends Omit<DatasetRequest, 'limit' | 'imageSize'> {
  /** A model.json of either tfjs format, or its folder. */
  readonly model: string;
  /** Test images at most; all without. */
  readonly evalLimit?: number | undefined;
  readonly backend?: BackendRequest | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Accuracy and loss of a model of either tfjs format on test images, which are normalised as the model's card says, or as the data set is where it has none. */
export async function evaluateModel(request: EvaluationRequest): Promise<Evaluation> {
  await chooseBackend(request.backend);
  registerTrainingKernels();
  const files = await readModelFiles(request.model);
  const predictor = await openPredictor(files, files.file);
  try {
    // Training images are of use only where their mean and deviation must be measured.
    const dataset = await loadDataset({
      ...request,
      limit: files.card ? 1 : undefined,
      imageSize: sideOf(predictor.inputShape),
    });
    assertFits(predictor.inputShape, dataset, files.file);
    const source: BatchSource = { ...dataset, ...files.card?.input };
    const answer: Answer = async (batch) => {
      const logits = await predictor.predict(batch.images, batch.count);
      assertClasses(logits.length / batch.count, dataset, files.file);
      return logits;
    };
    return await evaluateAnswers(answer, source, dataset.test, {
      limit: request.evalLimit,
      signal: request.signal,
    });
  } finally {
    predictor.dispose();
  }
}

/** Height and width of a square input: what the pictures of a folder become. */
function sideOf([, height, width]: readonly (number | null)[]): number | undefined {
  return height === width ? (height ?? undefined) : undefined;
}

function assertFits([, ...found]: readonly (number | null)[], dataset: Dataset, path: string): void {
  const wanted = [dataset.height, dataset.width, dataset.channels];
  if (wanted.every((dim, i) => found[i] === dim)) return;
  throw differ(path, `images of ${wanted.join('×')}, as ${dataset.name} has`, found.join('×'));
}

function assertClasses(found: number, { labels, name }: Dataset, path: string): void {
  if (found !== labels.length) throw differ(path, `${labels.length} classes, as ${name} has`, String(found));
}

function differ(where: string, expected: string, found: string): AsfpError {
  const cure = 'Evaluate it on the data set that it was trained on';
  return new AsfpError({ code: 'model-data-differ', where, expected, found, cure });
}
