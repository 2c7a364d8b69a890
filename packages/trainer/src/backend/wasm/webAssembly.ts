// Knows the few names of WebAssembly that are used here; Node has them, its type declarations do not.

/** A module's memory. */
export interface WasmMemory {
  /** A SharedArrayBuffer where the memory is shared; replaced by a larger one when the memory grows. */
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
}

/** What makes memories, compiles modules and joins the two. */
export interface WebAssemblyApi {
  readonly Memory: new (limits: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => WasmMemory;
  /** Whether a module could be compiled here. */
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

/** The engine's WebAssembly. */
export const webAssembly: WebAssemblyApi = (globalThis as unknown as { WebAssembly: WebAssemblyApi })
  .WebAssembly;
