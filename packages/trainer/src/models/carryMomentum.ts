// Knows how the momentum of a run goes on in the network that was cut out of its result.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  AsfpError,
  type CompactReport,
  constantTensor,
  describeError,
  float32Tensor,
  type Graph,
  type GraphNode,
  type HostTensor,
  type KeepSet,
  nodesByName,
  normScale,
  readersOf,
  readModel,
  sizeOf,
  takeAxis,
} from '@asfp/core';
import { type NamedVariable, readVariables } from '../bridge/modelWeights.ts';
import { readCheckpoint } from '../record/checkpoint.ts';
import { readModelFiles } from '../record/readModelFiles.ts';

/** Momentum to begin with. */
export interface CarriedMomentum {
  /** A tensor for every variable by name; zeros where none goes on. */
  readonly slots: ReadonlyMap<string, HostTensor>;
  /** The folder of the checkpoint that it comes from. */
  readonly from: string;
  /** Layers whose momentum goes on. */
  readonly layers: number;
  /** Layers that learn. */
  readonly all: number;
}

/**
 * The momentum of a compact network's variables, from the checkpoint of the run whose folder it lies in: the slices that
 * compact-report.json names. Momentum is a sum of gradients; where batch norm was folded into a kernel, W′ = W · s, the
 * gradient of W′ is that of W over s, and that of the bias is beta's. Where a kernel is not such a slice it begins at zero.
 * Undefined where there is no such run; `file` is the path of the compact model.json.
 */
export async function carryMomentum(
  file: string,
  variables: readonly NamedVariable[],
): Promise<CarriedMomentum | undefined> {
  const run = dirname(dirname(file));
  const reportFile = join(dirname(file), 'compact-report.json');
  if (![reportFile, join(run, 'dense', 'model.json')].every(existsSync)) return undefined;
  const from = join(run, 'checkpoint');
  const checkpoint = await readCheckpoint(from);
  if (checkpoint === undefined) return undefined;
  const keepSets = await readKeepSets(reportFile);
  const files = await readModelFiles(join(run, 'dense'));
  const layerOf = denseLayers(readModel(files, files.file));
  const values = await readVariables(variables);
  const slots = new Map([...values].map(([name, { shape }]) => [name, zeros(shape)]));
  let layers = 0;
  let all = 0;
  for (const [name, kernel] of values) {
    const [layerName, part] = splitName(name);
    if (!part.endsWith('kernel')) continue;
    all++;
    const layer = layerOf(layerName);
    const keep = keepSets.get(layerName);
    const momentum = checkpoint.momentum.get(layer?.kernel.name ?? '');
    if (layer === undefined || momentum === undefined || !isWithin(keep, layer)) continue;
    const scale = keep ? keep.filters.map((i) => layer.scale[i] as number) : layer.scale;
    const cut = (whole: HostTensor): HostTensor => cutKernel(whole, keep, layer.isDepthwise);
    const slot = carry(kernel, cut(layer.kernel.tensor), cut(momentum), scale);
    if (slot === undefined) continue;
    layers++;
    slots.set(name, slot);
    const bias = checkpoint.momentum.get(layer.bias);
    if (bias === undefined || !slots.has(`${layerName}/bias`)) continue;
    slots.set(`${layerName}/bias`, keep ? takeAxis(bias, 0, keep.filters) : bias);
  }
  return { slots, from, layers, all };
}

/** A layer of the network before the cut. */
interface DenseLayer {
  readonly kernel: { readonly name: string; readonly tensor: HostTensor };
  readonly isDepthwise: boolean;
  /** What batch norm behind it multiplies each filter by; ones without. */
  readonly scale: ArrayLike<number>;
  /** The weight that its bias became: its own, or beta; empty where it has neither. */
  readonly bias: string;
}

/** Tells of the layers of a network by name. */
function denseLayers(graph: Graph): (name: string) => DenseLayer | undefined {
  const nodes = nodesByName(graph);
  const readers = readersOf(graph);
  return (name) => denseLayer(nodes, readers, name);
}

function denseLayer(
  nodes: ReadonlyMap<string, GraphNode>,
  readers: ReadonlyMap<string, readonly GraphNode[]>,
  name: string,
): DenseLayer | undefined {
  const node = nodes.get(name);
  const kernelName = node?.inputs[1] ?? '';
  const tensor = constantTensor(nodes, kernelName);
  if (!['conv2d', 'depthwiseConv2d', 'matMul'].includes(node?.op ?? '') || tensor === undefined)
    return undefined;
  const isDepthwise = node?.op === 'depthwiseConv2d';
  const found = { kernel: { name: kernelName, tensor }, isDepthwise };
  const [reader, ...others] = readers.get(name) ?? [];
  if (reader?.op !== 'batchNorm' || others.length > 0) {
    const filters = sizeOf(tensor.shape.slice(isDepthwise ? -2 : -1));
    return { ...found, scale: new Float64Array(filters).fill(1), bias: node?.inputs[2] ?? '' };
  }
  const scale = scaleOf(reader, nodes);
  return scale && { ...found, scale, bias: reader.inputs[2] as string };
}

function scaleOf(
  norm: GraphNode<'batchNorm'>,
  nodes: ReadonlyMap<string, GraphNode>,
): Float64Array | undefined {
  const [gamma, variance] = [norm.inputs[1], norm.inputs[4]].map((from) => constantTensor(nodes, from));
  if (gamma === undefined || variance === undefined) return undefined;
  return normScale(gamma.values, variance.values, norm.attrs.epsilon);
}

/** What compact-report.json says is left of each layer that was cut; throws AsfpError `report-broken`. */
async function readKeepSets(file: string): Promise<ReadonlyMap<string, KeepSet | undefined>> {
  try {
    const { layers } = JSON.parse(await readFile(file, 'utf8')) as CompactReport;
    return new Map(layers.map(({ name, keepSet }) => [name, keepSet]));
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'report-broken',
        where: file,
        expected: 'the report that `asfp compact` writes',
        found: describeError(cause),
        cure: 'Compact the run again; or take the report away, then momentum begins at zero',
      },
      { cause },
    );
  }
}

/** Whether a keep set speaks of a layer of this size; one of another network's report does not. */
function isWithin(keep: KeepSet | undefined, { kernel, scale }: DenseLayer): boolean {
  const inputs = kernel.tensor.shape.at(-2) as number;
  return (
    keep === undefined ||
    (keep.inputs.every((i) => i < inputs) && keep.filters.every((i) => i < scale.length))
  );
}

/** What a cut has left of a kernel `[…, in, out]`; a depthwise one `[…, channels, multiplier]` keeps its multiplier. */
function cutKernel(kernel: HostTensor, keep: KeepSet | undefined, isDepthwise: boolean): HostTensor {
  if (keep === undefined) return kernel;
  const axis = kernel.shape.length - 2;
  const inputs = takeAxis(kernel, axis, keep.inputs);
  return isDepthwise ? inputs : takeAxis(inputs, axis + 1, keep.filters);
}

/**
 * The momentum of a kernel that is `whole` times its filters' `scale`. Weights that are something else, such as those of a channel
 * that carries the constants of others, begin at zero; undefined where that is most of them.
 */
function carry(
  kernel: HostTensor,
  whole: HostTensor,
  momentum: HostTensor,
  scale: ArrayLike<number>,
): HostTensor | undefined {
  const count = kernel.values.length;
  if (count !== whole.values.length) return undefined;
  const slot = new Float32Array(count);
  let same = 0;
  for (let i = 0; i < count; i++) {
    const factor = scale[i % scale.length] as number;
    const exact = (whole.values[i] as number) * factor;
    if (Math.abs((kernel.values[i] as number) - exact) > rounding * Math.abs(exact)) continue;
    same++;
    if (factor !== 0) slot[i] = (momentum.values[i] as number) / factor;
  }
  return 2 * same > count ? float32Tensor(kernel.shape, slot) : undefined;
}

/** The distance of a number to its float32, relative to it. */
const rounding = 2 ** -24;

function zeros(shape: readonly number[]): HostTensor {
  return float32Tensor(shape, new Float32Array(sizeOf(shape)));
}

/** `stem_conv/kernel` as its layer and part; layers' names may have slashes. */
function splitName(name: string): [layer: string, part: string] {
  const at = name.lastIndexOf('/');
  return [name.slice(0, at), name.slice(at + 1)];
}
