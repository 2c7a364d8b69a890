// Knows how scores of a classifier become an answer: labels, most likely first.
import type { GraphModelNode } from '../fetch/parseModelFile.ts';

/** One class and how sure the network is of it, in [0, 1]. */
export interface LabelScore {
  readonly index: number;
  readonly label: string;
  readonly probability: number;
}

/** The `top` most likely classes; scores that are not probabilities yet go through a softmax. */
export function topLabels(
  scores: ArrayLike<number>,
  labels: readonly string[],
  options: { readonly top?: number; readonly areProbabilities: boolean },
): LabelScore[] {
  const values = Array.from(scores);
  const probabilities = options.areProbabilities ? values : softmax(values);
  return probabilities
    .map((probability, index) => ({ index, label: labels[index] ?? `class ${index}`, probability }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, options.top ?? 5);
}

/** True when a graph's output has been through a softmax; `output` is a node's name, `Identity` nodes are looked through. */
export function endsInSoftmax(nodes: readonly GraphModelNode[], output: string): boolean {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  let node = byName.get(bareName(output));
  for (let steps = 0; node?.op === 'Identity' && steps < nodes.length; steps++) {
    node = byName.get(bareName(node.input?.[0] ?? ''));
  }
  return node?.op === 'Softmax';
}

function bareName(name: string): string {
  return name.split(':')[0] as string;
}

function softmax(values: readonly number[]): number[] {
  const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
