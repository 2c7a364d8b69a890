// Knows what of saved multiply-adds can become time, in networks whose times are made up.
import { expect, test } from 'vitest';
import { type ConvSize, convWork } from '../src/compiled/convWork.ts';
import type { LayerTime, NetTimes } from './layerTimes.ts';
import { type SavingBounds, savingBounds, workUnfilled } from './savingBounds.ts';

const dense = (name: string, macs: number, ns: number): LayerTime => ({ name, macs, ns, conv: undefined });
const net = (layers: LayerTime[], otherNs: number): NetTimes => ({ layers, otherNs });
const conv = (channels: number, cols: number): ConvSize => ({
  ...{ batch: 1, channels, cols, kernel: [3, 3], strides: [1, 1], dilations: [1, 1], yHeight: 8, yWidth: 8 },
});

test('a dear layer that saves less than the others bounds the whole', () => {
  const before = net([dense('stem', 100, 300), dense('body', 300, 300)], 0);
  // Of 400 multiply-adds 200 are left, of 600 ns 400.
  const after = net([dense('stem', 80, 260), dense('body', 120, 140)], 0);
  const found = savingBounds(before, after);
  expect(found.macsSaved).toBeCloseTo(0.5, 12);
  expect(found.measured).toBeCloseTo(1 / 3 / 0.5, 12);
  // 300 · 0.8 + 300 · 0.4 = 360 of 600.
  expect(found.byMacs).toBeCloseTo(0.4 / 0.5, 12);
  expect(found.byWork).toBeCloseTo(found.byMacs, 12);
});

test('what no layer takes counts as it was measured', () => {
  const found = savingBounds(net([dense('a', 10, 100)], 20), net([dense('a', 5, 50)], 10));
  expect(found.measured).toBeCloseTo(1, 12);
  expect(found.byMacs).toBeCloseTo(1, 12);
});

test('half the channels on both sides keep a quarter of the products but half of the transforms, which tell where it is narrow', () => {
  const layer = (channels: number): LayerTime => ({
    ...{ name: 'c', macs: channels ** 2, ns: channels },
    conv: { size: conv(channels, channels), way: 'sixPoints' },
  });
  const halved = (channels: number): SavingBounds =>
    savingBounds(net([layer(channels)], 0), net([layer(channels / 2)], 0));
  // Both sizes of kernels stay near the core, whatever the costs of those that do not.
  expect(halved(32).byMacs).toBeCloseTo(1, 12);
  expect(halved(16).byWork).toBeLessThan(halved(32).byWork);
  expect(halved(32).byWork).toBeLessThan(1);
  // Transforms alone would halve.
  expect(halved(16).byWork).toBeGreaterThan(0.5 / 0.75);
});

test('widths that are filled up save less than those that are not', () => {
  const layer = (channels: number): LayerTime => ({
    ...{ name: 'c', macs: channels ** 2, ns: channels },
    conv: { size: conv(channels, channels), way: 'sixPoints' },
  });
  const { byWork, byFilledWork } = savingBounds(net([layer(16)], 0), net([layer(9)], 0));
  expect(byFilledWork).toBeLessThan(byWork);
  const whole = savingBounds(net([layer(16)], 0), net([layer(8)], 0));
  expect(whole.byFilledWork).toBeCloseTo(whole.byWork, 12);
});

test('work without filling is that of whole vectors, and in proportion between them', () => {
  for (const way of ['gemm', 'sixPoints', 'fourPoints'] as const) {
    expect(workUnfilled(conv(16, 24), way)).toEqual(convWork(conv(16, 24), way));
    expect(workUnfilled(conv(10, 24), way).lay).toBeCloseTo((convWork(conv(16, 24), way).lay * 10) / 16, 9);
    expect(workUnfilled(conv(16, 10), way).store).toBeLessThan(convWork(conv(16, 10), way).store);
  }
});

test('a network that lacks a layer is no pruned form of the other', () => {
  expect(() => savingBounds(net([dense('a', 1, 1)], 0), net([], 0))).toThrow(/^internal: a is in the dense/);
});
