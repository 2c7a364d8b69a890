// Knows the training backends by name, what a chosen one tells about itself, and why one is passed over.

/** A backend that can train, best first; webgpu, whose speed depends most on the machine, is taken only by its name. */
export const backendNames = ['node-gpu', 'node', 'wasm', 'cpu', 'webgpu'] as const;

/** The name of one backend, as users type it. */
export type BackendName = (typeof backendNames)[number];

/** What `--backend` takes: a name, or the best of those that work. */
export type BackendRequest = 'auto' | BackendName;

/** Why a backend is not used, and what would make it usable. */
export interface BackendRefusal {
  readonly name: BackendName;
  readonly reason: string;
  readonly cure: string;
}

/** A backend that is loaded and is tfjs's current one. */
export interface TrainingBackend {
  readonly name: BackendName;
  /** The version of the npm package, with the native library's where there is one. */
  readonly version: string;
  /** The processor and how it is used, in words for a person. */
  readonly device: string;
  /** The better backends that were passed over; empty when the best one or a named one runs. */
  readonly why: readonly BackendRefusal[];
}

/** A backend that has just become tfjs's current one. */
export interface OpenedBackend {
  readonly name: BackendName;
  /** The name under which tfjs knows it. */
  readonly tfjsName: string;
  readonly version: string;
  readonly device: string;
}

/** One row of `asfp doctor`. */
export type BackendStatus =
  | {
      readonly name: BackendName;
      readonly usable: true;
      readonly version: string;
      readonly device: string;
      /** Of one small training step, where it was measured. */
      readonly imagesPerSecond?: number;
    }
  | { readonly name: BackendName; readonly usable: false; readonly reason: string; readonly cure: string };
