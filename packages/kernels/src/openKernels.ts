// Knows how the module is instantiated over a memory, and what it exports.
import type { KernelName } from './kernelTable.ts';

/** The kernels over one memory; each takes its arguments in the order of kernelTable. */
export interface Kernels extends Readonly<Record<KernelName, (...args: readonly number[]) => void>> {
  readonly memory: WebAssembly.Memory;
  /**
   * Runs the encoded steps between two addresses; of each, part `part` of `parts`, cut across the columns of convolutions
   * when `byColumns` is 1. One part is all of it.
   */
  run(program: number, end: number, part: number, parts: number, byColumns: number): void;
  /** Bytes of scratch; parameters as in assembly/convGemm.ts. */
  convGemmScratch(
    channels: number,
    used: number,
    cols: number,
    kh: number,
    kw: number,
    dilationX: number,
  ): number;
  /** Bytes of scratch; parameters as in assembly/winograd.ts. */
  winogradScratch(
    batch: number,
    width: number,
    channels: number,
    yHeight: number,
    yWidth: number,
    cols: number,
    tile: number,
    points: number,
    stride: number,
  ): number;
  /** Bytes of scratch; parameters as in assembly/depthwise.ts. */
  depthwiseScratch(
    channels: number,
    yWidth: number,
    kh: number,
    kw: number,
    strideX: number,
    dilationY: number,
    dilationX: number,
  ): number;
}

const PAGE = 65_536;

/** Puts the compiled module over a new memory of at least `bytes` bytes; compiles nothing. `shared` as the module was declared. */
export function openKernels(module: WebAssembly.Module, bytes: number, shared = false): Kernels {
  const pages = Math.ceil(bytes / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { ...exports, memory } as unknown as Kernels;
}
