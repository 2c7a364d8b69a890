// Knows the names under which kernels of ours, which tfjs has not, stand in its registry.

/** The names, each with what it computes in its own file. */
export const ownKernels = {
  normTraining: 'AsfpBatchNormTraining',
  normTrainingGrad: 'AsfpBatchNormTrainingGrad',
  reluGrad: 'AsfpReluGrad',
} as const;
