// Knows which latencies may be set against each other, and which pair says most.
import type { LatencyReport, LatencySubject } from '@asfp/core';
import { interval, times } from './numbers.ts';

/** Two subjects and the median of `a` over that of `b`: above 1, `b` is faster. */
export interface Pairing {
  readonly a: LatencySubject;
  readonly b: LatencySubject;
  readonly ratio: number;
  readonly ratioCi: readonly [number, number];
}

/** What may be said about a ratio: nothing, when its interval holds 1. */
export type Verdict = 'faster' | 'slower' | 'undecided';

/** The name of a subject in comparisons. */
function subjectKey({ model, engine }: Pick<LatencySubject, 'model' | 'engine'>): string {
  return `${model}@${engine}`;
}

/** Whether a subject's figures are those of WebGL or WebGPU computed by the CPU. */
export function onSoftwareGl(report: LatencyReport, { engine }: Pick<LatencySubject, 'engine'>): boolean {
  const { softwareGl, softwareWebgpu = false } = report.environment;
  return (softwareGl && engine.includes('webgl')) || (softwareWebgpu && engine.includes('webgpu'));
}

/** The comparisons that were measured in one page, with their subjects; figures of software GL stay among themselves. */
export function pairings(report: LatencyReport): Pairing[] {
  const byKey = new Map(report.subjects.map((subject) => [subjectKey(subject), subject]));
  return report.comparisons.flatMap(({ a, b, ratio, ratioCi }) => {
    const [left, right] = [byKey.get(a), byKey.get(b)];
    if (left === undefined || right === undefined || !Number.isFinite(ratio)) return [];
    if (left.p50Ms === null || right.p50Ms === null) return [];
    if (onSoftwareGl(report, left) !== onSoftwareGl(report, right)) return [];
    return [{ a: left, b: right, ratio, ratioCi }];
  });
}

/** The comparison of two subjects by name, turned round where the file has it the other way. */
function pairing(report: LatencyReport, a: string, b: string): Pairing | undefined {
  for (const pair of pairings(report)) {
    const [left, right] = [subjectKey(pair.a), subjectKey(pair.b)];
    if (left === a && right === b) return pair;
    if (left === b && right === a) {
      const [low, high] = pair.ratioCi;
      return { a: pair.b, b: pair.a, ratio: 1 / pair.ratio, ratioCi: [1 / high, 1 / low] };
    }
  }
  return undefined;
}

/** Compact against dense as users run it today, else converted alike on wasm, else on WebGL with a GPU; then any pair of different models. */
export function headlinePairing(report: LatencyReport): Pairing | undefined {
  const decided =
    pairing(report, 'dense@tfjs-layers-wasm', 'compact@tfjs-wasm') ??
    pairing(report, 'dense@tfjs-wasm', 'compact@tfjs-wasm') ??
    pairing(report, 'dense@tfjs-webgl', 'compact@tfjs-webgl') ??
    pairing(report, 'dense@tfjs-webgpu', 'compact@tfjs-webgpu') ??
    pairings(report).find(({ a, b }) => a.model !== b.model && !onSoftwareGl(report, a));
  return decided !== undefined && onSoftwareGl(report, decided.a) ? undefined : decided;
}

/** Compact on our own engine against dense as users run it today. */
export function ownEnginePairing(report: LatencyReport): Pairing | undefined {
  return pairing(report, 'dense@tfjs-layers-wasm', 'compact@compiled');
}

/** What a ratio's interval allows to say about `b`. */
export function verdict({ ratioCi: [low, high] }: Pick<Pairing, 'ratioCi'>): Verdict {
  if (low > 1) return 'faster';
  return high < 1 ? 'slower' : 'undecided';
}

/** What may be said of `b` against `a`, and the 95 % interval of the factor that is said. */
export function difference(pair: Pairing, digits = 2): { readonly words: string; readonly range: string } {
  const [low, high] = pair.ratioCi;
  switch (verdict(pair)) {
    case 'faster':
      return { words: `${times(pair.ratio, digits)} faster`, range: interval([low, high]) };
    case 'slower':
      return { words: `${times(1 / pair.ratio, digits)} slower`, range: interval([1 / high, 1 / low]) };
    case 'undecided':
      return { words: 'no measurable difference in speed', range: interval([low, high]) };
  }
}

/** A subject in words: `the dense model as users run it in this browser (tf.loadLayersModel on wasm)`. */
export function inWords({ model, engine }: Pick<LatencySubject, 'model' | 'engine'>): string {
  const known = model === 'dense' || model === 'compact';
  const name = known ? `the ${model} model` : model;
  if (engine === 'tfjs-layers-wasm') return `${name} as users run it today (tf.loadLayersModel on wasm)`;
  return `${name} on ${engine === 'compiled' ? 'the compiled engine' : engine}`;
}
