// Knows what the module offers: the kernels one by one, how much scratch they need, and a list of them.
export { convGemm, convGemmScratch } from './convGemm';
export { depthwise, depthwiseScratch } from './depthwise';
export { affine, binary, clearPads, softmax, unary } from './elementwise';
export { copy, fill, gather, resize } from './movement';
export { pool, reduceAxes } from './pool';
export { run } from './program';
export { scatterRows } from './scatterRows';
export { winograd, winogradScratch } from './winograd';
