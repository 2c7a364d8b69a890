// Knows a trained model on disk as a network that can be trained on: of either format, whatever the compactor reads.
import { basename, dirname, resolve } from 'node:path';
import { AsfpError, type Graph, inferShapes, type ModelCard, readModel, showShape } from '@asfp/core';
import { readModelFiles } from '../record/readModelFiles.ts';

/** A trained model that gives logits. */
export interface TrainedModel {
  /** The absolute path of its model.json. */
  readonly file: string;
  /** What it calls itself. */
  readonly model: string;
  readonly graph: Graph;
  readonly card: ModelCard | undefined;
}

/**
 * Reads a model; `path` is its model.json or the folder of it. A softmax at its end is left out: training takes logits. Throws
 * AsfpError `from-shape` unless it takes one image and gives one row of numbers, besides those of reading.
 */
export async function readTrained(path: string): Promise<TrainedModel> {
  const files = await readModelFiles(path);
  const file = resolve(files.file);
  const graph = withoutSoftmax(readModel(files, files.file));
  const shapes = inferShapes(graph);
  const inputs = graph.nodes.filter((node) => node.op === 'input');
  const ends = graph.outputs.map(({ from }) => shapes.get(from) ?? []);
  const [input, end] = [shapes.get(inputs[0]?.name ?? ''), ends[0]];
  if (inputs.length !== 1 || ends.length !== 1 || input?.length !== 4 || end?.length !== 2) {
    const shown = (all: readonly (typeof end)[]): string =>
      all.map((shape) => showShape(shape ?? [])).join(' and ');
    throw new AsfpError({
      code: 'from-shape',
      where: files.file,
      expected: 'a classifier, from one image [n, h, w, c] to one row [n, classes]',
      found: `${shown(inputs.map(({ name }) => shapes.get(name)))} to ${shown(ends)}`,
    });
  }
  // A GraphModel has no name of its own; the card tells which network it is made of.
  const called = files.card?.provenance?.['model'] ?? graph.name;
  return { file, model: String(called) || basename(dirname(file)), graph, card: files.card };
}

function withoutSoftmax(graph: Graph): Graph {
  const last = graph.nodes.find(({ name }) => name === graph.outputs[0]?.from);
  if (graph.outputs.length !== 1 || last?.op !== 'softmax') return graph;
  const from = last.inputs[0] as string;
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => node !== last),
    outputs: graph.outputs.map((output) => ({ ...output, from })),
  };
}
