// The door of core: everything other packages may use, by name.
export { type CostTable, costTable, type LayerCost, zeroFiltersOf } from './cost/costTable.ts';
export { type ChannelConstants, channelConstants } from './coupling/channelConstants.ts';
export {
  type ChannelGroups,
  type ChannelStream,
  type ChannelWall,
  channelGroups,
  type StreamBranch,
} from './coupling/channelGroups.ts';
export { type ChannelShuffle, channelShuffles } from './coupling/channelShuffle.ts';
export { type ChannelUse, carrierOf, channelUse, type MoreUse } from './coupling/channelUse.ts';
export { channelWall } from './coupling/channelWall.ts';
export { channelWeights } from './coupling/channelWeights.ts';
export { keepsLastAxis, worksOnLastAxis } from './coupling/lastAxis.ts';
export { windowSeesPadding } from './coupling/windowSeesPadding.ts';
export { l2Norm } from './criteria/l2Norm.ts';
export {
  type CriterionName,
  criterionNames,
  scoreFilters,
  weightCriteria,
} from './criteria/scoreFilters.ts';
export { AsfpError, assertInternal, describeError, type Failure, InternalError } from './errors.ts';
export type {
  Change,
  CompactReport,
  Cost,
  Distance,
  KeepSet,
  LayerChange,
  PassRecord,
  Proof,
  ProofRun,
  Pruning,
  Rounding,
} from './formats/compactReport.ts';
export type {
  LatencyComparison,
  LatencyEnvironment,
  LatencyReport,
  LatencySubject,
} from './formats/latencyReport.ts';
export { type ModelCard, type ModelInput, readModelCard } from './formats/modelCard.ts';
export {
  type EndEvent,
  type EpochEvent,
  parseEvents,
  type RunEvent,
  type RunSettings,
  type StartEvent,
  type StepEvent,
} from './formats/runFile.ts';
export type {
  BinaryFn,
  ConvNode,
  Dim,
  ExplicitPad,
  FusedActivation,
  Graph,
  GraphNode,
  GraphOutput,
  OpAttrs,
  OpKind,
  Padding,
  Pair,
  UnaryFn,
} from './graph/graph.ts';
export { inferShapes } from './graph/inferShapes.ts';
export { broadcast, type Shape, shapeOf, showShape } from './graph/ops.ts';
export { parseGraph } from './graph/parseGraph.ts';
export { printGraph } from './graph/printGraph.ts';
export { validate } from './graph/validate.ts';
export {
  constantTensor,
  hasOpaque,
  inReadingOrder,
  nodesByName,
  outputNodes,
  readersOf,
} from './graph/walk.ts';
export { seesPadding, windowAxis } from './graph/window.ts';
export { activate, combine } from './interpret/elementwise.ts';
export type { RealTensor } from './interpret/realTensor.ts';
export { evaluate, type Feeds, runGraph } from './interpret/runGraph.ts';
export { groupSize } from './modelfile/decodeWeights.ts';
export {
  type ModelFiles,
  type ModelJson,
  readModelJson,
  shardPaths,
  type WeightGroup,
} from './modelfile/manifest.ts';
export { readGraphFiles } from './modelfile/readGraphFiles.ts';
export { readModel } from './modelfile/readModel.ts';
export { paddingAsScatter } from './modelfile/scatterSpelling.ts';
export { type WrittenModel, writeGraphModel } from './modelfile/writeGraphModel.ts';
export { writeLayersModel } from './modelfile/writeLayersModel.ts';
export { isRecord } from './plainValues.ts';
export { answerLayers } from './plan/answerLayers.ts';
export { chooseFilters, type LayerQuota } from './plan/chooseFilters.ts';
export { type FilterGroup, filterGroups } from './plan/filterGroups.ts';
export { type FilterPlan, ratePlan, thresholdPlan } from './plan/filterPlan.ts';
export { fitsPattern, type LayerRates, layerGoal } from './plan/layerGoal.ts';
export { paperMacs } from './plan/paperMacs.ts';
export { predictMacs } from './plan/predictMacs.ts';
export {
  checkRate,
  checkSchedule,
  prunedCount,
  pruneRate,
  type Schedule,
  type ScheduleName,
  scheduleNames,
} from './plan/schedule.ts';
export { weakest } from './plan/weakest.ts';
export { type Rng, rngFromSeed, rngFromState, shuffledOrder } from './rng.ts';
export { bootstrapInterval, mean, median, quantile } from './stats.ts';
export {
  bytesPerElement,
  type DType,
  float32Tensor,
  type HostTensor,
  int32Tensor,
  normalAxis,
  sizeOf,
  stridesOf,
} from './tensor/hostTensor.ts';
export { normScale } from './tensor/normScale.ts';
export { scaleChannels } from './tensor/scaleChannels.ts';
export { narrow, type StoredForm, type StoredType, storedZero } from './tensor/storedForm.ts';
export { takeAxis } from './tensor/takeAxis.ts';
