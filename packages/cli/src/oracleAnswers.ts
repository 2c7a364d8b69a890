// Knows what models must answer in a bench: what the oracle makes of the same seeded numbers.
import { oracleBudget, seededInputs, workOf } from '@asfp/compactor';
import { describeError, type Graph, rngFromSeed, runGraph } from '@asfp/core';

/** Numbers to run on, and each model's answer; or why there are none. */
export type OracleAnswers =
  | { readonly input: readonly number[]; readonly answers: readonly (readonly number[])[] }
  | { readonly reason: string };

/** Work that a bench may spend on the oracle: half a minute of one core. */
const mostWork = 4 * oracleBudget;

/**
 * The answers of all models to the same input `[batch, …]`. None where the models do not take the same one input and give
 * one output, where the oracle does not know an op, or where it would take too long.
 */
export function oracleAnswers(graphs: readonly Graph[], batch: number): OracleAnswers {
  const [first] = graphs;
  if (first === undefined) return { reason: 'there is no model' };
  try {
    const feeds = seededInputs(first, batch, rngFromSeed(1));
    const given = Object.values(feeds);
    const [only] = given;
    if (only === undefined || given.length > 1) return { reason: 'a model has several inputs' };
    const shape = JSON.stringify(only.shape);
    let work = 0;
    const answers: (readonly number[])[] = [];
    const own = graphs.map((graph) => {
      const inputs = seededInputs(graph, batch, rngFromSeed(1));
      work += batch * workOf(graph, inputs);
      return { graph, inputs };
    });
    if (own.some(({ inputs }) => JSON.stringify(Object.values(inputs)[0]?.shape) !== shape))
      return { reason: 'the models take inputs of different shapes' };
    if (graphs.some(({ outputs }) => outputs.length > 1)) return { reason: 'a model has several outputs' };
    if (graphs.some(({ nodes }) => nodes.some(({ op }) => op === 'opaque')))
      return { reason: 'a model has an op that the oracle does not know' };
    if (work > mostWork) return { reason: `they are more than ${mostWork / 1e9} G operations` };
    for (const { graph, inputs } of own) {
      const [output] = runGraph(graph, inputs).values();
      answers.push([...(output?.values ?? [])]);
    }
    return { input: Array.from(only.values), answers };
  } catch (error) {
    return { reason: describeError(error) };
  }
}
