// Knows how long each layer of a network takes within it, and of several networks the same layers next to each other.
import {
  constantTensor,
  costTable,
  type Dim,
  type Graph,
  inferShapes,
  median,
  nodesByName,
  sizeOf,
} from '@asfp/core';
import { encodeProgram, type Kernels, openKernels, type Step } from '@asfp/kernels';
import type { ConvSize, ConvWay } from '../src/compiled/convWork.ts';
import { lower } from '../src/compiled/lower.ts';
import { planMemory } from '../src/compiled/memoryPlan.ts';
import { placed } from '../src/compiled/stepList.ts';

/** A convolution or a dense layer, with the steps that it became. */
export interface LayerTime {
  readonly name: string;
  /** Multiply-adds of one picture. */
  readonly macs: number;
  readonly ns: number;
  /** What a convolution is, and the way it goes; undefined for other layers. */
  readonly conv: { readonly size: ConvSize; readonly way: ConvWay } | undefined;
}

/** A network's time, in its parts. */
export interface NetTimes {
  readonly layers: readonly LayerTime[];
  /** Pools, copies, scatters of their own: all steps of no layer, nanoseconds. */
  readonly otherNs: number;
}

/** A network that runs step by step. */
interface Opened {
  readonly kernels: Kernels;
  readonly steps: readonly Step[];
  readonly origins: readonly string[];
  /** First and last byte of each step's program. */
  readonly spans: readonly (readonly [number, number])[];
  readonly samples: readonly number[][];
}

/** Times networks of one input, each step by itself, the networks in turns; a step's time is the median of its rounds. */
export function layerTimes(
  graphs: readonly Graph[],
  module: WebAssembly.Module,
  rounds: number,
): readonly NetTimes[] {
  const nets = graphs.map((graph) => open(graph, module));
  for (let round = -3; round < rounds; round++) {
    for (const { kernels, spans, samples } of nets) {
      spans.forEach(([from, to], i) => {
        const start = process.hrtime.bigint();
        kernels.run(from, to, 0, 1, 0);
        // The first rounds only warm up.
        if (round >= 0) samples[i]?.push(Number(process.hrtime.bigint() - start));
      });
    }
  }
  return nets.map((net, i) => timesOf(net, graphs[i] as Graph));
}

function open(graph: Graph, module: WebAssembly.Module): Opened {
  const shapes = onePicture(graph);
  const { list, origins, inputs } = lower(graph, shapes, openKernels(module, 1));
  const { addresses, end } = planMemory(list.buffers, 1024);
  const steps = list.steps.map((step) => placed(step, addresses));
  const programs = steps.map((step) => encodeProgram([step]));
  const kernels = openKernels(module, end + programs.reduce((sum, { byteLength }) => sum + byteLength, 64));
  const { buffer } = kernels.memory;
  list.buffers.forEach(({ data }, i) => {
    if (data) new Uint8Array(buffer, addresses[i], data.byteLength).set(data);
  });
  for (const [name, { place }] of inputs) {
    const floats = sizeOf(shapes[name] as number[]);
    const values = Float32Array.from({ length: floats }, (_, i) => Math.sin(i));
    new Float32Array(buffer, addresses[place.buffer], floats).set(values);
  }
  let at = end;
  const spans = programs.map((program) => {
    new Uint8Array(buffer, at, program.byteLength).set(program);
    const from = at;
    at += program.byteLength;
    return [from, at] as const;
  });
  return { kernels, steps, origins, spans, samples: steps.map(() => []) };
}

function timesOf({ steps, origins, samples }: Opened, graph: Graph): NetTimes {
  const shapes = inferShapes(graph, onePicture(graph));
  const nodes = nodesByName(graph);
  const medians = samples.map(median);
  const layers = costTable(graph).layers.map(({ name, macs }): LayerTime => {
    const own = origins.flatMap((origin, i) => (origin === name ? [i] : []));
    const ns = own.reduce((sum, i) => sum + (medians[i] as number), 0);
    const node = nodes.get(name);
    const kernel = constantTensor(nodes, node?.inputs[1] ?? '')?.shape;
    if (node?.op !== 'conv2d' || kernel === undefined) return { name, macs, ns, conv: undefined };
    const [kh, kw, channels, cols] = kernel as [number, number, number, number];
    const [batch, yHeight, yWidth] = shapes.get(name) as [number, number, number];
    const { strides, dilations } = node.attrs;
    const winograd = own.map((i) => steps[i]).find((step) => step?.kernel === 'winograd');
    const points = winograd && (winograd.args as { points: number }).points;
    return {
      ...{ name, macs, ns },
      conv: {
        size: { ...{ batch, channels, cols, kernel: [kh, kw], strides, dilations }, yHeight, yWidth },
        way: points === undefined ? 'gemm' : points === 6 ? 'sixPoints' : 'fourPoints',
      },
    };
  });
  const total = medians.reduce((sum, ns) => sum + ns, 0);
  return { layers, otherNs: total - layers.reduce((sum, { ns }) => sum + ns, 0) };
}

function onePicture(graph: Graph): Record<string, number[]> {
  return Object.fromEntries(
    graph.nodes.flatMap((node) =>
      node.op === 'input' ? [[node.name, node.attrs.shape.map((side: Dim) => side ?? 1)]] : [],
    ),
  );
}
