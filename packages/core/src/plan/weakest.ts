// Knows which filters of one layer are the weakest.

/** The positions of the `count` smallest scores, ascending; equal scores are taken in the order of their positions. */
export function weakest(scores: ArrayLike<number>, count: number): number[] {
  const order = Array.from({ length: scores.length }, (_, i) => i);
  order.sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b);
  return order.slice(0, count).sort((a, b) => a - b);
}
