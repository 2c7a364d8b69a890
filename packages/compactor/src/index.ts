// The door of compactor: everything other packages may use, by name.
export { type Compacted, compact, convert } from './compact.ts';
export type { ConstantsMode, CutOptions } from './cutOptions.ts';
export { evenBorders } from './evenBorders.ts';
export { writeOnnx } from './exporters/writeOnnx.ts';
export { narrowWeights } from './passes/narrowWeights.ts';
export { widenWeights } from './passes/widenWeights.ts';
export { compareRuns, type OutputPair } from './proof/compareRuns.ts';
export { type Judged, judge, proofTolerance } from './proof/judge.ts';
export {
  fewImages,
  oracleBudget,
  type PartOfProof,
  proveOnOracle,
  shapesOf,
  workOf,
} from './proof/oracleProof.ts';
export { type InputRange, type ProofCase, type ProofCases, proofCases } from './proof/proofCases.ts';
export { proveEqual } from './proof/proveEqual.ts';
export { roundingBound } from './proof/roundingBound.ts';
export { seededInputs } from './proof/seededInputs.ts';
export { sumProof } from './proof/sumProof.ts';
export { pruneFilters } from './pruneFilters.ts';
export { compactReport, type ReportParts } from './report.ts';
