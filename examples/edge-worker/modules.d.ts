// Knows what the files are that a worker's platform hands over: a compiled module, bytes, and what JSON says.
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
declare module '*.bin' {
  const bytes: ArrayBuffer;
  export default bytes;
}
declare module '*/model.json' {
  const model: object;
  export default model;
}
