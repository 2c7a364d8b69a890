// Knows how to make up a legal graph by chance: small images, every op, zeroed filters, constants left behind.
import type { Graph } from '../graph/graph.ts';
import { validate } from '../graph/validate.ts';
import { type Rng, rngFromSeed } from '../rng.ts';
import { functionMoves } from './functionMoves.ts';
import { GraphSketch, type Sketched } from './graphSketch.ts';
import { imageMoves } from './imageMoves.ts';
import { moves } from './plainMoves.ts';
import { shuffleMoves } from './shuffleMoves.ts';
import { weightedBlock } from './weightedMoves.ts';

const everyMove = { ...moves, ...imageMoves, ...functionMoves, ...shuffleMoves };
const moveNames = Object.keys(everyMove);

/** A legal graph from a generator: one or two image inputs (3 to 9 pixels, batch null), one to three outputs. */
export function randomGraph(rng: Rng, name = 'random'): Graph {
  const sketch = new GraphSketch(rng);
  const inputs = sketch.chance(0.15) ? 2 : 1;
  for (let i = 0; i < inputs; i++) {
    const shape = [null, sketch.between(3, 9), sketch.between(3, 9), sketch.between(1, 4)];
    sketch.node('input', [], { shape, dtype: 'float32' });
  }
  for (const input of [...sketch.values]) weightedBlock(sketch, weightedBlock(sketch, input));
  const steps = sketch.between(2, 12);
  for (let i = 0; i < steps; i++) everyMove[sketch.chance(0.35) ? 'layer' : sketch.pick(moveNames)]?.(sketch);
  const nodes = sketch.finish(name, []).nodes;
  const read = new Set(nodes.flatMap((node) => node.inputs));
  // What nobody reads would be dead weight; some of it is a result, some of it stays dead.
  const ends = sketch.values.filter((value) => !read.has(value.name));
  const others = sketch.values.filter((value) => read.has(value.name));
  const results = [ends.at(-1), ...ends.slice(0, -1).filter(() => sketch.chance(0.6))];
  if (others.length > 0 && sketch.chance(0.15)) results.push(sketch.pick(others));
  // tfjs mixes up several results of one node where all of them are the graph's.
  const owner = (value?: Sketched): string | undefined => value?.name.split(':')[0];
  const single = results.filter((value, i) => results.findIndex((one) => owner(one) === owner(value)) === i);
  const outputs = single.flatMap((value, i) => (value ? [{ name: `result${i}`, from: value.name }] : []));
  const graph = sketch.finish(name, outputs);
  validate(graph);
  return graph;
}

/** The graph of a seed. */
export function graphFromSeed(seed: number): Graph {
  return randomGraph(rngFromSeed(seed), `seed ${seed}`);
}
