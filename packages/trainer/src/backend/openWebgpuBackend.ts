// Knows how tfjs's WebGPU backend starts in Node, on Dawn: any GPU with a Vulkan, Metal or Direct3D 12 driver, CUDA or not.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { describeError } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendRefusal, OpenedBackend } from './backendNames.ts';

/** Dawn for Node, in the version that was tried: 50 MB to download, so only who wants it installs it. */
const dawnPackage = 'webgpu';
const INSTALL = `install ${dawnPackage}@0.6.2 as docs/gpu-servers.md tells`;
const USE_WASM = 'or use --backend wasm, which needs nothing';

/** The part of a WebGPU adapter that is used here. */
interface Adapter {
  readonly info: { readonly vendor: string; readonly architecture: string; readonly description: string };
}

interface Gpu {
  requestAdapter(options: object): Promise<Adapter | null>;
}

/** What the package `webgpu` exports. */
interface Dawn {
  readonly create: (options: readonly string[]) => Gpu;
  readonly globals: object;
}

/** Starts the backend, or says what is missing. */
export async function openWebgpuBackend(): Promise<OpenedBackend | BackendRefusal> {
  const name = 'webgpu';
  const path = installedPath(dawnPackage);
  if (path === undefined) {
    return { name, reason: `the package ${dawnPackage} is not installed`, cure: `${INSTALL}, ${USE_WASM}` };
  }
  const cure = `see docs/gpu-servers.md, ${USE_WASM}`;
  try {
    const adapter = await startDawn((await import(pathToFileURL(path).href)) as Dawn);
    if (adapter === null) return { name, reason: 'no GPU with a Vulkan driver was found', cure };
    await import('@tensorflow/tfjs-backend-webgpu');
    if (!(await tf.setBackend(name))) return { name, reason: 'it did not start', cure };
    const { vendor, architecture, description } = adapter.info;
    const device = `${vendor} ${architecture}${description === '' ? '' : ` (${description})`}`;
    return { name, tfjsName: name, version: tf.version_core, device };
  } catch (error) {
    return { name, reason: describeError(error), cure };
  }
}

/** Makes `navigator.gpu` what it is in a browser, where it is not yet; null where there is no adapter. */
async function startDawn({ create, globals }: Dawn): Promise<Adapter | null> {
  const scope = globalThis as { navigator?: { gpu?: Gpu } };
  if (scope.navigator?.gpu === undefined) {
    Object.assign(globalThis, globals);
    if (scope.navigator === undefined) scope.navigator = {};
    Object.defineProperty(scope.navigator, 'gpu', { value: create([]), configurable: true });
  }
  return scope.navigator?.gpu?.requestAdapter({ powerPreference: 'high-performance' }) ?? null;
}

function installedPath(library: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(library);
  } catch {
    return undefined;
  }
}
