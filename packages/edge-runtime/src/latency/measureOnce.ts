// Knows what one timed run is: from the call until the output has been read back.
import { type Clock, now } from './clock.ts';

/** A result and how long it took. */
export interface Timed<T> {
  readonly result: T;
  readonly ms: number;
}

/** Times one piece of work to its end; work that reads its output back is timed with the reading. */
export async function measureOnce<T>(work: () => Promise<T>, clock: Clock = now): Promise<Timed<T>> {
  const start = clock();
  const result = await work();
  return { result, ms: clock() - start };
}
