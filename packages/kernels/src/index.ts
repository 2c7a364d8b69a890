// The door of the kernels: programs, packing, and the module.
export { encodeProgram, type Step } from './encodeProgram.ts';
export { binaryCodes, functionCodes, reduceCodes } from './functionCodes.ts';
export { kernelBytes } from './kernelBytes.ts';
export { bestBuild, type KernelBuild, kernelFile } from './kernelFile.ts';
export { type KernelArguments, type KernelName, kernelNames, kernelTable } from './kernelTable.ts';
export { type Kernels, openKernels } from './openKernels.ts';
export { type ConvKernel, packConvGemm, packDepthwise } from './packConv.ts';
export { packPanels, up4 } from './packPanels.ts';
export { type Points, packWinograd, winogradTile } from './packWinograd.ts';
export { scatterTable } from './scatterTable.ts';
export { shareMemory } from './shareMemory.ts';
