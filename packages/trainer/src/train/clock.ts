// Knows the time: how long training takes, and when something happened.

/** Milliseconds since this clock was started. */
export type Stopwatch = () => number;

/** Starts a clock. */
export function startClock(): Stopwatch {
  const begun = performance.now();
  return () => performance.now() - begun;
}

/** Seconds since 1970. */
export function secondsNow(): number {
  return Date.now() / 1000;
}
