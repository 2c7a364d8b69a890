// Knows how a written model runs on the compiled engine, as a page would open it.
import { AsfpError, type Feeds, type HostTensor, type WrittenModel } from '@asfp/core';
import { openModel } from '@asfp/edge-runtime';
import { vi } from 'vitest';

/** What came out by name, or the ops that the engine refuses. */
export type CompiledRun = ReadonlyMap<string, ArrayLike<number>> | { readonly refused: string };

/** Opens the model on the compiled engine and runs it once. */
export async function runCompiled(written: WrittenModel, feeds: Feeds): Promise<CompiledRun> {
  const files = new Map<string, string | Uint8Array<ArrayBuffer>>([
    ['model.json', JSON.stringify(written.json)],
    ...[...written.shards].map(([path, bytes]) => [path, new Uint8Array(bytes)] as const),
  ]);
  vi.stubGlobal('fetch', async (url: string) => new Response(files.get(url.slice('http://host/'.length))));
  try {
    const session = await openModel('http://host/model.json', { engine: 'compiled' });
    const named = session.info.inputs.map(({ name, node }) => {
      const { shape, values } = feeds[node] as Feeds[string];
      const tensor: HostTensor = { dtype: 'float32', shape, values: Float32Array.from(values) };
      return [name, tensor] as const;
    });
    const outputs = await session.runAll(Object.fromEntries(named));
    await session.dispose();
    return new Map(Object.entries(outputs).map(([name, { values }]) => [name, values]));
  } catch (error) {
    if (error instanceof AsfpError && error.code === 'engine-op') return { refused: error.message };
    throw error;
  } finally {
    vi.unstubAllGlobals();
  }
}
