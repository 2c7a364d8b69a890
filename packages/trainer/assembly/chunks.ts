// Knows how several threads share one piece of work: each takes the next chunk until none is left.

/** The next chunk's number, of `count`; -1 when all are taken. `counter` points at an i32 that starts at 0. */
export function nextChunk(counter: usize, count: i32): i32 {
  const chunk = atomic.add<i32>(counter, 1);
  return chunk < count ? chunk : -1;
}
