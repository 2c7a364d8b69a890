// Knows what happens between an address and checked weights, with a server of a few lines.
import { AsfpError } from '@asfp/core';
import { afterEach, expect, test, vi } from 'vitest';
import { type FetchProgress, fetchModel, shardUrl } from './fetchModel.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

type Files = Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>;

function serve(files: Files): void {
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
    init.signal?.throwIfAborted();
    if (url.startsWith('http://down/')) throw new TypeError('fetch failed');
    const body = files[url];
    return body === undefined
      ? new Response('no', { status: 404, statusText: 'Not Found' })
      : new Response(body);
  });
}

const MODEL = 'http://host/m/model.json';
const bytes = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, i) => i);

function modelJson(paths: readonly string[], metadata: object = {}, weights: readonly object[] = []): string {
  return JSON.stringify({
    modelTopology: { node: [] },
    weightsManifest: [
      {
        paths,
        weights: [
          { name: 'a', shape: [2, 2], dtype: 'float32' },
          { name: 'b', shape: [3], dtype: 'float32', quantization: { dtype: 'uint16', min: 0, scale: 1 } },
          { name: 'c', shape: [5], dtype: 'bool' },
          ...weights,
        ],
      },
    ],
    userDefinedMetadata: metadata,
  });
}

/** 16 float32 bytes, 6 quantized, 5 bool. */
const TOTAL = 27;

async function refusal(files: Files, url = MODEL): Promise<string> {
  serve(files);
  try {
    await fetchModel(url);
  } catch (error) {
    if (error instanceof AsfpError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

test('shards are joined in order, and progress ends at the total', async () => {
  const json = modelJson(['one', 'two']);
  serve({ [MODEL]: json, 'http://host/m/one': bytes(16), 'http://host/m/two': bytes(11) });
  const seen: FetchProgress[] = [];
  const file = await fetchModel(MODEL, { onProgress: (progress) => seen.push(progress) });
  expect([...file.shards.values()].flatMap((shard) => [...shard])).toEqual([...bytes(16), ...bytes(11)]);
  expect(seen[0]).toEqual({ loadedBytes: json.length, totalBytes: null });
  expect(seen.at(-1)).toEqual({ loadedBytes: json.length + TOTAL, totalBytes: json.length + TOTAL });
  expect(file.bytes).toBe(json.length + TOTAL);
  expect(file.hashChecked).toBe(false);
});

test('a shard of the wrong length is named, with both lengths', async () => {
  const one = { [MODEL]: modelJson(['one']) };
  expect(await refusal({ ...one, 'http://host/m/one': bytes(TOTAL - 1) })).toMatchInlineSnapshot(
    `"shard-length: http://host/m/one: expected 27 bytes, found 26 bytes. The file was cut short or belongs to another model.json: copy both again from the same run"`,
  );
  expect(await refusal({ ...one, 'http://host/m/one': bytes(TOTAL + 1) })).toContain('found 28 bytes');
  const three = { [MODEL]: modelJson(['one', 'two', 'three']), 'http://host/m/one': bytes(10) };
  const whole = { ...three, 'http://host/m/two': bytes(10), 'http://host/m/three': bytes(7) };
  expect(await refusal(whole)).toBe('accepted');
  expect(await refusal({ ...whole, 'http://host/m/three': bytes(6) })).toContain(
    'http://host/m/three: expected 7 bytes, found 6 bytes',
  );
  expect(await refusal({ ...whole, 'http://host/m/two': bytes(4) })).toContain(
    'http://host/m/two: expected 10 bytes, found 4 bytes',
  );
  // Two broken at once: no telling which, so all are listed.
  expect(
    await refusal({ ...whole, 'http://host/m/two': bytes(4), 'http://host/m/three': bytes(2) }),
  ).toContain(
    'http://host/m/one, http://host/m/two, http://host/m/three: expected 27 bytes in all, found 16 bytes',
  );
});

test('a page in place of a shard is called a page', async () => {
  const page = new TextEncoder().encode('<!DOCTYPE html><html>');
  const text = await refusal({ [MODEL]: modelJson(['one']), 'http://host/m/one': page });
  expect(text).toContain(
    'shard-content: http://host/m/one: expected the bytes of weights, found a page of markup',
  );
});

test('a shard must have the listed hash, and be listed', async () => {
  // sha256 of the bytes 0 … 26, computed with sha256sum.
  const right = 'd78750726155a89c9131d0ecf2704b973b8710865bf9e831845de4f2dcbc19da';
  const card = (shards: object): object => ({
    asfp: {
      format: 'asfp.model-card/1',
      input: { height: 1, width: 1, channels: 1, mean: [0], deviation: [1] },
      labels: [],
      shards,
    },
  });
  const files = (shards: object): Files => ({
    [MODEL]: modelJson(['one'], card(shards)),
    'http://host/m/one': bytes(TOTAL),
  });
  serve(files({ one: right }));
  expect((await fetchModel(MODEL)).hashChecked).toBe(true);
  const zeros = '0'.repeat(64);
  expect(await refusal(files({ one: zeros }))).toContain(
    `shard-hash: http://host/m/one: expected SHA-256 ${zeros}, found ${right}`,
  );
  expect(await refusal(files({ other: right }))).toContain('found none for this file');
});

test('weights that do not say their length are not checked, and the total stays unknown', async () => {
  const json = modelJson(['one'], {}, [{ name: 's', shape: [1], dtype: 'string' }]);
  serve({ [MODEL]: json, 'http://host/m/one': bytes(99) });
  const seen: FetchProgress[] = [];
  const file = await fetchModel(MODEL, { onProgress: (progress) => seen.push(progress) });
  expect([...file.shards.values()].map((shard) => shard.byteLength)).toEqual([99]);
  expect(seen.at(-1)?.totalBytes).toBeNull();
});

test('an address that does not answer is named with its reason', async () => {
  expect(await refusal({})).toMatchInlineSnapshot(
    `"http-status: http://host/m/model.json: expected a file, found status 404 Not Found. Check the address and that the file lies on the server"`,
  );
  expect(await refusal({ [MODEL]: modelJson(['one']) })).toContain('http://host/m/one: expected a file');
  expect(await refusal({}, 'http://down/model.json')).toContain(
    'network: http://down/model.json: expected a file, found no answer (fetch failed)',
  );
});

test('an abort rejects with the signal’s reason', async () => {
  serve({ [MODEL]: modelJson(['one']) });
  const reason = new Error('changed my mind');
  const stop = new AbortController();
  const fetching = fetchModel(MODEL, { signal: stop.signal, onProgress: () => stop.abort(reason) });
  await expect(fetching).rejects.toBe(reason);
  await expect(fetchModel(MODEL, { signal: stop.signal })).rejects.toBe(reason);
});

test('a shard lies beside its model.json and keeps the query of a signed address', () => {
  expect(shardUrl('w.bin', 'http://host/m/model.json?token=7')).toBe('http://host/m/w.bin?token=7');
  expect(shardUrl('deep/w.bin?x=1', 'http://host/m/model.json')).toBe('http://host/m/deep/w.bin?x=1');
});

test('`locate` says where files really lie; what it leaves open stays beside model.json', async () => {
  const asked: string[] = [];
  serve({
    'http://cdn/x?sig=1': modelJson(['deep/one', 'two']),
    'http://cdn/y?sig=2': bytes(16),
    'http://cdn/two?sig=1': bytes(11),
  });
  const places: Record<string, string> = {
    'model.json': 'http://cdn/x?sig=1',
    'deep/one': 'http://cdn/y?sig=2',
  };
  const file = await fetchModel(MODEL, {
    locate: async (name, url) => {
      asked.push(`${name} ${url}`);
      return places[name];
    },
  });
  expect(file.bytes).toBe(modelJson(['deep/one', 'two']).length + TOTAL);
  expect(asked).toEqual([
    `model.json ${MODEL}`,
    'deep/one http://cdn/deep/one?sig=1',
    'two http://cdn/two?sig=1',
  ]);
});
