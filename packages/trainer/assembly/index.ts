// The door of the kernels: what the TypeScript side may call.
export { addChunks, depthwiseFilterSums, depthwiseInputGrad } from './depthwise';
export { add, relu, reluGrad } from './elementwise';
export { packPanels } from './gemm';
export { moveBlock } from './movement';
export {
  normApply,
  normGradInput,
  normGradStatistics,
  normGradSums,
  normMoments,
  normScales,
  normStatistics,
} from './norm';
export { averagePoolGrad, maxPoolGrad } from './pool';
export {
  unrolledConv,
  unrolledFilter,
  unrolledFilterSums,
  unrolledInputGrad,
  unrolledScratch,
} from './unrolled';
export { winogradConv, winogradFilterSums, winogradScratch } from './winograd';
export { winogradFilter, winogradWeights } from './winogradWeights';
