// Knows whether a page may compile WebAssembly at all.
import { AsfpError } from '@asfp/core';

/** Throws AsfpError `wasm-blocked` where a page's policy forbids wasm; the smallest module there is finds out. */
export function checkWasmAllowed(engine: string): void {
  try {
    if (typeof WebAssembly === 'undefined') throw new Error('no WebAssembly');
    new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'wasm-blocked',
        where: `engine ${engine}`,
        expected: 'a page that may compile WebAssembly',
        found: cause instanceof Error ? cause.message : String(cause),
        cure: "Allow it in the page's Content-Security-Policy: script-src 'wasm-unsafe-eval'",
      },
      { cause },
    );
  }
}
