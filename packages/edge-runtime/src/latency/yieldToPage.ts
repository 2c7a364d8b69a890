// Knows how to let the page do its own work between two runs, without the pause that timers add.

/** Resolves in a later turn of the event loop; nothing of it is inside a timed span. */
export function yieldToPage(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
