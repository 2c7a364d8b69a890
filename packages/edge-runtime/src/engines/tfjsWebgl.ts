// Knows tfjs's WebGL backend, and whether a GPU or the CPU draws behind it.
import { AsfpError, assertInternal } from '@asfp/core';
import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { engine, env, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import type { Engine, EngineFacts, EngineOptions } from './engine.ts';
import { isSoftwareRenderer } from './isSoftwareRenderer.ts';
import { type LosableBackend, loadLasting } from './loadLasting.ts';
import { backendNamed, initialiseOnce, inTurn, onBackend } from './onBackend.ts';

const ENGINE = 'tfjs-webgl';

/** The WebGL engine. */
export const tfjsWebgl: Engine = {
  start: startWebgl,
  load: (file) => loadLasting(file, lasting),
};

const lasting: LosableBackend = {
  name: 'webgl',
  mend,
  generation: () => generation,
  guard: (url) => (run) => whileContextLasts(run, url),
};

async function startWebgl({ allowSoftwareGl = false }: EngineOptions): Promise<EngineFacts> {
  const seen = lookAtGl();
  const softwareGl = seen.refusedAsSlow || isSoftwareRenderer(seen.renderer);
  if (softwareGl && !allowSoftwareGl) {
    throw new AsfpError({
      code: 'software-gl',
      where: `engine ${ENGINE}`,
      expected: 'a GPU behind WebGL',
      found: `software GL: ${seen.renderer}`,
      cure: 'Use tfjs-wasm, or pass `allowSoftwareGl` to run WebGL on the CPU',
    });
  }
  await initialiseOnce('webgl', async () => {
    // tfjs refuses software GL by itself, then goes on with another backend.
    if (softwareGl) env().set('SOFTWARE_WEBGL_ENABLED', true);
    await begin();
  });
  await mend();
  return onBackend('webgl', () => ({
    engine: ENGINE,
    threads: 1,
    webglRenderer: rendererOf(context()),
    webgpuAdapter: null,
    softwareGl,
  }));
}

/** The driver's name, read from contexts of our own, before tfjs makes its. */
function lookAtGl(): { readonly renderer: string; readonly refusedAsSlow: boolean } {
  const any = newContext(false);
  if (!any) throw unavailable('none: the browser or its settings switch it off');
  const renderer = rendererOf(any);
  const fast = newContext(true);
  for (const one of [any, fast]) one?.getExtension('WEBGL_lose_context')?.loseContext();
  return { renderer, refusedAsSlow: fast === null };
}

function newContext(failIfMajorPerformanceCaveat: boolean): WebGLRenderingContext | null {
  if (typeof OffscreenCanvas === 'undefined' && typeof document === 'undefined') return null;
  const canvas =
    typeof OffscreenCanvas === 'undefined' ? document.createElement('canvas') : new OffscreenCanvas(1, 1);
  const attributes = { failIfMajorPerformanceCaveat };
  return (canvas.getContext('webgl2', attributes) ??
    canvas.getContext('webgl', attributes)) as WebGLRenderingContext | null;
}

function rendererOf(gl: WebGLRenderingContext): string {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  return String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
}

/** The contexts that there have been; a model in the memory of an earlier one has to be brought again. */
let generation = 0;

async function begin(): Promise<void> {
  if (!(await setBackend('webgl'))) throw unavailable('a backend that does not start; the console says more');
  generation++;
}

/** After a lost context nothing of a backend can be used: in its turn, another one takes its place. */
function mend(): Promise<void> {
  return inTurn(async () => {
    if (engine().registry['webgl'] && !context().isContextLost()) return;
    if ('webgl' in engine().registryFactory) removeBackend('webgl');
    registerBackend('webgl', () => new MathBackendWebGL(), 2);
    await begin();
  });
}

/** After a lost context WebGL answers with zeros or garbage, or never: such a run is a failure, not a result. */
async function whileContextLasts<T>(run: Promise<T>, url: string): Promise<T> {
  const { gpgpu } = webglBackend();
  const canvas: EventTarget = gpgpu.gl.canvas;
  let hear: (() => void) | undefined;
  const lost = new Promise<'lost'>((resolve) => {
    hear = () => resolve('lost');
    canvas.addEventListener('webglcontextlost', hear);
  });
  const ended = run.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const outcome = await Promise.race([ended, lost]);
  if (hear) canvas.removeEventListener('webglcontextlost', hear);
  if (outcome === 'lost' || gpgpu.gl.isContextLost()) {
    // Reads that wait for the lost context would wait for ever, and hold what they were given.
    const { itemsToPoll } = gpgpu as unknown as { itemsToPoll: { resolveFn: () => void }[] };
    for (const { resolveFn } of itemsToPoll.splice(0)) resolveFn();
    throw new AsfpError({
      code: 'context-lost',
      where: url,
      expected: 'a WebGL context during the whole run',
      found: 'that the browser took it away',
      cure: 'Run it again: the session goes on in a new context',
    });
  }
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

function context(): WebGLRenderingContext {
  return webglBackend().gpgpu.gl;
}

function webglBackend(): MathBackendWebGL {
  const backend = backendNamed('webgl');
  assertInternal(backend instanceof MathBackendWebGL, 'the webgl backend is of another kind');
  return backend;
}

function unavailable(found: string): AsfpError {
  return new AsfpError({
    code: 'webgl-unavailable',
    where: `engine ${ENGINE}`,
    expected: 'WebGL in this browser',
    found,
    cure: 'Use tfjs-wasm',
  });
}
