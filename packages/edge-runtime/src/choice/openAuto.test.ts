// Knows which of several engines wins, on a clock that only their runs move.
import { AsfpError } from '@asfp/core';
import { expect, test } from 'vitest';
import type { EngineName } from '../engines/engine.ts';
import type { GraphModelFile } from '../fetch/parseModelFile.ts';
import { type FakeOptions, fakeEngines } from '../testing/fakeEngine.ts';
import type { Choice, ChoiceMemory } from './choiceMemory.ts';
import { openAuto } from './openAuto.ts';

const file = { url: 'm', hash: 'abc', card: null } as unknown as GraphModelFile;

function choose(fakes: Partial<Record<EngineName, FakeOptions>>, kept = new Map<string, Choice>()) {
  const engines = fakeEngines(fakes);
  const memory: ChoiceMemory = {
    read: async (key) => kept.get(key),
    write: async (key, choice) => void kept.set(key, choice),
  };
  const { load, clock } = engines;
  return { engines, kept, opening: openAuto(file, {}, { load, clock, memory, device: 'phone' }) };
}

test('a first engine that is fast enough is kept, and no other is brought', async () => {
  const { engines, kept, opening } = choose({ compiled: { ms: 3 }, 'tfjs-wasm': { ms: 1 } });
  const { facts, reason } = await opening;
  expect(facts.engine).toBe('compiled');
  expect(reason).toBe('compiled 3 ms a run here, which is fast enough to try no other');
  expect(engines.started).toEqual(['compiled']);
  expect([...kept]).toEqual([['abc phone', { engine: 'compiled', reason }]]);
});

test('where it is slow, the fastest that gives the same answer wins; the others are closed', async () => {
  const { engines, opening } = choose({
    compiled: { ms: 40 },
    'tfjs-wasm': { ms: 5, answer: 1.001 },
    'tfjs-webgl': { ms: 12, answer: 1.00005 },
  });
  const { facts, reason } = await opening;
  expect(facts.engine).toBe('tfjs-webgl');
  expect(reason).toBe(
    "measured here: tfjs-webgl 12 ms, compiled 40 ms a run; tfjs-webgpu cannot run it: tfjs-webgpu: expected it, found not here; tfjs-wasm is left out: its answer differs from compiled's by 0.0010 of it",
  );
  expect(engines.open).toEqual(['tfjs-webgl']);
});

test('a rival that is hardly faster, is no number, or does not start, changes nothing', async () => {
  const hardly = choose({ compiled: { ms: 40 }, 'tfjs-wasm': { ms: 37 } });
  expect((await hardly.opening).reason).toBe(
    'measured here: tfjs-wasm 37 ms, compiled 40 ms a run; tfjs-webgpu cannot run it: tfjs-webgpu: expected it, found not here; tfjs-webgl cannot run it: tfjs-webgl: expected it, found not here',
  );
  expect(hardly.engines.open).toEqual(['compiled']);
  const broken = choose({ compiled: { ms: 40 }, 'tfjs-wasm': { answer: Number.NaN } });
  expect((await broken.opening).facts.engine).toBe('compiled');
  expect(broken.engines.open).toEqual(['compiled']);
});

test('an engine that cannot run it leaves it to the next; where none can, each says why', async () => {
  const { opening } = choose({ compiled: { refuses: 'Cumsum' }, 'tfjs-wasm': { ms: 2 } });
  expect(await opening).toMatchObject({
    facts: { engine: 'tfjs-wasm' },
    reason:
      'tfjs-wasm 2 ms a run here, which is fast enough to try no other; compiled cannot run it: compiled: expected it, found Cumsum',
  });
  const trapped = choose({ compiled: { breaks: 'unreachable' }, 'tfjs-wasm': { ms: 2 } });
  expect((await trapped.opening).reason).toMatch(/; compiled cannot run it: unreachable$/);
  expect(trapped.engines.open).toEqual(['tfjs-wasm']);
  const failure = await choose({}).opening.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AsfpError);
  expect((failure as AsfpError).message).toBe(
    'm: expected an engine that can run it here, found compiled cannot run it: compiled: expected it, found not here; tfjs-wasm cannot run it: tfjs-wasm: expected it, found not here; tfjs-webgpu cannot run it: tfjs-webgpu: expected it, found not here; tfjs-webgl cannot run it: tfjs-webgl: expected it, found not here',
  );
});

test('the second time what was chosen is opened at once; where it has gone, the choice is made anew', async () => {
  const kept = new Map<string, Choice>();
  await choose({ compiled: { ms: 40 }, 'tfjs-wasm': { ms: 20 } }, kept).opening;
  const again = choose({ compiled: { ms: 40 }, 'tfjs-wasm': { ms: 90 } }, kept);
  expect((await again.opening).facts.engine).toBe('tfjs-wasm');
  expect((await again.opening).reason).toMatch(/^measured here: tfjs-wasm 20 ms, .* \(remembered\)$/);
  expect(again.engines.started).toEqual(['tfjs-wasm']);
  expect((await choose({ compiled: { ms: 40 } }, kept).opening).facts.engine).toBe('compiled');
});

test('when aborted while measuring, everything is closed', async () => {
  const engines = fakeEngines({ compiled: { ms: 40 } });
  const stop = new AbortController();
  const { load, clock } = engines;
  const memory: ChoiceMemory = {
    read: async () => {
      stop.abort(new Error('left'));
      return undefined;
    },
    write: async () => undefined,
  };
  const opening = openAuto(file, {}, { load, clock, memory, device: '', signal: stop.signal });
  await expect(opening).rejects.toThrow('left');
  expect(engines.open).toEqual([]);
});
