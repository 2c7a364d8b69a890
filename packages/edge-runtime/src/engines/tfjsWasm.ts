// Knows tfjs's wasm backend: its three binaries, its threads, and the ways in which it fails to start.
import { AsfpError } from '@asfp/core';
import { getThreadsCount, setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { env, setBackend } from '@tensorflow/tfjs-core';
import { checkShapes } from './checkShapes.ts';
import { checkWasmAllowed } from './checkWasmAllowed.ts';
import { doubtfulConvs } from './doubtfulConvs.ts';
import type { Engine, EngineFacts, EngineOptions } from './engine.ts';
import { loadOnTfjs } from './loadOnTfjs.ts';
import { backendNamed, initialiseOnce, onBackend } from './onBackend.ts';
import { tfjsWasmFiles } from './tfjsWasmFiles.ts';

const ENGINE = 'tfjs-wasm';
const START_TIMEOUT_MS = 30_000;

/** The wasm engine. */
export const tfjsWasm: Engine = {
  start: startWasm,
  load: async (file) => {
    const doubtful = doubtfulConvs(file, checkShapes(file));
    if (doubtful.length > 0) await (await import('./testConvs.ts')).testConvs(doubtful, file.url);
    return loadOnTfjs('wasm', file);
  },
};

async function startWasm(options: EngineOptions): Promise<EngineFacts> {
  await initialiseOnce('wasm', () => initialise(options));
  return onBackend('wasm', () => ({
    engine: ENGINE,
    threads: runningThreads(),
    webglRenderer: null,
    webgpuAdapter: null,
    softwareGl: false,
  }));
}

async function initialise(options: EngineOptions): Promise<void> {
  checkWasmAllowed(ENGINE);
  const { threads } = options;
  // In Node tfjs finds its files by itself.
  const wasmPaths = options.wasmPaths ?? (typeof location === 'undefined' ? undefined : tfjsWasmFiles());
  const binary = await binaryName();
  if (wasmPaths !== undefined) {
    const url = typeof wasmPaths === 'string' ? wasmPaths + binary : wasmPaths[binary];
    if (url === undefined) throw notFound(`wasmPaths[${JSON.stringify(binary)}]`, 'no address');
    await checkBinary(new URL(url, typeof location === 'undefined' ? undefined : location.href).href);
    setWasmPaths(typeof wasmPaths === 'string' ? wasmPaths : { ...wasmPaths });
  }
  if (threads !== undefined) setThreadsCount(threads);
  if (!(await inTime(setBackend('wasm')))) {
    throw notFound(binary, 'a file that does not start; the console says more');
  }
}

/** A worker that fails to start leaves tfjs waiting for ever. */
async function inTime<T>(start: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate()), START_TIMEOUT_MS);
  });
  try {
    return await Promise.race([start, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(): AsfpError {
  return new AsfpError({
    code: 'wasm-start',
    where: `engine ${ENGINE}`,
    expected: `a start within ${START_TIMEOUT_MS / 1000} s`,
    found: 'workers that do not answer',
    cure: "Allow them in the page's Content-Security-Policy (worker-src blob:), or serve it without cross-origin isolation to run on one thread",
  });
}

/** Which of the three binaries tfjs is going to ask for. */
async function binaryName(): Promise<string> {
  const simd = await env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const threads = await env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT');
  return `tfjs-backend-wasm${simd ? (threads ? '-threaded-simd' : '-simd') : ''}.wasm`;
}

/** A server may answer a missing file with a page, which tfjs reports without its address: look at the first bytes. */
async function checkBinary(url: string): Promise<void> {
  const stop = new AbortController();
  let start: Uint8Array;
  try {
    const response = await fetch(url, { signal: stop.signal });
    if (!response.ok) throw notFound(url, `status ${response.status}`);
    start = (await response.body?.getReader().read())?.value ?? new Uint8Array();
  } catch (cause) {
    if (cause instanceof AsfpError) throw cause;
    throw notFound(url, `no answer (${cause instanceof Error ? cause.message : String(cause)})`);
  } finally {
    stop.abort();
  }
  const magic = [0, 0x61, 0x73, 0x6d];
  if (magic.some((byte, i) => start[i] !== byte)) {
    const found = Array.from(start.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
    throw notFound(url, `a file that begins with ${found.join(' ') || 'nothing'}`);
  }
}

/** The workers that tfjs keeps running and the page's own thread; one where the binary has no threads. */
function runningThreads(): number {
  const module = (backendNamed('wasm') as { wasm?: { PThread?: { runningWorkers: unknown[] } } }).wasm;
  return module?.PThread ? Math.min(getThreadsCount(), module.PThread.runningWorkers.length + 1) : 1;
}

function notFound(where: string, found: string): AsfpError {
  return new AsfpError({
    code: 'wasm-file',
    where,
    expected: "tfjs's WebAssembly file",
    found,
    cure: 'Serve the .wasm files of @tensorflow/tfjs-backend-wasm 4.22.0 and pass their addresses as `wasmPaths`',
  });
}
