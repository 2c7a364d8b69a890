// Knows the clocks, and how fine they are; the only place that reads them.

/** A clock in milliseconds from an arbitrary start. */
export type Clock = () => number;

/** The page's monotonic clock, milliseconds. */
export const now: Clock = () => performance.now();

/** The date and time of now, ISO 8601. */
export const dateNow = (): string => new Date().toISOString();

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
