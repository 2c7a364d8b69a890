// Knows the few names of WebAssembly that are used here; Node has them, its type declarations do not.

/** A module's memory. */
export interface WasmMemory {
  /** A SharedArrayBuffer where the memory is shared; replaced by a larger one when the memory grows. */
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
}

/** Compiles a module and joins it to a memory. */
export interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

/** The engine's WebAssembly. */
export const webAssembly: WebAssemblyApi = (globalThis as unknown as { WebAssembly: WebAssemblyApi })
  .WebAssembly;
