// Knows that threads compute, bit by bit, what one computes, that they really do it, and how they fail.
import { AsfpError, type Graph, type HostTensor, parseGraph } from '@asfp/core';
import { graphFromSeed } from '@asfp/core/testing';
import { kernelBytes, shareMemory } from '@asfp/kernels';
import { afterEach, expect, test, vi } from 'vitest';
import { feedsOf } from '../../testing/feedsOf.ts';
import { type CompiledModel, compileModel } from '../compileModel.ts';
import { type SharedProgram, startThreads, type Threads } from './startThreads.ts';
import { chunksLeft, takeChunks } from './takeChunks.ts';

// Every run is shared: whether that pays on the machine of the tests is no matter here.
vi.mock('./shareTrial.ts', () => ({
  shareTrial: () => ({ share: () => share, record: () => undefined }),
}));
let share = true;

const builds = ['simd', 'relaxed-simd'] as const;

let open: Threads[] = [];
afterEach(() => {
  for (const threads of open) threads.close();
  open = [];
  share = true;
  vi.unstubAllGlobals();
});

/** Threads that take chunks of any size. */
async function eagerThreads(count: number, build: (typeof builds)[number]) {
  const module = await WebAssembly.compile(shareMemory(await kernelBytes(build)));
  const threads = await startThreads(count, module);
  open.push(threads);
  expect(threads.count).toBe(count);
  return { module, threads: Object.assign(threads, { leastNs: 0 }) };
}

/** Sees to it that this thread comes only when the others have done all there is; counts the chunks that they did. */
function leaveItToOthers(threads: Threads): { chunks: number } {
  const seen = { chunks: 0 };
  const wake = threads.wake.bind(threads);
  vi.spyOn(threads, 'wake').mockImplementation((program) => {
    const { words, chunks } = program;
    // Another that is awake since the last run may have taken some before this call.
    wake(program);
    while (chunksLeft(words, chunks) > 0) Atomics.wait(words, 47, 0, 0.05);
    seen.chunks += chunks.count;
  });
  return seen;
}

function openOrRefuse(
  graph: Graph,
  module: WebAssembly.Module,
  threads?: Threads,
): CompiledModel | undefined {
  try {
    return compileModel(graph, module, threads);
  } catch (error) {
    if (error instanceof AsfpError && error.code === 'engine-op') return undefined;
    throw error;
  }
}

function bitsOf(outputs: readonly HostTensor[]): string {
  return outputs.map(({ values }) => new Uint32Array(Float32Array.from(values).buffer).join()).join(';');
}

for (const build of builds) {
  test(`${build}: on random graphs, two and three threads give the bits of one, and others did the work`, async () => {
    const alone = await WebAssembly.compile(await kernelBytes(build));
    const pools = [await eagerThreads(2, build), await eagerThreads(3, build)];
    const counts = pools.map(({ threads }) => leaveItToOthers(threads));
    const faults: string[] = [];
    for (let seed = 0; seed < 80; seed++) {
      const graph = graphFromSeed(seed);
      const one = openOrRefuse(graph, alone);
      if (one === undefined) continue;
      const feeds = feedsOf(graph, 1 + (seed % 3), seed);
      const expected = bitsOf(one.run(feeds));
      for (const { module, threads } of pools) {
        const model = compileModel(graph, module, threads);
        // The second run finds the memory as the first one left it.
        for (let round = 0; round < 2; round++) {
          await threads.settled();
          if (bitsOf(model.run(feeds)) !== expected) faults.push(`seed ${seed}, ${threads.count} threads`);
        }
        model.dispose();
      }
    }
    expect(faults).toEqual([]);
    for (const { chunks } of counts) expect(chunks).toBeGreaterThan(1000);
  });
}

const net = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,24,24,16]
k = const float32[3,3,16,32] seed=1
n = const float32[3,3,32,24] seed=2
d = const float32[3456,10] seed=3
a = conv2d(x, k) activation="relu" pad="same" strides=[1,1]
b = conv2d(a, n) pad="same" strides=[2,2]
f = reshape(b) shape=[-1,3456]
y = matMul(f, d)
output "y" = y
`);

test('all threads at once, many runs, two models and two shapes', async () => {
  const { module, threads } = await eagerThreads(3, 'simd');
  const alone = await WebAssembly.compile(await kernelBytes('simd'));
  const models = [compileModel(net, module, threads), compileModel(net, module, threads)];
  const one = compileModel(net, alone);
  const feeds = [feedsOf(net, 1, 1), feedsOf(net, 2, 2)];
  const expected = feeds.map((each) => bitsOf(one.run(each)));
  for (let round = 0; round < 40; round++) {
    // In between the others may sleep, or be in the middle of hearing of a program.
    if (round % 10 === 9) await threads.settled();
    for (const model of models)
      for (const [i, each] of feeds.entries()) expect(bitsOf(model.run(each))).toBe(expected[i]);
  }
});

test('what is too small to be shared is not, and nobody is woken', async () => {
  const { module, threads } = await eagerThreads(2, 'simd');
  Object.assign(threads, { leastNs: 1e9 });
  const load = vi.spyOn(threads, 'load');
  const model = compileModel(net, module, threads);
  model.run(feedsOf(net, 1, 1));
  expect(load).not.toHaveBeenCalled();
});

/** The address of the first step's first argument in a thread's copy of the program. */
const argument = ({ begin, copyBytes }: SharedProgram, thread: number): number =>
  begin + thread * copyBytes + 8;

test('a kernel that stops in another thread, or in this one, is an internal error; the next run is whole again', async () => {
  const { module, threads } = await eagerThreads(2, 'simd');
  const load = vi.spyOn(threads, 'load');
  const model = compileModel(net, module, threads);
  await threads.settled();
  const program = load.mock.results[0]?.value as SharedProgram;
  const feeds = feedsOf(net, 1, 1);
  const expected = bitsOf(model.run(feeds));
  const memory = new DataView(program.memory.buffer);
  const wake = threads.wake.bind(threads);
  for (const thread of [1, 0]) {
    const address = memory.getInt32(argument(program, thread), true);
    memory.setInt32(argument(program, thread), -64, true);
    // The thread that has the broken program does everything.
    if (thread === 1) leaveItToOthers(threads);
    else vi.spyOn(threads, 'wake').mockImplementation(() => undefined);
    expect(() => model.run(feeds)).toThrow('internal: a kernel stopped');
    memory.setInt32(argument(program, thread), address, true);
    vi.spyOn(threads, 'wake').mockImplementation(wake);
    expect(bitsOf(model.run(feeds))).toBe(expected);
  }
});

test('a thread that is lost with a chunk in its hands is an internal error, now and later, and no hang', async () => {
  const { module, threads } = await eagerThreads(2, 'simd');
  const model = compileModel(net, module, threads);
  const feeds = feedsOf(net, 1, 1);
  vi.spyOn(threads, 'wake').mockImplementation(({ words, chunks, begin }) => {
    const gone = new Error('the thread is gone');
    const lose = {
      run: () => {
        throw gone;
      },
    };
    // One chunk is taken and never counted as done.
    vi.spyOn(Atomics, 'add').mockImplementationOnce(() => {
      throw gone;
    });
    expect(() => takeChunks(words, chunks, 0, begin, lose, () => undefined)).toThrow(gone);
  });
  let time = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    time += 40_000;
    return time;
  });
  expect(() => model.run(feeds)).toThrow('internal: a thread was lost in the middle of a run');
  expect(() => model.run(feeds)).toThrow('internal: a thread was lost in an earlier run');
});

test('where sharing does not pay, this thread runs alone, with the same bits', async () => {
  const { module, threads } = await eagerThreads(2, 'simd');
  const model = compileModel(net, module, threads);
  const feeds = feedsOf(net, 1, 1);
  const expected = bitsOf(model.run(feeds));
  share = false;
  const wake = vi.spyOn(threads, 'wake');
  expect(bitsOf(model.run(feeds))).toBe(expected);
  expect(wake).not.toHaveBeenCalled();
});

test('threads that cannot be started are done without', async () => {
  const getBuiltinModule = (): never => {
    throw new Error('not allowed');
  };
  vi.stubGlobal('process', { getBuiltinModule });
  const threads = await startThreads(3, new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)));
  expect(threads.count).toBe(1);
});
