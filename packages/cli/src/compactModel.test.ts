import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float32Tensor, type Graph, parseGraph, writeGraphModel } from '@asfp/core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runCli } from './runCli.ts';

// A compactor with a fault: it moves the first weight of each kernel by a thousandth.
vi.mock('@asfp/compactor', async (original) => {
  const real = await original<typeof import('@asfp/compactor')>();
  const faulty = (graph: Graph): Graph => ({
    ...graph,
    nodes: graph.nodes.map((node) => {
      if (node.op !== 'const' || node.attrs.tensor.shape.length < 2) return node;
      const { shape, values } = node.attrs.tensor;
      const moved = Float32Array.from(values, (value, i) => (i === 0 ? value * 1.001 : value));
      return { ...node, attrs: { tensor: float32Tensor(shape, moved) } };
    }),
  });
  return {
    ...real,
    compact: (...given: Parameters<typeof real.compact>) => {
      const { graph, passes } = real.compact(...given);
      return { graph: faulty(graph), passes };
    },
  };
});

test.each([
  ['oracle and tfjs wasm', ''],
  // The oracle does not know it, so tfjs must see the fault.
  ['tfjs wasm', 'o = opaque(c) attr={} kind="Cos"'],
])(
  'a model that differs: exit code 1, one line that says where, nothing written (%s)',
  async (runners, middle) => {
    const folder = await mkdtemp(join(tmpdir(), 'asfp-fault-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const { json, shards } = writeGraphModel(
      parseGraph(`graph "g"
x = input dtype="float32" shape=[null,4,4,2]
k = const float32[1,1,2,3] values=[1,-1,2,3,0.5,4]
c = conv2d(x, k) pad="same" strides=[1,1]
${middle}
y = mean(${middle === '' ? 'c' : 'o'}) axes=[1,2] keepDims=false
output "y" = y
`),
    );
    await writeFile(join(folder, 'model.json'), JSON.stringify(json));
    for (const [path, bytes] of shards) await writeFile(join(folder, path), bytes);
    let [out, err] = ['', ''];
    const streams = {
      out: { write: (text: string) => (out += text) },
      err: { write: (text: string) => (err += text) },
    };
    const code = await runCli(
      ['compact', folder, '--out', join(folder, 'out')],
      streams,
      new AbortController().signal,
    );
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(
      new RegExp(
        `^asfp compact: .*model.json: expected a compact model within \\S+ of the largest output, found a relative error of \\S+ of y \\(.*\\), seen by ${runners}\\. Nothing was written\\. .*\\n$`,
      ),
    );
    await expect(access(join(folder, 'out'))).rejects.toThrow('ENOENT');
  },
);
