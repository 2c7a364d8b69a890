// Knows which engine a model gets when none is named: our own, else the next that can run it, each refusal told.
import { AsfpError, describeError } from '@asfp/core';
import type { Engine, EngineFacts, EngineName, EngineOptions, LoadedModel } from '../engines/engine.ts';
import type { GraphModelFile } from '../fetch/parseModelFile.ts';

/** A model in an engine's memory, and why in this one's. */
export interface Chosen {
  readonly facts: EngineFacts;
  readonly model: LoadedModel;
  readonly reason: string;
}

/** The engines in the order in which they are tried. */
const ORDER: readonly EngineName[] = ['compiled', 'tfjs-wasm', 'tfjs-webgl'];

/**
 * Opens a file on the first engine that can run it. Throws AsfpError `no-engine`, with the reason of each, when none
 * can.
 */
export async function openAuto(
  file: GraphModelFile,
  options: EngineOptions,
  load: (name: EngineName) => Promise<Engine>,
): Promise<Chosen> {
  const refusals: string[] = [];
  for (const name of ORDER) {
    try {
      const engine = await load(name);
      const facts = await engine.start(options);
      const model = await engine.load(file);
      return { facts, model, reason: refusals.length === 0 ? 'the first choice' : refusals.join('; ') };
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

/** An error's text without its cure, which is what is being done here: taking another engine. */
function reasonOf(error: unknown): string {
  if (!(error instanceof AsfpError)) return describeError(error);
  const { where, expected, found } = error.failure;
  return new AsfpError({ code: error.code, where, expected, ...(found === undefined ? {} : { found }) })
    .message;
}
