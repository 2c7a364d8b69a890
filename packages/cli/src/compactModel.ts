// Knows how a model on disk becomes a smaller one: read, rewritten, proven, and only then written.
import { compact, compactReport, convert, proofTolerance, proveEqual } from '@asfp/compactor';
import {
  AsfpError,
  type CompactReport,
  type Graph,
  readModel,
  type WrittenModel,
  writeGraphModel,
} from '@asfp/core';
import { type ModelOnDisk, readModelFiles } from '@asfp/trainer/files';

/** Seeded inputs of the oracle's proof: two with edge values among them. */
const provenInputs = 8;

/** A smaller model that has been proven, not yet on disk. */
export interface CompactedModel {
  readonly source: ModelOnDisk;
  readonly graph: Graph;
  readonly written: WrittenModel;
  readonly report: CompactReport;
}

/** Reads, rewrites and proves; with `cut` false nothing is removed, only folded and fused. Throws AsfpError `not-equal` when the proof fails, besides those of reading. */
export async function compactModel(
  path: string,
  options: { readonly cut: boolean },
): Promise<CompactedModel> {
  const source = await readModelFiles(path);
  const before = readModel(source, source.file);
  const { graph, passes } = options.cut ? compact(before) : convert(before);
  const written = writeGraphModel(graph);
  // The proof is of what will be on disk, so it is read back from the bytes that go there.
  const reread = readModel(written, 'the compact model');
  const proof = proveEqual(before, reread, provenInputs);
  if (!proof.passed) {
    throw new AsfpError({
      code: 'not-equal',
      where: source.file,
      expected: `a compact model within ${proofTolerance} of the largest output`,
      found: `a relative error of ${proof.maxRelError.toExponential(2)}`,
      cure: 'Nothing was written. This is a fault of the compactor: please report it with the model',
    });
  }
  const bytesAfter = [...written.shards.values()].reduce((sum, shard) => sum + shard.byteLength, 0);
  const report = compactReport({
    before,
    after: graph,
    bytesBefore: source.bytes,
    bytesAfter,
    passes,
    proof,
  });
  return { source, graph, written, report };
}

/** A model of either format as a graph. */
export async function openGraph(
  path: string,
): Promise<{ readonly source: ModelOnDisk; readonly graph: Graph }> {
  const source = await readModelFiles(path);
  return { source, graph: readModel(source, source.file) };
}
