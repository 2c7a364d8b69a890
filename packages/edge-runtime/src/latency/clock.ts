// Knows the clock, and how fine it is; the only place that reads it.

/** A clock in milliseconds from an arbitrary start. */
export type Clock = () => number;

/** The page's monotonic clock, milliseconds. */
export const now: Clock = () => performance.now();

/** The smallest step that a clock takes, milliseconds, seen over `steps` changes. */
export function clockResolution(clock: Clock = now, steps = 200): number {
  let smallest = Number.POSITIVE_INFINITY;
  let last = clock();
  for (let seen = 0; seen < steps; ) {
    const next = clock();
    if (next > last) {
      smallest = Math.min(smallest, next - last);
      last = next;
      seen++;
    }
  }
  return smallest;
}
