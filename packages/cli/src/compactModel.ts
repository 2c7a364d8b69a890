// Knows how a model on disk becomes a smaller one: read, rewritten, proven, and only then written.
import {
  type CutOptions,
  compact,
  compactReport,
  convert,
  evenBorders,
  pruneFilters,
  sumProof,
  widenWeights,
} from '@asfp/compactor';
import {
  AsfpError,
  type CompactReport,
  costTable,
  type FilterPlan,
  type Graph,
  type Proof,
  type Pruning,
  type Rounding,
  readModel,
  type StoredType,
  type WrittenModel,
} from '@asfp/core';
import { type ModelOnDisk, readModelFiles } from '@asfp/trainer/files';
import { type OutputFormat, readBack, writeIn } from './outputFormat.ts';
import { inMemory, measureChange, proveModels } from './proveModels.ts';
import { type PruneChoice, planOf } from './pruneChoice.ts';
import { quantizeKernels } from './quantizeKernels.ts';

/** A smaller model that has been proven, not yet on disk. */
export interface CompactedModel {
  readonly source: ModelOnDisk;
  readonly graph: Graph;
  readonly written: WrittenModel;
  readonly report: CompactReport;
}

/** What `compactModel` is told: with `cut` false nothing is removed, only folded and fused; `prune` chooses filters that are not zero; `quantize` stores kernels in fewer bytes after the proof, or, with `none`, all of them as float32. */
export interface CompactOptions extends CutOptions {
  readonly cut: boolean;
  readonly prune?: PruneChoice | undefined;
  readonly quantize?: StoredType | 'none' | undefined;
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
  const to = options.quantize;
  const given = to === 'none' ? widenWeights(basis) : basis;
  const { graph, passes, kept } = options.cut ? compact(given, options) : convert(given);
  const format = options.format ?? 'graph';
  const written = writeIn(format, graph);
  // The proof is of what will be on disk, so it is read back from the bytes that go there.
  const reread = readBack(format, written, graph);
  const original =
    basis === before ? { files: source, graph: before, where: source.file } : inMemory(basis, source.file);
  const proof = await proveModels(original, { files: written, graph: reread, where: 'the compact model' });
  if (!proof.passed) throw notEqual(source.file, proof);
  const narrowed = to === undefined || to === 'none' ? undefined : await quantizeKernels(graph, to, basis);
  const { shards } = narrowed?.written ?? written;
  const bytesAfter = [...shards.values()].reduce((sum, shard) => sum + shard.byteLength, 0);
  const report = compactReport({
    before,
    after: graph,
    kept,
    bytesBefore: source.bytes,
    bytesAfter,
    passes: [
      ...(pruned?.passes ?? []),
      ...(even?.passes ?? []),
      ...passes,
      ...(narrowed ? [narrowed.record] : []),
    ],
    proof: narrowed ? sumProof([...(proof.runs ?? []), ...narrowed.runs], proof.notRun ?? []) : proof,
    shapes: openShapes(before, proof),
    cut: options,
    pruning: options.prune && plan && (await pruningOf(options.prune, plan, before, chosen)),
    borders: even && (await measureChange(chosen, basis, source.file)),
    rounding: roundingOf(basis, graph, options, openShapes(before, proof)),
  });
  return { source, graph, written: narrowed?.written ?? written, report };
}

/** The runners that saw a difference, and the run with the largest. */
function notEqual(where: string, { runs = [], tolerance, maxRelError }: Proof): AsfpError {
  const failed = runs.filter(({ passed }) => !passed);
  const worst = failed.find((run) => run.maxRelError === maxRelError);
  const runners = [...new Set(failed.map(({ runner }) => runner))].join(' and ');
  return new AsfpError({
    code: 'not-equal',
    where,
    expected: `a compact model within ${tolerance.toExponential(1)} of the largest output`,
    found: `a relative error of ${maxRelError.toExponential(2)} of ${worst?.where} (${worst?.case}), seen by ${runners}`,
    cure: 'Nothing was written. This is a fault of the compactor: please report it with the model',
  });
}

/** What was chosen, and how far the answers moved. */
async function pruningOf(
  choice: PruneChoice,
  plan: FilterPlan,
  before: Graph,
  after: Graph,
): Promise<Pruning> {
  const change = await measureChange(before, after, 'the pruned model');
  const filters = [...plan.values()].reduce((sum, chosen) => sum + chosen.filters.length, 0);
  return { by: choice.by, value: choice.value, criterion: choice.criterion, filters, change };
}

/** The shapes of the proof's first run where the model leaves sizes beside the batch open: its costs are told for these. */
function openShapes(
  graph: Graph,
  { runs = [] }: Proof,
): Readonly<Record<string, readonly number[]>> | undefined {
  const open = graph.nodes.some((node) => node.op === 'input' && node.attrs.shape.slice(1).includes(null));
  return open ? runs[0]?.shapes : undefined;
}

/** What the multiple costs, against the same cut without it. */
function roundingOf(
  basis: Graph,
  graph: Graph,
  options: CompactOptions,
  shapes?: Readonly<Record<string, readonly number[]>>,
): Rounding | undefined {
  const { multipleOf = 1, ...others } = options;
  if (!options.cut || multipleOf === 1) return undefined;
  const macsWithout = costTable(compact(basis, others).graph, shapes).macs;
  return { multipleOf, macs: costTable(graph, shapes).macs, macsWithout };
}
