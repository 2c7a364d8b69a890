// Knows which engine a model gets when none is named: our own or the next that can run it; where that one is slow here, the
// fastest of those that agree with it, as a short measurement found out, now or at an earlier visit.
import { AsfpError, describeError, type HostTensor } from '@asfp/core';
import type { Engine, EngineFacts, EngineName, EngineOptions, LoadedModel } from '../engines/engine.ts';
import { loadEngine } from '../engines/loadEngine.ts';
import { loadFile } from '../engines/loadFile.ts';
import type { GraphModelFile } from '../fetch/parseModelFile.ts';
import { type Clock, now } from '../latency/clock.ts';
import { type Choice, type ChoiceMemory, choiceMemory } from './choiceMemory.ts';
import { measureEngines } from './measureEngines.ts';
import { sampleInputs } from './sampleInputs.ts';

/** A model in an engine's memory, and why in this one's. */
export interface Chosen {
  readonly facts: EngineFacts;
  readonly model: LoadedModel;
  readonly reason: string;
}

/** What a choice is made with. */
export interface ChoiceParts {
  readonly load: (name: EngineName) => Promise<Engine>;
  readonly memory: ChoiceMemory;
  readonly clock: Clock;
  /** The browser and its machine, as far as they decide what is fast. */
  readonly device: string;
  readonly signal?: AbortSignal | undefined;
}

/** What a choice is made with in this browser. */
export function partsHere(signal: AbortSignal | undefined): ChoiceParts {
  const { userAgent = '', hardwareConcurrency = 1 } = typeof navigator === 'undefined' ? {} : navigator;
  const device = `${userAgent} ${hardwareConcurrency}`;
  return { load: loadEngine, memory: choiceMemory, clock: now, device, signal };
}

/** The engines in the order in which they are tried. */
const ORDER: readonly EngineName[] = ['compiled', 'tfjs-wasm', 'tfjs-webgpu', 'tfjs-webgl'];

/** A frame at 60 Hz: an engine that is quicker leaves another one's half a megabyte of code undownloaded. */
const FAST_ENOUGH_MS = 16;

/** What another engine must save to be worth a change: less lies within the noise of a short measurement. */
const WORTH_IT = 0.9;

/**
 * Opens a file on the best engine for this device. Throws AsfpError `no-engine`, with the reason of each, when none can
 * run it; when aborted, rejects with the signal's reason.
 */
export async function openAuto(
  file: GraphModelFile,
  options: EngineOptions,
  parts: ChoiceParts,
): Promise<Chosen> {
  const key = file.hash === null ? null : `${file.hash} ${parts.device}`;
  const known = key === null ? undefined : await parts.memory.read(key);
  if (known && ORDER.includes(known.engine)) {
    try {
      const opened = await openOn(known.engine, file, options, parts);
      return { ...opened, reason: `${known.reason} (remembered)` };
    } catch {
      // What ran at an earlier visit may be gone: choose anew.
    }
  }
  const refusals: string[] = [];
  const first = await openFirst(file, options, parts, refusals);
  const { chosen, measured } = await preferFastest(first, file, options, parts, refusals);
  const reason = [chosen.reason, ...refusals].join('; ');
  const choice: Choice = { engine: chosen.facts.engine, reason };
  if (measured && key !== null) await parts.memory.write(key, choice);
  return { ...chosen, reason };
}

async function openOn(
  name: EngineName,
  file: GraphModelFile,
  options: EngineOptions,
  { load }: ChoiceParts,
): Promise<Omit<Chosen, 'reason'>> {
  const engine = await load(name);
  const facts = await engine.start(options);
  return { facts, model: await loadFile(engine, file) };
}

async function openFirst(
  file: GraphModelFile,
  options: EngineOptions,
  parts: ChoiceParts,
  refusals: string[],
): Promise<Chosen> {
  for (const name of ORDER) {
    try {
      const opened = await openOn(name, file, options, parts);
      await tryOnce(opened.model, file);
      return { ...opened, reason: 'the first that can run it' };
    } catch (error) {
      refusals.push(`${name} cannot run it: ${reasonOf(error)}`);
    }
  }
  throw new AsfpError({
    code: 'no-engine',
    where: file.url,
    expected: 'an engine that can run it here',
    found: refusals.join('; '),
  });
}

/** A run that fails on chance numbers would fail on pictures, too: better now, while there are other engines. */
async function tryOnce(model: LoadedModel, file: GraphModelFile): Promise<void> {
  const inputs = sampleInputs(model.inputs, file.card);
  if (!inputs) return;
  try {
    await model.run(inputs);
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

interface Decision {
  readonly chosen: Chosen;
  /** False where nothing was found out that is worth remembering. */
  readonly measured: boolean;
}

/** Keeps the fastest of the engines that agree with the first, and closes the others. */
async function preferFastest(
  first: Chosen,
  file: GraphModelFile,
  options: EngineOptions,
  parts: ChoiceParts,
  refusals: string[],
): Promise<Decision> {
  const inputs = sampleInputs(first.model.inputs, file.card);
  if (!inputs) return { chosen: first, measured: false };
  const open: Chosen[] = [first];
  let kept: LoadedModel | undefined;
  try {
    const decision =
      (await acceptFirst(first, inputs, parts)) ?? (await race(open, file, inputs, options, parts, refusals));
    kept = decision.chosen.model;
    return decision;
  } finally {
    for (const { model } of open) if (model !== kept) await model.dispose();
  }
}

/** The first engine where it is fast enough, or cannot be measured; undefined where it is slow. */
async function acceptFirst(
  first: Chosen,
  inputs: readonly HostTensor[],
  parts: ChoiceParts,
): Promise<Decision | undefined> {
  const [time] = await measureEngines([first], inputs, parts);
  if (!time || 'error' in time) return { chosen: first, measured: false };
  if (time.medianMs >= FAST_ENOUGH_MS) return undefined;
  const reason = `${timeText(first, time.medianMs)} a run here, which is fast enough to try no other`;
  return { chosen: { ...first, reason }, measured: true };
}

/** Brings the other engines into `open`, and times all that are there. */
async function race(
  open: Chosen[],
  file: GraphModelFile,
  inputs: readonly HostTensor[],
  options: EngineOptions,
  parts: ChoiceParts,
  refusals: string[],
): Promise<Decision> {
  const [first] = open as [Chosen];
  for (const name of ORDER.slice(ORDER.indexOf(first.facts.engine) + 1)) {
    try {
      open.push({ ...(await openOn(name, file, options, parts)), reason: '' });
    } catch (error) {
      refusals.push(`${name} cannot run it: ${reasonOf(error)}`);
    }
  }
  const times = await measureEngines(open, inputs, parts);
  const ran = open.flatMap((one, i) => {
    const time = times[i];
    if (time && 'medianMs' in time) return [{ one, ms: time.medianMs }];
    refusals.push(`${one.facts.engine} is left out: ${time?.error}`);
    return [];
  });
  const limit = ran.find(({ one }) => one === first)?.ms ?? Number.POSITIVE_INFINITY;
  ran.sort((a, b) => a.ms - b.ms);
  const best = ran.find(({ ms }) => ms < limit * WORTH_IT)?.one ?? first;
  const reason = `measured here: ${ran.map(({ one, ms }) => timeText(one, ms)).join(', ')} a run`;
  return { chosen: { ...best, reason }, measured: true };
}

function timeText({ facts }: Chosen, ms: number): string {
  return `${facts.engine} ${Number(ms.toPrecision(2))} ms`;
}

/** An error's text without its cure, which is what is being done here: taking another engine. */
function reasonOf(error: unknown): string {
  if (!(error instanceof AsfpError)) return describeError(error);
  const { where, expected, found } = error.failure;
  return new AsfpError({ code: error.code, where, expected, ...(found === undefined ? {} : { found }) })
    .message;
}
