// Knows tfjs's WebGL backend, and whether a GPU or the CPU draws behind it.
import { AsfpError, assertInternal } from '@asfp/core';
import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { env, setBackend } from '@tensorflow/tfjs-core';
import type { Engine, EngineFacts, EngineOptions, LoadedModel } from './engine.ts';
import { loadOnTfjs } from './loadOnTfjs.ts';
import { backendNamed, initialiseOnce, onBackend } from './onBackend.ts';

const ENGINE = 'tfjs-webgl';

/** The WebGL engine. */
export const tfjsWebgl: Engine = {
  start: startWebgl,
  load: async (file) => watchContext(await loadOnTfjs('webgl', file), file.url),
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
    if (!(await setBackend('webgl')))
      throw unavailable('a backend that does not start; the console says more');
  });
  return onBackend('webgl', () => ({
    engine: ENGINE,
    threads: 1,
    webglRenderer: rendererOf(context()),
    softwareGl,
  }));
}

/** True for the names of rasterisers that run on the CPU. */
export function isSoftwareRenderer(renderer: string): boolean {
  return /swiftshader|llvmpipe|softpipe|swrast|software|basic render/i.test(renderer);
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

function context(): WebGLRenderingContext {
  const backend = backendNamed('webgl');
  assertInternal(backend instanceof MathBackendWebGL, 'the webgl backend is of another kind');
  return backend.gpgpu.gl;
}

/** After a lost context WebGL answers with zeros or garbage: such a run is a failure, not a result. */
function watchContext(model: LoadedModel, url: string): LoadedModel {
  return {
    ...model,
    run: async (inputs) => {
      const outputs = await model.run(inputs);
      if (!context().isContextLost()) return outputs;
      throw new AsfpError({
        code: 'context-lost',
        where: url,
        expected: 'a WebGL context during the whole run',
        found: 'that the browser took it away',
        cure: 'Open the model again',
      });
    },
  };
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
