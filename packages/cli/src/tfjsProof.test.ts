import { compact, convert, proofCases, roundingBound } from '@asfp/compactor';
import { type Feeds, type Graph, runGraph, writeGraphModel } from '@asfp/core';
import { graphFromSeed, withStandIns } from '@asfp/core/testing';
import { type Answer, openPredictor, type PlainBackendName, usePlainBackend } from '@asfp/trainer';
import { expect, test } from 'vitest';

interface Found {
  readonly values: number;
  readonly finite: number;
}

/** Sixty random graphs, as a converter writes them and compact, on one backend; throws at the first value that is off. */
async function check(backend: PlainBackendName, against: 'oracle' | 'each other'): Promise<Found> {
  let [values, finite] = [0, 0];
  await usePlainBackend(backend, async () => {
    for (let seed = 0; seed < 60; seed++) {
      const graph = graphFromSeed(seed);
      const feeds = proofCases(graph).cases[0]?.feeds ?? {};
      const plain = withStandIns(graph);
      const bounds = [...roundingBound(plain, feeds, 'float32').values()];
      const converted = await answersOf(convert(graph).graph, feeds);
      const compacted = await answersOf(compact(graph).graph, feeds);
      const truth = against === 'oracle' ? [...runGraph(plain, feeds).values()] : converted;
      for (const answers of against === 'oracle' ? [converted, compacted] : [compacted]) {
        expect(answers.map(({ shape }) => shape)).toEqual(truth.map(({ shape }) => shape));
        for (const [i, { values: expected }] of truth.entries()) {
          for (let at = 0; at < expected.length; at++) {
            const bound = bounds[i]?.[at] as number;
            values++;
            if (Number.isFinite(bound)) finite++;
            const off = Math.abs((answers[i]?.values[at] as number) - (expected[at] as number));
            if (!(off <= bound))
              throw new Error(`seed ${seed}, output ${i}, value ${at}: off by ${off}, not ${bound}`);
          }
        }
      }
    }
  });
  return { values, finite };
}

async function answersOf(graph: Graph, feeds: Feeds): Promise<readonly Answer[]> {
  const predictor = await openPredictor(writeGraphModel(graph), graph.name);
  return predictor.run(feeds).finally(predictor.dispose);
}

test.each([
  ['cpu', 'oracle'],
  // The wasm backend has a fault of its own: it pads for a 1 × n or n × 1 kernel with stride 2 at the wrong end.
  ['wasm', 'each other'],
] as const)(
  'on %s, against %s: no value is off by more than its bound in float32',
  async (backend, against) => {
    const { values, finite } = await check(backend, against);
    expect(values).toBeGreaterThan(1000);
    expect(finite / values).toBeGreaterThan(0.5);
  },
);
