// Knows the option `--format`: how a compact network is written, and how what was written is read back for the proof.
import {
  AsfpError,
  type Graph,
  readModel,
  type WrittenModel,
  writeGraphModel,
  writeLayersModel,
} from '@asfp/core';
import type { OptionTable } from './options.ts';

/** Formats of a compact model. */
export type OutputFormat = 'graph' | 'layers';

/** The option of the format. */
export const formatOption = {
  format: {
    type: 'text',
    choices: ['graph', 'layers'],
    summary: 'write a GraphModel, or a LayersModel where standard layers can say it',
    otherwise: 'graph',
  },
} as const satisfies OptionTable;

/** The format that was asked for. Throws AsfpError `usage` beside `--quantize`, which GraphModels alone have. */
export function outputFormat(options: {
  readonly format: string | undefined;
  readonly quantize: string | undefined;
}): OutputFormat {
  const format = (options.format ?? 'graph') as OutputFormat;
  if (format === 'layers' && (options.quantize ?? 'none') !== 'none') {
    throw new AsfpError({
      code: 'usage',
      where: '--quantize',
      expected: '--format graph beside it',
      found: '--format layers',
    });
  }
  return format;
}

/** The files of a graph. Throws AsfpError `layers-unsupported` where a LayersModel cannot say it. */
export function writeIn(format: OutputFormat, graph: Graph): WrittenModel {
  return format === 'layers' ? writeLayersModel(graph) : writeGraphModel(graph);
}

/** The graph that written files hold; a LayersModel calls its outputs by layers, so they get the names of `graph` back. */
export function readBack(format: OutputFormat, written: WrittenModel, graph: Graph): Graph {
  const reread = readModel(written, 'the compact model');
  if (format === 'graph') return reread;
  const outputs = reread.outputs.map((output, i) => ({
    ...output,
    name: graph.outputs[i]?.name ?? output.name,
  }));
  return { ...reread, outputs };
}
