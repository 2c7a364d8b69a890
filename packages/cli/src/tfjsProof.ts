// Knows how two models' files are proven to answer alike on plain tfjs: on its wasm backend, or on cpu where that lacks something.
import {
  compareRuns,
  fewImages,
  judge,
  type OutputPair,
  oracleBudget,
  type PartOfProof,
  type ProofCase,
  roundingBound,
  shapesOf,
  workOf,
} from '@asfp/compactor';
import {
  AsfpError,
  describeError,
  type Feeds,
  type Graph,
  hasOpaque,
  type ModelFiles,
  type ProofRun,
  writeGraphModel,
} from '@asfp/core';
import {
  type Answer,
  openPredictor,
  type PlainBackendName,
  type Predictor,
  usePlainBackend,
} from '@asfp/trainer';

/** A model as files, and what is read from them; `where` names it in errors. */
export interface ProvenModel {
  readonly files: ModelFiles;
  readonly graph: Graph;
  readonly where: string;
}

/** Work that a backend may take for one proof: some ten seconds of one core. */
const budgets: Readonly<Record<PlainBackendName, number>> = { wasm: 40e9, cpu: 2e9 };

/** The oracle's passes for a bound in float32, of which it may take a part of its own budget. */
const boundShare = oracleBudget / 6;

/**
 * Runs both models' files on the cases; over the budget one image each of those with chance values, at least the first.
 * Throws AsfpError `not-equal` where the second model does not run and the first does, or answers in another number.
 */
export async function proveOnTfjs(
  a: ProvenModel,
  b: ProvenModel,
  cases: readonly ProofCase[],
): Promise<PartOfProof> {
  const first = await tryBackend('wasm', a, b, cases);
  if (typeof first !== 'string') return first;
  const second = await tryBackend('cpu', a, b, cases);
  if (typeof second === 'string') return { runs: [], notRun: [first, second] };
  return { runs: second.runs, notRun: [first, ...second.notRun] };
}

/** How many times its own noise a run may be off, being the largest of many values, before it says something. */
const noiseTimes = 10;

/**
 * Takes out the failed runs on wasm that say nothing: where the original's own answers, between the two backends, are
 * as far apart. Some inputs let a network blow up each rounding of float32, and the wasm backend pads some kernels
 * wrongly; the oracle does not mind, so it decides.
 */
export async function withoutNoise(
  a: ProvenModel,
  cases: readonly ProofCase[],
  { runs, notRun }: PartOfProof,
): Promise<PartOfProof> {
  const left: ProofRun[] = [];
  const said = [...notRun];
  for (const run of runs) {
    const each = cases.find(({ name, images }) => name === run.case && images.length === run.images.length);
    const noise = run.passed || each === undefined ? 0 : await ownNoise(a, each);
    if (run.passed || run.maxRelError > noiseTimes * noise) left.push(run);
    else
      said.push(
        `${run.runner}, ${run.case}: the original's own answers on wasm and on cpu are ${noise.toExponential(1)} apart, so a difference of ${run.maxRelError.toExponential(1)} says nothing`,
      );
  }
  return { runs: left, notRun: said };
}

/** The distance of a model's answers on the two backends. */
async function ownNoise(a: ProvenModel, { feeds }: ProofCase): Promise<number> {
  const answers: (readonly Answer[])[] = [];
  for (const backend of ['wasm', 'cpu'] as const) {
    await usePlainBackend(backend, async () => {
      const predictor = await openOriginal(a, []);
      answers.push(await predictor.run(feeds).finally(predictor.dispose));
    });
  }
  return compareRuns(pairsOf(a.graph, answers[0] ?? [], answers[1] ?? [])).maxRelError;
}

/** The runs on one backend, or why it cannot run the first model at all. */
async function tryBackend(
  backend: PlainBackendName,
  a: ProvenModel,
  b: ProvenModel,
  cases: readonly ProofCase[],
): Promise<PartOfProof | string> {
  const some = withinBudget(backend, a.graph, cases);
  const notRun =
    some.length < cases.length
      ? [
          `tfjs ${backend}: at most ${budgets[backend] / 1e9} G operations, so one image each of: ${some.map(({ name }) => name).join(', ')}`,
        ]
      : [];
  try {
    return await usePlainBackend(backend, async (toldName) => {
      const predictorA = await openOriginal(a, notRun);
      const predictorB = await openPredictor(b.files, b.where);
      const runs: ProofRun[] = [];
      try {
        for (const each of some) {
          const run = await runCase(
            `tfjs ${toldName}`,
            { ...a, predictor: predictorA },
            { ...b, predictor: predictorB },
            each,
            cases,
          );
          if (typeof run === 'string') notRun.push(`tfjs ${backend}, ${each.name}: ${run}`);
          else runs.push(run);
        }
      } finally {
        predictorA.dispose();
        predictorB.dispose();
      }
      return runs.length === 0 ? (notRun.at(-1) ?? 'no case') : { runs, notRun };
    });
  } catch (cause) {
    if (cause instanceof AsfpError && cause.code === 'backend-unusable')
      return `tfjs ${backend}: ${cause.message}`;
    if (backend === 'wasm' && cause instanceof MissingKernel) return `tfjs wasm: ${cause.message}`;
    throw cause;
  }
}

/** The first model; where tfjs cannot load its file, the graph that was read from it, written anew. */
async function openOriginal({ files, graph, where }: ProvenModel, notRun: string[]): Promise<Predictor> {
  try {
    return await openPredictor(files, where);
  } catch (cause) {
    notRun.push(
      `tfjs: it cannot load the original (${oneLine(cause)}), so this ran as a GraphModel written from it`,
    );
    return openPredictor(writeGraphModel(graph), where);
  }
}

/** The second model asks for something that a backend lacks; another one may have it. */
class MissingKernel extends Error {}

interface Opened extends ProvenModel {
  readonly predictor: Predictor;
}

/** Both on one case, or why the first does not run. */
async function runCase(
  runner: string,
  a: Opened,
  b: Opened,
  each: ProofCase,
  cases: readonly ProofCase[],
): Promise<ProofRun | string> {
  const { name, seed, images, feeds } = each;
  let answersA: readonly Answer[];
  try {
    answersA = await a.predictor.run(feeds);
  } catch (cause) {
    return `the original does not run: ${oneLine(cause)}`;
  }
  const answersB = await secondAnswers(runner, b, each);
  const pairs = pairsOf(a.graph, answersA, answersB);
  const odd = pairs.find((pair) => pair.a.length !== pair.b.length);
  if (odd !== undefined || answersB.length !== answersA.length) {
    throw notEqual(
      b,
      `${pairs.map((pair) => `${pair.a.length} values of ${pair.name}`).join(', ')}`,
      `${pairs.map((pair) => pair.b.length).join(', ')}`,
    );
  }
  return {
    runner,
    case: name,
    seed,
    images,
    shapes: shapesOf(feeds),
    ...judge(pairs, boundsOf(a.graph, cases, feeds)),
  };
}

function pairsOf(graph: Graph, a: readonly Answer[], b: readonly Answer[]): OutputPair[] {
  return a.map(({ shape, values }, i) => ({
    name: graph.outputs[i]?.name ?? `output ${i}`,
    rowLength: shape.at(-1) ?? 1,
    a: values,
    b: b[i]?.values ?? [],
  }));
}

async function secondAnswers(
  runner: string,
  b: Opened,
  { feeds, name }: ProofCase,
): Promise<readonly Answer[]> {
  try {
    return await b.predictor.run(feeds);
  } catch (cause) {
    if (/not registered for backend/.test(describeError(cause))) throw new MissingKernel(oneLine(cause));
    throw notEqual(b, `a model that runs on ${runner} as the original does (${name})`, oneLine(cause));
  }
}

function notEqual({ where }: ProvenModel, expected: string, found: string): AsfpError {
  return new AsfpError({ code: 'not-equal', where, expected, found });
}

/** What rounding alone may do in float32, where working that out is cheap; the contract decides elsewhere. */
function boundsOf(
  graph: Graph,
  cases: readonly ProofCase[],
  feeds: Feeds,
): ReadonlyMap<string, Float64Array> | undefined {
  if (hasOpaque(graph) || workOn(graph, cases) > boundShare) return undefined;
  return roundingBound(graph, feeds, 'float32');
}

/** Work of both models on all cases. */
function workOn(graph: Graph, cases: readonly ProofCase[]): number {
  return cases.reduce((sum, { images, feeds }) => sum + 2 * images.length * workOf(graph, feeds), 0);
}

function withinBudget(
  backend: PlainBackendName,
  graph: Graph,
  cases: readonly ProofCase[],
): readonly ProofCase[] {
  const fits = (some: readonly ProofCase[]): boolean => workOn(graph, some) <= budgets[backend];
  if (fits(cases)) return cases;
  const few = fewImages(graph, cases);
  return fits(few) ? few : few.slice(0, 1);
}

function oneLine(cause: unknown): string {
  return describeError(cause).split('\n')[0] ?? 'an error';
}
