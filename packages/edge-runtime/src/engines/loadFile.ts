// Knows that whatever a file breaks in an engine that takes it, is said as a fault of the file.
import { AsfpError, InternalError } from '@asfp/core';
import type { GraphModelFile } from '../fetch/parseModelFile.ts';
import type { Engine, LoadedModel } from './engine.ts';

/** Takes a file into an engine's memory; throws an AsfpError where the engine cannot take it, or breaks on it. */
export async function loadFile(engine: Engine, file: GraphModelFile): Promise<LoadedModel> {
  try {
    return await engine.load(file);
  } catch (cause) {
    if (cause instanceof AsfpError || cause instanceof InternalError) throw cause;
    throw new AsfpError(
      {
        code: 'not-a-model',
        where: file.url,
        expected: 'a graph that can be read',
        found: cause instanceof Error ? cause.message : String(cause),
      },
      { cause },
    );
  }
}
