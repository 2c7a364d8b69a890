// Knows how the module's one import is declared a shared memory, which is all that sets a module for threads apart.

/** The import `env.memory`, up to the byte that says what memory it is. */
const IMPORT = [3, ...new TextEncoder().encode('env'), 6, ...new TextEncoder().encode('memory'), 2];

/** `[minimum, maximum]` alone, and the same of a shared memory. */
const [LIMITED, SHARED] = [1, 3];

/** The bytes of a build, declared to import a shared memory; throws an Error where they are not the kernels'. */
export function shareMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = Uint8Array.from(bytes);
  const at = out.findIndex((_, i) => IMPORT.every((byte, j) => out[i + j] === byte)) + IMPORT.length;
  if (at < IMPORT.length || out[at] !== LIMITED) throw new Error('a file without the kernels\u2019 memory');
  out[at] = SHARED;
  return out;
}
