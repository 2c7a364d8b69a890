// Knows the steps of a program while it is written: their arguments may be addresses that nobody knows yet.
import type { KernelArguments, KernelName, Step } from '@asfp/kernels';

/** A place in a buffer. */
export interface Place {
  readonly buffer: number;
  readonly bytes: number;
}

/** Memory that steps read and write. */
export interface BufferDraft {
  readonly bytes: number;
  /** What a constant holds; such a buffer lives for ever. */
  readonly data: Uint8Array | undefined;
  /** True where every thread that takes a part of the step needs such memory of its own. */
  readonly isScratch?: true;
  /** The first and the last step that touch it; `Infinity` for results. */
  first: number;
  last: number;
}

/** A step with places for addresses. */
export interface StepDraft {
  readonly kernel: KernelName;
  readonly args: Readonly<Record<string, number | Place>>;
}

type Draft<K extends KernelName> = { readonly [A in keyof KernelArguments<K>]: number | Place };

/** A program that is being written. */
export interface StepList {
  readonly buffers: readonly BufferDraft[];
  readonly steps: readonly StepDraft[];
  /** Memory for a value between steps. */
  value(floats: number): Place;
  /** Memory that holds these numbers; the same array is stored once. */
  constant(data: Float32Array | Int32Array | Uint8Array): Place;
  /** Memory that one step alone uses. */
  scratch(bytes: number): Place;
  add<K extends KernelName>(kernel: K, args: Draft<K>): void;
  /** Keeps a buffer alive from before the first step, or beyond the last. */
  keep(place: Place, when: 'fromStart' | 'toEnd'): void;
}

/** An empty program. */
export function startSteps(): StepList {
  const buffers: BufferDraft[] = [];
  const steps: StepDraft[] = [];
  const constants = new Map<object, Place>();
  const allocate = (
    bytes: number,
    rest: Pick<BufferDraft, 'data' | 'isScratch'> = { data: undefined },
  ): Place => {
    buffers.push({ bytes, ...rest, first: Number.POSITIVE_INFINITY, last: -1 });
    return { buffer: buffers.length - 1, bytes: 0 };
  };
  return {
    buffers,
    steps,
    value: (floats) => allocate(floats * 4),
    scratch: (bytes) => allocate(bytes, { data: undefined, isScratch: true }),
    constant(data) {
      const known = constants.get(data);
      if (known) return known;
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      const place = allocate(data.byteLength, { data: bytes });
      constants.set(data, place);
      return place;
    },
    add(kernel, args) {
      for (const arg of Object.values<number | Place>(args)) {
        if (typeof arg === 'number') continue;
        const buffer = buffers[arg.buffer] as BufferDraft;
        buffer.first = Math.min(buffer.first, steps.length);
        buffer.last = Math.max(buffer.last, steps.length);
      }
      steps.push({ kernel, args });
    },
    keep(place, when) {
      const buffer = buffers[place.buffer] as BufferDraft;
      if (when === 'fromStart') buffer.first = -1;
      else buffer.last = Number.POSITIVE_INFINITY;
    },
  };
}

/** The step with numbers in all its places. */
export function placed(step: StepDraft, addresses: readonly number[]): Step {
  const args = Object.fromEntries(
    Object.entries(step.args).map(([name, arg]) => [
      name,
      typeof arg === 'number' ? arg : (addresses[arg.buffer] as number) + arg.bytes,
    ]),
  );
  return { kernel: step.kernel, args } as unknown as Step;
}
