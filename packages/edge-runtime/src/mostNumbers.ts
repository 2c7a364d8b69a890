// Knows how large a value may be on any engine that runs on WebAssembly.

/** More numbers than any network has in one value, and few enough that their bytes can be counted in 32 bits. */
export const mostNumbers: number = 2 ** 29;
