// Knows that sessions run on WebGPU, and what becomes of one whose device the browser takes away, in a real Chromium.
import { join } from 'node:path';
import type * as Runtime from '@asfp/edge-runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRuntimePages, type RuntimePages } from './openPage.ts';
import { isTinyAnswer, tinyGraph, writeModel } from './testModels.ts';

/** In the page. */
declare const asfp: typeof Runtime;

let pages: RuntimePages;
beforeAll(async () => {
  pages = await openRuntimePages((folder) => writeModel(tinyGraph(), join(folder, 'tiny')));
});
afterAll(() => pages.close());

const numbers = Array.from({ length: 48 }, (_, i) => Math.sin(i));
const near = (answer: readonly number[]): boolean => isTinyAnswer(answer, numbers);

test('without a GPU it is refused by default, and named when it is allowed', async () => {
  const { page, complaints } = await pages.open();
  const found = await page.evaluate(async (values) => {
    const url = `${location.href}run/tiny/model.json`;
    const refusal = await asfp
      .openModel(url, { engine: 'tfjs-webgpu' })
      .catch((error: unknown) => (error as Error).message);
    const session = await asfp.openModel(url, { engine: 'tfjs-webgpu', allowSoftwareGl: true });
    const answer = [...(await session.run(Float32Array.from(values)))];
    const { engineUsed, webgpuAdapter, webglRenderer, softwareGl } = session.info;
    await session.dispose();
    return { refusal, answer, info: { engineUsed, webgpuAdapter, webglRenderer, softwareGl } };
  }, numbers);
  expect(found.refusal).toMatch(
    /^engine tfjs-webgpu: expected a GPU behind WebGPU, found an adapter of the CPU: .*swiftshader.* Use tfjs-wasm/,
  );
  expect(near(found.answer)).toBe(true);
  expect(found.info).toEqual({
    ...{ engineUsed: 'tfjs-webgpu', webglRenderer: null, softwareGl: true },
    webgpuAdapter: expect.stringContaining('swiftshader'),
  });
  expect(complaints).toEqual([]);
});

test('a browser without WebGPU, or without an adapter, is told apart', async () => {
  const messages: unknown[] = [];
  for (const gpu of ['undefined', '{ requestAdapter: async () => null }']) {
    const { page } = await pages.open((fresh) =>
      fresh.addInitScript(`Object.defineProperty(navigator, 'gpu', { value: ${gpu} })`),
    );
    messages.push(
      await page.evaluate(() =>
        asfp
          .openModel(`${location.href}run/tiny/model.json`, { engine: 'tfjs-webgpu' })
          .catch((error: unknown) => `${(error as { code: string }).code}: ${(error as Error).message}`),
      ),
    );
  }
  expect(messages).toEqual([
    'webgpu-unavailable: engine tfjs-webgpu: expected WebGPU in this browser, found none: the browser has none, or the page is not served securely. Use compiled or tfjs-wasm',
    'webgpu-unavailable: engine tfjs-webgpu: expected WebGPU in this browser, found no adapter: the browser has no GPU that it trusts. Use compiled or tfjs-wasm',
  ]);
});

test('runs in flight are rejected, the next ones go on with a new device, and closing gives everything back', async () => {
  const { page, complaints } = await pages.open(async (fresh) => {
    // The page's devices, so that one can be lost.
    await fresh.addInitScript(() => {
      const devices: unknown[] = [];
      const { prototype } = Reflect.get(globalThis, 'GPUAdapter') as { prototype: object };
      const plain = Reflect.get(prototype, 'requestDevice') as (...args: unknown[]) => Promise<unknown>;
      Reflect.set(prototype, 'requestDevice', async function (this: object, ...args: unknown[]) {
        const device = await plain.apply(this, args);
        devices.push(device);
        return device;
      });
      Object.assign(globalThis, { devices });
    });
  });
  const found = await page.evaluate(async (values) => {
    interface Device {
      readonly queue: object;
      destroy(): void;
    }
    const { devices } = globalThis as unknown as { devices: Device[] };
    const options = { engine: 'tfjs-webgpu', allowSoftwareGl: true } as const;
    const one = await asfp.openModel(`${location.href}run/tiny/model.json`, options);
    const two = await asfp.openModel(`${location.href}run/tiny/model.json`, options);
    const input = Float32Array.from(values);
    const run = async (session: Runtime.Session): Promise<number[]> => [...(await session.run(input))];
    const before = [await run(one), await run(two)];
    const outcomes: string[] = [];
    const after: number[][] = [];
    // As the first numbers are sent, as the arithmetic is, and between two runs.
    for (const moment of ['writeBuffer', 'submit'] as const) {
      const device = devices.at(-1) as Device;
      const plain = Reflect.get(device.queue, moment) as (...args: unknown[]) => unknown;
      Reflect.set(device.queue, moment, (...args: unknown[]) => {
        device.destroy();
        return plain.apply(device.queue, args);
      });
      outcomes.push(
        await one.run(input).then(
          () => 'answered',
          (error: unknown) => `${(error as { code: string }).code}: ${(error as Error).message}`,
        ),
      );
      after.push(await run(two), await run(one));
    }
    devices.at(-1)?.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    after.push(await run(one));
    const three = await asfp.openModel(`${location.href}run/tiny/model.json`, options);
    after.push(await run(three), await run(two));
    await Promise.all([one.dispose(), two.dispose(), three.dispose()]);
    return { before, outcomes, after, devices: devices.length };
  }, numbers);
  expect(found.before.map(near)).toEqual([true, true]);
  expect(found.outcomes).toEqual(
    new Array(2).fill(
      `context-lost: ${pages.url}run/tiny/model.json: expected a WebGPU device during the whole run, found that the browser took it away. Run it again: the session goes on with a new device`,
    ),
  );
  expect(found.after.map(near)).toEqual([true, true, true, true, true, true, true]);
  expect(found.devices).toBe(4);
  expect(complaints).toEqual([]);
});
