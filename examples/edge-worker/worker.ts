// Knows a worker at the edge: pixels in by POST, labels out; nothing is compiled there, and nothing fetched.
import { openCompiled } from '@asfp/edge-runtime/compiled';
import kernels from '@asfp/kernels/wasm/kernels.simd.wasm';
import json from './model/model.json';
import weights from './model/weights.bin';

let session: ReturnType<typeof openCompiled> | undefined;

/** RGBA bytes of the model's size, answered with labels and probabilities. */
async function classify(request: Request): Promise<Response> {
  session ??= openCompiled({ json, shards: { 'weights.bin': new Uint8Array(weights) } }, { kernels });
  const open = await session;
  const { width = 0, height = 0 } = open.info.card?.input ?? {};
  const data = new Uint8Array(await request.arrayBuffer());
  return Response.json(await open.classify({ data, width, height }));
}

export default {
  fetch: async (request: Request): Promise<Response> => {
    try {
      return await classify(request);
    } catch (error) {
      return Response.json({ error: (error as Error).message }, { status: 400 });
    }
  },
};
