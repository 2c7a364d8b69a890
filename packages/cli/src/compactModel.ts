// Knows how a model on disk becomes a smaller one: read, rewritten, proven, and only then written.
import {
  type CutOptions,
  compact,
  compactReport,
  convert,
  evenBorders,
  proveEqual,
  pruneFilters,
} from '@asfp/compactor';
import {
  AsfpError,
  type Change,
  type CompactReport,
  costTable,
  type FilterPlan,
  type Graph,
  type Pruning,
  type Rounding,
  readModel,
  type StoredType,
  type WrittenModel,
} from '@asfp/core';
import { type ModelOnDisk, readModelFiles } from '@asfp/trainer/files';
import { type OutputFormat, readBack, writeIn } from './outputFormat.ts';
import { type PruneChoice, planOf } from './pruneChoice.ts';
import { quantizeKernels } from './quantizeKernels.ts';

/** Seeded inputs of the oracle's proof: two with edge values among them. */
const provenInputs = 8;

/** A smaller model that has been proven, not yet on disk. */
export interface CompactedModel {
  readonly source: ModelOnDisk;
  readonly graph: Graph;
  readonly written: WrittenModel;
  readonly report: CompactReport;
}

/** What `compactModel` is told: with `cut` false nothing is removed, only folded and fused; `prune` chooses filters that are not zero; `quantize` stores kernels in fewer bytes after the proof. */
export interface CompactOptions extends CutOptions {
  readonly cut: boolean;
  readonly prune?: PruneChoice | undefined;
  readonly quantize?: StoredType | undefined;
  readonly format?: OutputFormat | undefined;
}

/** Reads, rewrites and proves. Throws AsfpError `not-equal` when the proof fails, besides those of reading. */
export async function compactModel(path: string, options: CompactOptions): Promise<CompactedModel> {
  const source = await readModelFiles(path);
  const before = readModel(source, source.file);
  const plan = options.prune && planOf(options.prune, before);
  const pruned = plan && pruneFilters(before, plan);
  const chosen = pruned?.graph ?? before;
  const even = options.constants === 'fold' ? evenBorders(chosen) : undefined;
  const basis = even?.graph ?? chosen;
  const { graph, passes } = options.cut ? compact(basis, options) : convert(basis);
  const format = options.format ?? 'graph';
  const written = writeIn(format, graph);
  // The proof is of what will be on disk, so it is read back from the bytes that go there.
  const reread = readBack(format, written, graph);
  const proof = proveEqual(basis, reread, provenInputs);
  if (!proof.passed) {
    throw new AsfpError({
      code: 'not-equal',
      where: source.file,
      expected: `a compact model within ${proof.tolerance.toExponential(1)} of the largest output`,
      found: `a relative error of ${proof.maxRelError.toExponential(2)}`,
      cure: 'Nothing was written. This is a fault of the compactor: please report it with the model',
    });
  }
  const narrowed = options.quantize && quantizeKernels(graph, options.quantize, basis, provenInputs);
  const { shards } = narrowed?.written ?? written;
  const bytesAfter = [...shards.values()].reduce((sum, shard) => sum + shard.byteLength, 0);
  const report = compactReport({
    before,
    after: graph,
    bytesBefore: source.bytes,
    bytesAfter,
    passes: [
      ...(pruned?.passes ?? []),
      ...(even?.passes ?? []),
      ...passes,
      ...(narrowed ? [narrowed.record] : []),
    ],
    proof,
    cut: options,
    pruning: options.prune && plan && pruningOf(options.prune, plan, before, chosen),
    borders: even && changeOf(chosen, basis),
    rounding: roundingOf(basis, graph, options),
  });
  return { source, graph, written: narrowed?.written ?? written, report };
}

/** What was chosen, and how far the answers moved. */
function pruningOf(choice: PruneChoice, plan: FilterPlan, before: Graph, after: Graph): Pruning {
  const change = changeOf(before, after);
  const filters = [...plan.values()].reduce((sum, chosen) => sum + chosen.filters.length, 0);
  return { by: choice.by, value: choice.value, criterion: choice.criterion, filters, change };
}

function changeOf(before: Graph, after: Graph): Change {
  const { tolerance: _, passed: __, ...change } = proveEqual(before, after, provenInputs);
  return change;
}

/** What the multiple costs, against the same cut without it. */
function roundingOf(basis: Graph, graph: Graph, options: CompactOptions): Rounding | undefined {
  const { multipleOf = 1, ...others } = options;
  if (!options.cut || multipleOf === 1) return undefined;
  const macsWithout = costTable(compact(basis, others).graph).macs;
  return { multipleOf, macs: costTable(graph).macs, macsWithout };
}

/** A model of either format as a graph. */
export async function openGraph(
  path: string,
): Promise<{ readonly source: ModelOnDisk; readonly graph: Graph }> {
  const source = await readModelFiles(path);
  return { source, graph: readModel(source, source.file) };
}
