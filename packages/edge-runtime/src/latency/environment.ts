// Knows where a measurement takes place: browser, cores, isolation, clock.
import type { LatencyEnvironment } from '@asfp/core';
import type { EngineFacts } from '../engines/engine.ts';
import { type Clock, clockResolution, dateNow, now } from './clock.ts';

/** The parts of a page's globals that are read. */
export interface PageGlobals {
  readonly navigator: { readonly userAgent: string; readonly hardwareConcurrency?: number };
  readonly crossOriginIsolated?: boolean;
}

/** The environment of this page and of the engines that ran in it. */
export function readEnvironment(
  facts: readonly Omit<EngineFacts, 'engine'>[],
  globals: PageGlobals = globalThis,
  clock: Clock = now,
): LatencyEnvironment {
  const gl = facts.find((fact) => fact.webglRenderer !== null);
  const [gpu] = facts.flatMap(({ webgpuAdapter, softwareGl }) =>
    webgpuAdapter === null ? [] : { webgpuAdapter, softwareWebgpu: softwareGl },
  );
  return {
    userAgent: globals.navigator.userAgent,
    cores: globals.navigator.hardwareConcurrency ?? 1,
    crossOriginIsolated: globals.crossOriginIsolated ?? false,
    clockResolutionMs: clockResolution(clock),
    webglRenderer: gl?.webglRenderer ?? null,
    softwareGl: gl?.softwareGl ?? false,
    ...gpu,
    date: dateNow(),
  };
}
