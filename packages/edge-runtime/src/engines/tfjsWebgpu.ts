// Knows tfjs's WebGPU backend, and whether a GPU or the CPU computes behind it.
import { AsfpError } from '@asfp/core';
import { engine, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import type { Engine, EngineFacts, EngineOptions } from './engine.ts';
import { isSoftwareRenderer } from './isSoftwareRenderer.ts';
import { type LosableBackend, loadLasting } from './loadLasting.ts';
import { initialiseOnce, inTurn, onBackend } from './onBackend.ts';

const ENGINE = 'tfjs-webgpu';

/** What is read of `navigator.gpu`. */
interface Gpu {
  requestAdapter(wanted: object): Promise<Adapter | null>;
}

/** What is read of a GPUAdapter. */
interface Adapter {
  readonly info?: AdapterInfo;
  readonly isFallbackAdapter?: boolean;
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(wanted: { readonly requiredLimits: Readonly<Record<string, number>> }): Promise<Device>;
}

interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

/** What is read of a GPUDevice. */
interface Device {
  readonly lost: Promise<unknown>;
}

/** The limits that tfjs's kernels choose their sizes by. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
];

/** The device that computes now, and whether the browser has taken it away. */
let current: { readonly device: Device; lost: boolean } | undefined;
let generation = 0;

/** The WebGPU engine. */
export const tfjsWebgpu: Engine = {
  start: startWebgpu,
  load: (file) => loadLasting(file, lasting),
};

const lasting: LosableBackend = {
  name: 'webgpu',
  mend,
  generation: () => generation,
  guard: (url) => (run) => whileDeviceLasts(run, url),
};

async function startWebgpu({ allowSoftwareGl = false }: EngineOptions): Promise<EngineFacts> {
  const adapter = await findAdapter();
  const name = nameOf(adapter);
  const softwareGl =
    (adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter) || isSoftwareRenderer(name);
  if (softwareGl && !allowSoftwareGl) {
    throw new AsfpError({
      code: 'software-gl',
      where: `engine ${ENGINE}`,
      expected: 'a GPU behind WebGPU',
      found: `an adapter of the CPU: ${name}`,
      cure: 'Use tfjs-wasm, or pass `allowSoftwareGl` to run WebGPU on the CPU',
    });
  }
  await initialiseOnce('webgpu', () => begin(adapter));
  await mend();
  return onBackend('webgpu', () => ({
    ...{ engine: ENGINE, threads: 1, webglRenderer: null, webgpuAdapter: name, softwareGl },
  }));
}

async function findAdapter(): Promise<Adapter> {
  const { gpu } = (typeof navigator === 'undefined' ? {} : navigator) as { readonly gpu?: Gpu };
  if (!gpu) throw unavailable('none: the browser has none, or the page is not served securely');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw unavailable('no adapter: the browser has no GPU that it trusts');
  return adapter;
}

function nameOf({ info }: Adapter): string {
  const { vendor = '', architecture = '', device = '', description = '' } = info ?? {};
  return [vendor, architecture, device, description].filter((part) => part !== '').join(' ') || 'of no name';
}

/** Makes a device and tfjs's backend on it. The code comes only now: a browser without a GPU never needs it. */
async function begin(adapter: Adapter): Promise<void> {
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name] as number]));
  const device = await adapter.requestDevice({ requiredLimits });
  const started = { device, lost: false };
  void device.lost.then(() => {
    started.lost = true;
  });
  // tfjs registers a way of its own, which hides the device.
  if ('webgpu' in engine().registryFactory) removeBackend('webgpu');
  type Parts = ConstructorParameters<typeof WebGPUBackend>;
  registerBackend('webgpu', () => new WebGPUBackend(device as Parts[0], adapter.info as Parts[1]), 3);
  if (!(await setBackend('webgpu')))
    throw unavailable('a backend that does not start; the console says more');
  current = started;
  generation++;
}

function mend(): Promise<void> {
  return inTurn(async () => {
    if (engine().registry['webgpu'] && current?.lost === false) return;
    await begin(await findAdapter());
  });
}

/** After a lost device WebGPU answers with an error, or never: such a run is a failure, not a result. */
async function whileDeviceLasts<T>(run: Promise<T>, url: string): Promise<T> {
  const device = current?.device;
  const ended = run.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const outcome = await Promise.race([ended, device?.lost.then(() => 'lost' as const) ?? ended]);
  if (outcome === 'lost' || current?.lost) {
    throw new AsfpError({
      code: 'context-lost',
      where: url,
      expected: 'a WebGPU device during the whole run',
      found: 'that the browser took it away',
      cure: 'Run it again: the session goes on with a new device',
    });
  }
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

function unavailable(found: string): AsfpError {
  return new AsfpError({
    code: 'webgpu-unavailable',
    where: `engine ${ENGINE}`,
    expected: 'WebGPU in this browser',
    found,
    cure: 'Use compiled or tfjs-wasm',
  });
}
