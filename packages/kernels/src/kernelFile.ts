// Knows the two builds of the kernels: where their files are, and which of them an engine can take.

/** A build: plain SIMD, or relaxed SIMD, whose fused multiply-add rounds once and takes one instruction. */
export type KernelBuild = 'simd' | 'relaxed-simd';

/** The address of a build's file, as bundlers find it. */
export function kernelFile(build: KernelBuild): URL {
  return build === 'simd'
    ? new URL('../wasm/kernels.simd.wasm', import.meta.url)
    : new URL('../wasm/kernels.relaxed-simd.wasm', import.meta.url);
}

/** `(func (result v128) …)` of constants: the frame of the smallest module that uses an instruction. */
const FRAME = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];
const ZEROS = [65, 0, 253, 15];

/** The code of that function: `i8x16.splat`, and three of them under `f32x4.relaxed_madd`. */
const CODE: Readonly<Record<KernelBuild, readonly number[]>> = {
  simd: [10, 8, 1, 6, 0, ...ZEROS, 11],
  'relaxed-simd': [10, 19, 1, 17, 0, ...ZEROS, ...ZEROS, ...ZEROS, 253, 133, 2, 11],
};

/** The fastest build that this engine validates; undefined where it has no SIMD at all. */
export function bestBuild(): KernelBuild | undefined {
  const can = (build: KernelBuild): boolean =>
    WebAssembly.validate(Uint8Array.from([...FRAME, ...CODE[build]]));
  return can('relaxed-simd') ? 'relaxed-simd' : can('simd') ? 'simd' : undefined;
}
