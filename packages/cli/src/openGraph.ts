// Knows how a model of either format on disk becomes a graph.
import { type Graph, readModel } from '@asfp/core';
import { type ModelOnDisk, readModelFiles } from '@asfp/trainer/files';

/** The files and the graph; throws what reading throws. */
export async function openGraph(
  path: string,
): Promise<{ readonly source: ModelOnDisk; readonly graph: Graph }> {
  const source = await readModelFiles(path);
  return { source, graph: readModel(source, source.file) };
}
