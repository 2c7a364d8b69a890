// Knows what the compiled kernels are called and what they take; the AssemblyScript of packages/trainer/assembly says the rest.

/** The functions that share their work: they begin with the chunk counter, the number of chunks and a thread's scratch. */
export const sharedKernels = [
  'add',
  'averagePoolGrad',
  'depthwiseFilterSums',
  'depthwiseInputGrad',
  'maxPoolGrad',
  'normApply',
  'normGradInput',
  'normGradSums',
  'normMoments',
  'relu',
  'reluGrad',
  'unrolledConv',
  'unrolledFilterSums',
  'unrolledInputGrad',
  'winogradConv',
  'winogradFilterSums',
] as const;

/** The name of a function that several threads may run at once. */
export type SharedKernel = (typeof sharedKernels)[number];

/** The exports of the compiled module; all arguments are numbers, addresses in bytes. */
export type KernelExports = Readonly<Record<SharedKernel, (...args: number[]) => void>> & {
  addChunks(sums: number, chunks: number, size: number): void;
  moveBlock(...args: number[]): void;
  normGradStatistics(...args: number[]): void;
  normScales(variance: number, gamma: number, channels: number, epsilon: number, scales: number): void;
  normStatistics(...args: number[]): void;
  packPanels(b: number, depth: number, cols: number, rowStep: number, colStep: number, out: number): void;
  unrolledFilter(sums: number, chunks: number, shape: number, dw: number): void;
  unrolledScratch(shape: number, block: number): number;
  winogradFilter(sums: number, chunks: number, from: number, to: number, dw: number, scratch: number): void;
  winogradScratch(xWidth: number, yWidth: number, from: number, to: number, tileRows: number): number;
  winogradWeights(...args: number[]): void;
};
