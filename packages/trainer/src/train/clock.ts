// Knows the time that training takes.

/** Milliseconds since this clock was started. */
export type Stopwatch = () => number;

/** Starts a clock. */
export function startClock(): Stopwatch {
  const begun = performance.now();
  return () => performance.now() - begun;
}
