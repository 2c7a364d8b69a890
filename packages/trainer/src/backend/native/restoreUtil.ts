// Knows the functions of Node's `util` that tfjs-node calls and Node 23 removed.

const removed = {
  isArray: (value: unknown): boolean => Array.isArray(value),
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
} as const;

/** Puts back what is missing in the `util` module that is given, so that code written for older Nodes runs. */
export function restoreUtil(util: object): void {
  for (const [name, value] of Object.entries(removed)) {
    if (!(name in util)) Object.defineProperty(util, name, { value, configurable: true, writable: true });
  }
}
