// The door of core: everything other packages may use, by name.
export { l2Norm } from './criteria/l2Norm.ts';
export { AsfpError, assertInternal, describeError, type Failure, InternalError } from './errors.ts';
export type { CompactReport, Cost, LayerChange, PassRecord, Proof } from './formats/compactReport.ts';
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
export { checkRate, prunedCount, pruneRate, type ScheduleName } from './plan/schedule.ts';
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
export { takeAxis } from './tensor/takeAxis.ts';
