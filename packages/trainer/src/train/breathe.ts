// Knows how long arithmetic lets the rest of the process have its turn, and hears that it should stop.

/** Lets signals and timers be handled; throws the signal's reason when it is aborted. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  // A promise alone would not do: Ctrl-C is delivered between turns of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
