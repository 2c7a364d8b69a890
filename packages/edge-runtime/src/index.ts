// The door of the edge runtime: everything a page may use, by name.
export type {
  EngineChoice,
  EngineFacts,
  EngineName,
  EngineOptions,
  TensorSpec,
} from './engines/engine.ts';
export { engineNames } from './engines/loadEngine.ts';
export { startEngine } from './engines/startEngine.ts';
export type { FetchOptions, FetchProgress } from './fetch/fetchModel.ts';
export type { ModelBytes, ModelSource } from './fetch/modelSource.ts';
export type { InputArray, InputValues } from './input/inputTensors.ts';
export { type Pixels, pixelsToInput } from './input/pixelsToInput.ts';
export type { Picture } from './input/readPicture.ts';
export { type LabelScore, topLabels } from './input/topLabels.ts';
export { type Clock, clockResolution, now } from './latency/clock.ts';
export {
  type CompareOptions,
  type Comparison,
  compareLatency,
  type Rival,
  type RivalTimes,
  ratioOf,
} from './latency/compareLatency.ts';
export { type PageGlobals, readEnvironment } from './latency/environment.ts';
export { measureOnce, type Timed } from './latency/measureOnce.ts';
export { type RawSubject, toReport } from './latency/toReport.ts';
export type { SessionInfo } from './open/sessionInfo.ts';
export { type OpenOptions, openModel } from './openModel.ts';
export { type ClassifyOptions, type PictureInput, type RunOptions, Session } from './session.ts';
