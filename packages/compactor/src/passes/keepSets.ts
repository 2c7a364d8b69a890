// Knows sets of channels, written as ascending lists.

/** 0 … count − 1. */
export function all(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** What is in any of the sets, ascending. */
export function union(sets: readonly (readonly number[])[]): number[] {
  return [...new Set(sets.flat())].sort((a, b) => a - b);
}
