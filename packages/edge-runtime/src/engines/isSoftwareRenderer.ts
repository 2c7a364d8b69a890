// Knows the names of renderers that are no GPU.

/** True for the names of rasterisers that run on the CPU. */
export function isSoftwareRenderer(renderer: string): boolean {
  return /swiftshader|llvmpipe|softpipe|swrast|software|basic render/i.test(renderer);
}
