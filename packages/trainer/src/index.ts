// The door of trainer: everything other packages may use, by name.

export {
  type BackendName,
  type BackendRequest,
  type BackendStatus,
  backendNames,
} from './backend/backendNames.ts';
export { listBackends } from './backend/listBackends.ts';
export { installNative, type NativeRequest, removeNative } from './backend/native/installNative.ts';
export type { NativeNote } from './backend/native/nativeHome.ts';
export { type PlainBackendName, usePlainBackend } from './backend/usePlainBackend.ts';
export { compareOnImages, type ImageComparison } from './bridge/compareOnImages.ts';
export { type Answer, openPredictor, type Predictor } from './bridge/predictor.ts';
export { type Augmentation, augmentations } from './data/augment.ts';
export { type Batch, type BatchSource, evalBatches } from './data/batches.ts';
export {
  type Dataset,
  type DatasetName,
  type DatasetRequest,
  datasetNames,
  type ImageSplit,
} from './data/dataset.ts';
export { loadDataset } from './data/loadDataset.ts';
export { type TestImage, testImages } from './data/testImages.ts';
export { type EvaluationRequest, evaluateModel } from './evaluateModel.ts';
export { buildModel, type ModelName, modelNames } from './models/models.ts';
export { settleKinds } from './prune/settleBatchNorm.ts';
export { scoreLogits } from './train/crossEntropy.ts';
export type { Evaluation } from './train/evaluate.ts';
export { presetNames } from './train/presets.ts';
export {
  batchNormKinds,
  couplingNames,
  type Resolved,
  resolveSettings,
  type TrainOptions,
} from './train/settings.ts';
export { stepSpeed } from './train/stepSpeed.ts';
export { type RunControl, train } from './train.ts';
