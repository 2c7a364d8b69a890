// Knows what a second visit still asks of the server, and what a broken connection or a broken cache changes.
import type { AsfpError } from '@asfp/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { yieldToPage } from '../latency/yieldToPage.ts';
import { fakeCaches } from '../testing/fakeCaches.ts';
import { type FetchOptions, type FetchProgress, fetchModel } from './fetchModel.ts';
import type { GraphModelFile } from './parseModelFile.ts';
import { sha256 } from './sha256.ts';

const MODEL = 'http://host/m/model.json';
const one = Uint8Array.of(1, 2, 3);
const two = Uint8Array.of(4, 5);

let kept: ReturnType<typeof fakeCaches>;
let asked: string[] = [];
/** What each address answers; a number is a status, and nothing is a connection that breaks. */
let answers: Map<string, Uint8Array<ArrayBuffer> | string | number | undefined>;

async function modelJson(first: Uint8Array<ArrayBuffer> = one): Promise<string> {
  const card = {
    format: 'asfp.model-card/1',
    input: { height: 1, width: 1, channels: 1, mean: [0], deviation: [1] },
    labels: [],
    shards: { one: await sha256(first), two: await sha256(two) },
  };
  return JSON.stringify({
    modelTopology: { node: [] },
    weightsManifest: [{ paths: ['one', 'two'], weights: [{ name: 'w', shape: [5], dtype: 'bool' }] }],
    userDefinedMetadata: { asfp: card },
  });
}

beforeEach(async () => {
  kept = fakeCaches();
  vi.stubGlobal('caches', kept.caches);
  asked = [];
  answers = new Map<string, Uint8Array<ArrayBuffer> | string>([
    [MODEL, await modelJson()],
    ['http://host/m/one', one],
    ['http://host/m/two', two],
  ]);
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url.slice('http://host/m/'.length));
    const answer = answers.get(url);
    if (answer === undefined) throw new TypeError('offline');
    if (typeof answer === 'number') return new Response('', { status: answer });
    return new Response(answer);
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Fetches while all waiting is over at once. */
async function bring(options: FetchOptions = {}): Promise<GraphModelFile> {
  const bringing = fetchModel(MODEL, options);
  let done = false;
  const end = (): void => {
    done = true;
  };
  bringing.then(end, end);
  while (!done) {
    await vi.advanceTimersByTimeAsync(5000);
    await yieldToPage();
  }
  return bringing;
}
const bytesOf = ({ shards }: GraphModelFile): number[] => [...shards.values()].flatMap((each) => [...each]);

test('the second time only model.json is asked for, and offline nothing is needed', async () => {
  expect(bytesOf(await bring())).toEqual([1, 2, 3, 4, 5]);
  expect(asked).toEqual(['model.json', 'one', 'two']);
  asked = [];
  const seen: FetchProgress[] = [];
  const again = await bring({ onProgress: (progress) => seen.push(progress) });
  expect(bytesOf(again)).toEqual([1, 2, 3, 4, 5]);
  expect(again.hashChecked).toBe(true);
  expect(seen.at(-1)).toEqual({ loadedBytes: again.bytes, totalBytes: again.bytes });
  expect(asked).toEqual(['model.json']);
  answers.clear();
  expect(bytesOf(await bring())).toEqual([1, 2, 3, 4, 5]);
});

test('`cache: false` neither keeps nor takes anything', async () => {
  await bring({ cache: false });
  expect(kept.entries.size).toBe(0);
  await bring();
  asked = [];
  await bring({ cache: false });
  expect(asked).toEqual(['model.json', 'one', 'two']);
});

test('a download that broke goes on with the files that are missing', async () => {
  answers.delete('http://host/m/two');
  await expect(bring()).rejects.toThrow('http://host/m/two: expected a file, found no answer (offline)');
  expect(asked).toEqual(['model.json', 'one', 'two', 'two', 'two']);
  // What came whole is kept even when the others fail before.
  const key = `https://asfp.invalid/shard/${await sha256(one)}`;
  while (!kept.entries.has(key)) await yieldToPage();
  answers.set('http://host/m/two', two);
  asked = [];
  expect(bytesOf(await bring())).toEqual([1, 2, 3, 4, 5]);
  expect(asked).toEqual(['model.json', 'two']);
});

test('a server that is busy is asked again, one that has no such file is not; an abort ends the waiting', async () => {
  answers.set('http://host/m/one', 503);
  await expect(bring()).rejects.toThrow('found status 503');
  expect(asked.filter((path) => path === 'one')).toHaveLength(3);
  answers.set('http://host/m/one', 404);
  asked = [];
  await expect(bring()).rejects.toThrow('found status 404');
  expect(asked.filter((path) => path === 'one')).toHaveLength(1);
  answers.delete('http://host/m/one');
  const stop = new AbortController();
  const reason = new Error('left');
  asked = [];
  const bringing = fetchModel(MODEL, { signal: stop.signal });
  while (!asked.includes('one')) await yieldToPage();
  stop.abort(reason);
  await expect(bringing).rejects.toBe(reason);
});

test('bytes of an attempt that broke are taken back from the progress', async () => {
  let broken = true;
  const plain = fetch;
  vi.stubGlobal('fetch', async (url: string) => {
    if (!url.endsWith('one') || !broken) return plain(url);
    broken = false;
    const chunks = [Uint8Array.of(1, 2)];
    return new Response(
      new ReadableStream({
        pull(controller) {
          const chunk = chunks.pop();
          if (chunk) controller.enqueue(chunk);
          else controller.error(new TypeError('connection reset'));
        },
      }),
    );
  });
  const seen: FetchProgress[] = [];
  const file = await bring({ onProgress: (progress) => seen.push(progress) });
  expect(bytesOf(file)).toEqual([1, 2, 3, 4, 5]);
  expect(seen.at(-1)).toEqual({ loadedBytes: file.bytes, totalBytes: file.bytes });
});

test('a wrong file is refused and not kept; a kept file that has changed is brought again', async () => {
  answers.set('http://host/m/one', Uint8Array.of(1, 2, 4));
  const error = await bring().catch((reason: unknown) => reason);
  expect((error as AsfpError).code).toBe('shard-hash');
  const key = `https://asfp.invalid/shard/${await sha256(one)}`;
  expect(kept.entries.has(key)).toBe(false);
  answers.set('http://host/m/one', one);
  await bring();
  kept.entries.set(key, Uint8Array.of(9, 9, 9));
  asked = [];
  expect(bytesOf(await bring())).toEqual([1, 2, 3, 4, 5]);
  expect(asked).toEqual(['model.json', 'one']);
});

test('files of a model.json that is no more are let go', async () => {
  await bring();
  const changed = Uint8Array.of(7, 7, 7);
  answers.set(MODEL, await modelJson(changed));
  answers.set('http://host/m/one', changed);
  expect(bytesOf(await bring())).toEqual([7, 7, 7, 4, 5]);
  expect([...kept.entries.keys()].filter((key) => key.includes('/shard/'))).toHaveLength(2);
});

test('a cache that fails changes nothing', async () => {
  const fails = async (): Promise<never> => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  const cache = { match: fails, put: fails, keys: fails, delete: fails };
  vi.stubGlobal('caches', { open: async () => cache });
  expect(bytesOf(await bring())).toEqual([1, 2, 3, 4, 5]);
  vi.stubGlobal('caches', { open: fails });
  expect(bytesOf(await bring())).toEqual([1, 2, 3, 4, 5]);
});
