// Knows how channels that nobody needs are cut out of a whole graph, node by node, in the order in which data flows.
import {
  type ChannelConstants,
  type ChannelUse,
  carrierOf,
  channelConstants,
  channelWeights,
  constantTensor,
  type Graph,
  type GraphNode,
  type HostTensor,
  InternalError,
  inferShapes,
  type KeepSet,
  keepsLastAxis,
  nodesByName,
  type Shape,
  takeAxis,
  windowSeesPadding,
  worksOnLastAxis,
} from '@asfp/core';
import type { CutOptions } from '../cutOptions.ts';
import { freshNames, withInputs } from '../pipeline/editGraph.ts';
import type { Pass } from '../pipeline/pass.ts';
import {
  cutConcat,
  cutDepthToSpace,
  cutGather,
  cutReshape,
  cutScatter,
  cutSlice,
  cutTransposed,
} from './cutMoves.ts';
import type { Cut, CutTools } from './cutTools.ts';
import { cutWeights, sliceable } from './cutWeights.ts';
import { all, union } from './keepSets.ts';
import { neededChannels } from './neededChannels.ts';

/**
 * Removes filters whose result is constant or unread, with everything that belongs to them.
 *
 * Each value keeps its own set of channels; where branches with different sets meet, a scatter puts them into the
 * union, with the constants of the missing ones. Where a node cannot work on fewer channels, a scatter before it
 * brings back all. So no graph is refused, and none changes what it computes.
 */
export function cutChannels(options: CutOptions = {}): Pass {
  return {
    name: 'cutChannels',
    run: (graph) => {
      const shapes = inferShapes(graph);
      const constants = channelConstants(graph, shapes);
      const missed = new Map<string, Set<number>>();
      for (;;) {
        const use = neededChannels(graph, shapes, constants, options, missed);
        const cutter = new Cutter(graph, shapes, constants, use);
        for (const node of graph.nodes) cutter.node(node);
        const rewritten = cutter.finish();
        if (cutter.missed.length === 0) {
          const { notes, kept } = cutter;
          return notes.length === 0 ? { graph, notes } : { graph: rewritten, notes, kept };
        }
        // A sum holds every channel that one of its branches still has; then the others must have it too.
        const again = cutter.missed.every(([name, c]) => missed.get(name)?.has(c) === true);
        if (again) throw new InternalError(`channels stay missing: ${JSON.stringify(cutter.missed)}`);
        for (const [name, c] of cutter.missed) missed.set(name, (missed.get(name) ?? new Set()).add(c));
      }
    },
  };
}

/** One walk through a graph; it holds what has been written so far. */
class Cutter {
  readonly notes: string[] = [];
  /** What is left of the layers that were cut. */
  readonly kept = new Map<string, KeepSet>();
  /** Live channels that were cut, by the name of their value, and then asked for. */
  readonly missed: (readonly [name: string, channel: number])[] = [];
  readonly #graph: Graph;
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #constants: ChannelConstants;
  readonly #use: ChannelUse;
  readonly #nodes: ReadonlyMap<string, GraphNode>;
  readonly #fresh: (base: string) => string;
  readonly #values = new Map<string, Cut>();
  readonly #written: GraphNode[] = [];
  readonly #widened = new Map<string, string>();
  readonly #renewed = new Set<string>();

  readonly #tools: CutTools;

  constructor(
    graph: Graph,
    shapes: ReadonlyMap<string, Shape>,
    constants: ChannelConstants,
    use: ChannelUse,
  ) {
    this.#graph = graph;
    this.#shapes = shapes;
    this.#constants = constants;
    this.#use = use;
    this.#nodes = nodesByName(graph);
    this.#fresh = freshNames(graph);
    this.#tools = {
      shapes,
      constants,
      nodes: this.#nodes,
      notes: this.notes,
      value: (name) => this.#value(name),
      widen: (name, wanted) => this.#widen(name, wanted),
      neededOf: (name) => this.#neededOf(name),
      constant: (base, tensor) => this.#constant(base, tensor),
      write: (node, keep) => this.#write(node, keep),
      wall: (node) => this.#wall(node),
    };
  }

  finish(): Graph {
    const outputs = this.#graph.outputs.map((output) => ({ ...output, from: this.#whole(output.from) }));
    return { ...this.#graph, nodes: this.#written, outputs };
  }

  node(node: GraphNode): void {
    this.#values.set(node.name, this.#cut(node));
  }

  #cut(node: GraphNode): Cut {
    // A scatter can be written for images and rows alone, so other values keep all their channels.
    if (![2, 4].includes(this.#shapes.get(node.name)?.length ?? 0)) return this.#wall(node);
    switch (node.op) {
      case 'conv2d':
      case 'matMul':
        return this.#weighted(node);
      case 'depthwiseConv2d':
        return this.#depthwise(node);
      case 'batchNorm':
        return this.#batchNorm(node);
      case 'unary':
      case 'maxPool':
      case 'avgPool':
      case 'resize':
        return this.#channelwise(node);
      case 'reduce':
        return keepsLastAxis(node, this.#shapes) ? this.#reduce(node) : this.#wall(node);
      case 'mean':
      case 'transpose':
      case 'squeeze':
      case 'expandDims':
      case 'mirrorPad':
        return keepsLastAxis(node, this.#shapes) ? this.#channelwise(node) : this.#wall(node);
      case 'binary':
        return this.#binary(node);
      case 'pad':
        return this.#pad(node);
      case 'reshape':
        return cutReshape(this.#tools, node);
      case 'concat':
        return worksOnLastAxis(node, this.#shapes) ? cutConcat(this.#tools, node) : this.#wall(node);
      case 'gather':
        return worksOnLastAxis(node, this.#shapes) ? cutGather(this.#tools, node) : this.#channelwise(node);
      case 'scatter':
        return cutScatter(this.#tools, node);
      case 'slice':
        return cutSlice(this.#tools, node);
      case 'depthToSpace':
        return cutDepthToSpace(this.#tools, node);
      case 'convTranspose2d':
        return cutTransposed(this.#tools, node);
      case 'softmax':
      case 'input':
      case 'const':
      case 'opaque':
      case 'part':
        return this.#wall(node);
    }
  }

  #weighted(node: GraphNode<'conv2d' | 'matMul'>): Cut {
    const kernel = constantTensor(this.#nodes, node.inputs[1]);
    const bias = constantTensor(this.#nodes, node.inputs[2]);
    const constants = this.#constants.get(node.inputs[0] as string);
    if (
      kernel === undefined ||
      constants === undefined ||
      (node.inputs[2] !== undefined && bias === undefined)
    ) {
      return this.#wall(node);
    }
    const uneven = node.op === 'conv2d' && windowSeesPadding(node, kernel, this.#shapes);
    const filters = this.#neededOf(node.name);
    const from = uneven ? this.#withCarrier(node, kernel, constants, filters) : this.#value(node.inputs[0]);
    const inputs = from.keep ?? all(constants.length);
    const outs = kernel.shape.at(-1) as number;
    if (inputs.length === constants.length && filters.length === outs) {
      return this.#write(withInputs(node, [from.name, ...node.inputs.slice(1)]), undefined);
    }
    this.kept.set(node.name, { inputs, filters });
    const cut = cutWeights(node, kernel, bias, { inputs, filters, constants, uneven });
    const parts = [this.#constant(`${node.name}/kernel`, cut.kernel)];
    if (cut.bias !== undefined) parts.push(this.#constant(`${node.name}/bias`, cut.bias));
    if (filters.length < outs) this.notes.push(`${node.name}: ${filters.length} of ${outs} filters`);
    return this.#write(withInputs(node, [from.name, ...parts]), filters.length < outs ? filters : undefined);
  }

  /** The input of a convolution whose padding shows, with one constant channel put back if none of those that count is left. */
  #withCarrier(
    node: GraphNode<'conv2d'>,
    kernel: HostTensor,
    constants: Float64Array,
    filters: readonly number[],
  ): Cut {
    const from = this.#value(node.inputs[0]);
    if (from.keep === undefined) return from;
    const touches = (c: number): boolean =>
      filters.some((o) => !channelWeights(node.op, kernel, c, o).isZero);
    const carrier = carrierOf(constants, touches);
    const carried = from.keep.some((c) => Math.abs(constants[c] as number) > 0);
    if (carrier < 0 || carried) return from;
    return this.#widen(node.inputs[0] as string, union([from.keep, [carrier]]));
  }

  #depthwise(node: GraphNode<'depthwiseConv2d'>): Cut {
    const kernel = constantTensor(this.#nodes, node.inputs[1]);
    const bias = constantTensor(this.#nodes, node.inputs[2]);
    if (kernel === undefined || (node.inputs[2] !== undefined && bias === undefined)) return this.#wall(node);
    const from = this.#withLive(node, kernel.shape[3] as number, 0);
    if (from.keep === undefined)
      return this.#write(withInputs(node, [from.name, ...node.inputs.slice(1)]), undefined);
    const multiplier = kernel.shape[3] as number;
    const keep = from.keep.flatMap((c) => all(multiplier).map((m) => c * multiplier + m));
    this.kept.set(node.name, { inputs: from.keep, filters: keep });
    const parts = [this.#constant(`${node.name}/kernel`, takeAxis(kernel, 2, from.keep))];
    if (bias !== undefined) parts.push(this.#constant(`${node.name}/bias`, takeAxis(bias, 0, keep)));
    return this.#write(withInputs(node, [from.name, ...parts]), keep);
  }

  /** The input of a node that makes of channel c those from `offset` + c · `each`, with constants put back of which it makes no constants. */
  #withLive(node: GraphNode<'depthwiseConv2d' | 'pad' | 'reduce'>, each: number, offset: number): Cut {
    const from = this.#value(node.inputs[0]);
    const out = this.#constants.get(node.name);
    const use = this.#use.get(node.name);
    const channels = this.#constants.get(node.inputs[0] as string)?.length;
    if (from.keep === undefined || out === undefined || channels === undefined) return from;
    const isLive = (o: number): boolean => use?.[o] === 1 && Number.isNaN(out[o]);
    const missing = all(channels).filter((c) => all(each).some((m) => isLive(offset + c * each + m)));
    return this.#widen(node.inputs[0] as string, union([from.keep, missing]));
  }

  #batchNorm(node: GraphNode<'batchNorm'>): Cut {
    const from = this.#value(node.inputs[0]);
    const { keep } = from;
    const vectors = node.inputs.slice(1).map((name) => constantTensor(this.#nodes, name));
    if (vectors.includes(undefined)) return this.#wall(node);
    if (keep === undefined)
      return this.#write(withInputs(node, [from.name, ...node.inputs.slice(1)]), undefined);
    const parts = ['gamma', 'beta', 'mean', 'variance'].map((part, i) =>
      this.#constant(`${node.name}/${part}`, takeAxis(vectors[i] as HostTensor, 0, keep)),
    );
    return this.#write(withInputs(node, [from.name, ...parts]), keep);
  }

  /** An op that does the same to every channel. */
  #channelwise(node: GraphNode): Cut {
    const from = this.#value(node.inputs[0]);
    return this.#write(
      withInputs(node, [from.name, ...node.inputs.slice(1).map((name) => this.#whole(name))]),
      from.keep,
    );
  }

  #binary(node: GraphNode<'binary'>): Cut {
    const channels = this.#constants.get(node.name)?.length;
    const operands = node.inputs.map((name) => ({
      name,
      value: this.#value(name),
      tensor: constantTensor(this.#nodes, name),
      channels: this.#constants.get(name)?.length,
    }));
    const fits = operands.every(({ tensor, channels: own }) =>
      tensor === undefined ? own === channels : sliceable(tensor, channels),
    );
    if (!fits || operands.every(({ value }) => value.keep === undefined)) return this.#wall(node);
    const keep = union([this.#neededOf(node.name), ...operands.map(({ value }) => value.keep ?? [])]);
    // A branch that is still whole makes the result whole.
    const whole = operands.some(({ value, tensor }) => tensor === undefined && value.keep === undefined);
    const result = whole ? all(channels as number) : keep;
    const inputs = operands.map(({ name, tensor }) => {
      if (tensor === undefined) return this.#widen(name, result).name;
      const sliced = tensor.shape.at(-1) === channels && channels !== 1;
      return sliced
        ? this.#constant(`${node.name}/operand`, takeAxis(tensor, tensor.shape.length - 1, result))
        : name;
    });
    return this.#write(withInputs(node, inputs), result);
  }

  #reduce(node: GraphNode<'reduce'>): Cut {
    // The sum of a constant channel depends on how many positions there are: it must be there to be summed.
    const from = this.#withLive(node, 1, 0);
    return this.#write(withInputs(node, [from.name]), from.keep);
  }

  #pad(node: GraphNode<'pad'>): Cut {
    const [before, after] = node.attrs.paddings.at(-1) ?? [0, 0];
    const from = this.#withLive(node, 1, before);
    const channels = this.#constants.get(node.inputs[0] as string)?.length;
    if (channels === undefined || (from.keep === undefined && before === 0 && after === 0))
      return this.#wall(node);
    // Padded channels are constant: they need not be there.
    const keep = (from.keep ?? all(channels)).map((c) => c + before);
    const frame = node.attrs.paddings.slice(0, -1);
    if (frame.every(([a, b]) => a === 0 && b === 0)) {
      if (before + after > 0) this.notes.push(`${node.name}: its padded channels are left out`);
      return { name: from.name, keep };
    }
    const paddings = [...frame, [0, 0] as const];
    return this.#write(
      { ...withInputs(node, [from.name]), attrs: { ...node.attrs, paddings } } as GraphNode,
      keep,
    );
  }

  /** An op that must see all channels of all its inputs. */
  #wall(node: GraphNode): Cut {
    return this.#write(
      withInputs(
        node,
        node.inputs.map((name) => this.#whole(name)),
      ),
      undefined,
    );
  }

  #whole(name: string): string {
    const { keep } = this.#value(name);
    const channels = this.#constants.get(name)?.length;
    if (keep === undefined || channels === undefined) return this.#value(name).name;
    return this.#widen(name, all(channels)).name;
  }

  /** The value with at least its own channels put into `wanted`, the missing ones filled with their constants. */
  #widen(name: string, wanted: readonly number[]): Cut {
    const from = this.#value(name);
    const constants = this.#constants.get(name) as Float64Array;
    const keep = from.keep ?? all(constants.length);
    const isWhole = wanted.length === constants.length;
    if (keep.length === wanted.length) return { name: from.name, keep: isWhole ? undefined : wanted };
    const key = JSON.stringify([name, wanted]);
    const known = this.#widened.get(key);
    if (known !== undefined) return { name: known, keep: isWhole ? undefined : wanted };
    const there = new Set(keep);
    const fill = wanted.map((c) => (there.has(c) ? 0 : (constants[c] as number)));
    for (const c of wanted) if (!there.has(c) && Number.isNaN(constants[c])) this.missed.push([name, c]);
    const numbers = fill.map((value) => (Number.isNaN(value) ? 0 : value));
    const positions = keep.map((c) => wanted.indexOf(c));
    if (positions.includes(-1))
      throw new InternalError(`${name} would lose channels on its way into a wider value`);
    const written = this.#scatterName(name);
    this.#written.push({
      name: written,
      op: 'scatter',
      inputs: [from.name],
      attrs: { size: wanted.length, positions, fill: numbers },
    });
    this.#widened.set(key, written);
    return { name: written, keep: isWhole ? undefined : wanted };
  }

  /** A scatter that is written anew keeps its name, so that compacting twice is compacting once. */
  #scatterName(name: string): string {
    const isNew = this.#nodes.get(name)?.op !== 'scatter' || this.#renewed.has(name);
    if (isNew) return this.#fresh(`${name}/scatter`);
    this.#renewed.add(name);
    return name;
  }

  #neededOf(name: string): number[] {
    return [...(this.#use.get(name) ?? [])].flatMap((flag, c) => (flag === 1 ? [c] : []));
  }

  #constant(base: string, tensor: HostTensor): string {
    const name = this.#fresh(base);
    this.#written.push({ name, op: 'const', inputs: [], attrs: { tensor } });
    return name;
  }

  #write(node: GraphNode, keep: readonly number[] | undefined): Cut {
    const channels = this.#constants.get(node.name)?.length;
    this.#written.push(node);
    return { name: node.name, keep: keep?.length === channels ? undefined : keep };
  }

  #value(name: string | undefined): Cut {
    const value = this.#values.get(name ?? '');
    if (value === undefined) throw new InternalError(`${name} is read before it is cut`);
    return value;
  }
}
