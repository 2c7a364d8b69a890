// Knows the one shape of every failure: where, what was expected, what was found, and the cure.

/** The four parts of a failure's message; `found` and `cure` are left out where there is nothing to say. */
export interface Failure {
  /** Stable, kebab-case, never reworded: scripts and tests rely on it. */
  readonly code: string;
  /** The file, option, layer or node that the failure is about. */
  readonly where: string;
  readonly expected: string;
  readonly found?: string;
  readonly cure?: string;
}

/** A failure that a user can act on; its message is one line. */
export class AsfpError extends Error {
  readonly code: string;
  readonly failure: Failure;

  constructor(failure: Failure, options?: { readonly cause?: unknown }) {
    super(describeFailure(failure), options);
    this.name = 'AsfpError';
    this.code = failure.code;
    this.failure = failure;
  }
}

/** A bug of ours: the message begins with `internal:` so that nobody looks for the fault in their own files. */
export class InternalError extends Error {
  readonly code = 'internal';

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(`internal: ${message}`, options);
    this.name = 'InternalError';
  }
}

/** Throws an InternalError with the text unless the condition holds. */
export function assertInternal(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}

/** The text of any thrown thing, with the chain of causes from root to leaf. */
export function describeError(error: unknown): string {
  const lines: string[] = [];
  let current = error;
  while (current !== undefined && current !== null && lines.length < 8) {
    const text = current instanceof Error ? current.message : String(current);
    if (!lines.includes(text)) lines.push(text);
    current = current instanceof Error ? current.cause : undefined;
  }
  return lines.join(' — because: ');
}

function describeFailure({ where, expected, found, cure }: Failure): string {
  const foundPart = found === undefined ? '' : `, found ${found}`;
  const curePart = cure === undefined ? '' : `. ${cure}`;
  return `${where}: expected ${expected}${foundPart}${curePart}`;
}
