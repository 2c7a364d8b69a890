// Knows a graph in the kernels' memory: a program for each shape of input that was seen, run without allocating.
import { AsfpError, type Dim, type Graph, type HostTensor, sizeOf } from '@asfp/core';
import { encodeProgram, type Kernels, openKernels, type Step } from '@asfp/kernels';
import { type LoweredGraph, lower } from './lower.ts';
import { planMemory } from './memoryPlan.ts';
import { type BufferDraft, placed } from './stepList.ts';
import type { SharedProgram, Threads } from './threads/startThreads.ts';

/** Bytes at the foot of the memory that nothing uses, so that no address is 0. */
const FOOT = 1024;

/** Bytes to which each thread's piece of scratch is rounded, the vector that ends in it included. */
const PIECE = 64;

/** Bytes of programs for several shapes, above which those go whose last run is longest ago. */
const MOST_KEPT = 2 ** 29;

/** What a 32-bit memory can hold. */
const MOST_BYTES = 2 ** 32 - 65_536;

/** A program in a memory of its own; what was copied there is held nowhere else. */
interface Loaded extends Pick<LoweredGraph, 'inputs' | 'outputs'> {
  readonly kernels: Kernels;
  readonly addresses: readonly number[];
  readonly program: number;
  readonly end: number;
  /** Set where threads have something to share. */
  readonly shared: SharedProgram | undefined;
}

/** A graph that runs on the kernels. */
export interface CompiledModel {
  /** Runs once; inputs by node name. Results in the order of the graph's outputs. */
  run(inputs: ReadonlyMap<string, HostTensor>): readonly HostTensor[];
  /** Lets the memory go. */
  dispose(): void;
}

/**
 * Compiles a graph for single pictures, and for other shapes when they come; with threads, whose module has a shared memory,
 * they share each run. Throws AsfpError `engine-op` for an op that the kernels cannot do, `engine-memory` for a graph that no
 * 32-bit memory holds.
 */
export function compileModel(graph: Graph, module: WebAssembly.Module, threads?: Threads): CompiledModel {
  const sizes = openKernels(module, 1, threads !== undefined);
  const programs = new Map<string, Loaded>();
  const load = (shapes: Readonly<Record<string, readonly number[]>>): Loaded => {
    const key = JSON.stringify(shapes);
    const known = programs.get(key);
    const loaded = known ?? place(lower(graph, shapes, sizes), module, graph.name, threads);
    // The latest stands last.
    programs.delete(key);
    programs.set(key, loaded);
    if (known) return known;
    for (const [old, { shared }] of programs) {
      if (old === key || held() <= MOST_KEPT) break;
      if (shared) threads?.forget(shared);
      programs.delete(old);
    }
    return loaded;
  };
  const held = (): number =>
    [...programs.values()].reduce((sum, { kernels }) => sum + kernels.memory.buffer.byteLength, 0);
  const declared = declaredShapes(graph);
  if (declared) load(declared);
  return {
    run(inputs) {
      const loaded = load(Object.fromEntries([...inputs].map(([name, { shape }]) => [name, shape])));
      return runOnce(loaded, inputs, threads);
    },
    dispose() {
      for (const { shared } of programs.values()) if (shared) threads?.forget(shared);
      programs.clear();
    },
  };
}

function runOnce(
  loaded: Loaded,
  inputs: ReadonlyMap<string, HostTensor>,
  threads: Threads | undefined,
): HostTensor[] {
  const { kernels, inputs: places, outputs, addresses, program, end, shared } = loaded;
  const { buffer } = kernels.memory;
  for (const [name, value] of places) {
    const values = inputs.get(name)?.values as Float32Array;
    new Float32Array(buffer, addresses[value.place.buffer], values.length).set(values);
  }
  if (shared && threads) threads.run(shared, kernels);
  else kernels.run(program, end, 0, 1, 0);
  return outputs.map(({ shape, value }) => {
    const at = (addresses[value.place.buffer] as number) + value.place.bytes;
    return { dtype: 'float32', shape, values: new Float32Array(buffer, at, sizeOf(shape)).slice() };
  });
}

/** The declared shapes for one picture; undefined where more than the batch is open. */
function declaredShapes(graph: Graph): Record<string, number[]> | undefined {
  const shapes: Record<string, number[]> = {};
  for (const node of graph.nodes) {
    if (node.op !== 'input') continue;
    const shape = node.attrs.shape.map((dim: Dim, axis) => dim ?? (axis === 0 ? 1 : null));
    if (shape.includes(null)) return undefined;
    shapes[node.name] = shape as number[];
  }
  return shapes;
}

/** Puts the constants and the program of a lowered graph into a memory of their own; for each thread with its own scratch. */
function place(
  { list, inputs, outputs }: LoweredGraph,
  module: WebAssembly.Module,
  name: string,
  threads: Threads | undefined,
): Loaded {
  const { buffers, steps } = list;
  const copies = threads?.count ?? 1;
  const { addresses, end: program } = planMemory(
    buffers.map((buffer) => (buffer.isScratch ? { ...buffer, bytes: copies * pieceOf(buffer) } : buffer)),
    FOOT,
  );
  const programs = Array.from({ length: copies }, (_, thread) => {
    const own = addresses.map((address, i) => {
      const buffer = buffers[i] as BufferDraft;
      return buffer.isScratch ? address + thread * pieceOf(buffer) : address;
    });
    return steps.map((step) => placed(step, own));
  });
  const words = programs.map(encodeProgram);
  const copyBytes = (words[0] as Uint8Array).byteLength;
  const end = program + copies * copyBytes;
  if (end > MOST_BYTES) throw tooLarge(name, end);
  let kernels: Kernels;
  try {
    // Vectors at the end of a buffer may reach a little further.
    kernels = openKernels(module, end + 64, threads !== undefined);
  } catch (cause) {
    throw tooLarge(name, end, cause);
  }
  const memory = new Uint8Array(kernels.memory.buffer);
  for (const [i, buffer] of buffers.entries()) if (buffer.data) memory.set(buffer.data, addresses[i]);
  for (const [thread, copy] of words.entries()) memory.set(copy, program + thread * copyBytes);
  const chunks = threads?.split(programs[0] as Step[]);
  const shared = chunks && threads?.load({ memory: kernels.memory, chunks, begin: program, copyBytes });
  return { inputs, outputs, kernels, addresses, program, end: program + copyBytes, shared };
}

function pieceOf({ bytes }: BufferDraft): number {
  return Math.ceil((bytes + 16) / PIECE) * PIECE;
}

function tooLarge(name: string, bytes: number, cause?: unknown): AsfpError {
  return new AsfpError(
    {
      code: 'engine-memory',
      where: name,
      expected: 'a network and pictures that fit the memory of WebAssembly',
      found: `${(bytes / 2 ** 20).toFixed(0)} MiB`,
      cure: 'Run fewer or smaller pictures at a time',
    },
    { cause },
  );
}
