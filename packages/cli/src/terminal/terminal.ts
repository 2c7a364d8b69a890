// Knows the terminal: results on stdout, everything else on stderr, and one line that is rewritten while work goes on.

/** Where a command speaks. */
export interface Terminal {
  /** A line that stays, on stderr. */
  readonly log: (line: string) => void;
  /** A line that the next one replaces, on stderr; where nobody watches, one in a minute stays. */
  readonly progress: (line: string) => void;
  /** The command's result, on stdout: `text` for people, `json` under --json. */
  readonly result: (text: string, json: unknown) => void;
}

/** The streams that a terminal writes to. */
export interface Streams {
  readonly out: { readonly write: (text: string) => unknown };
  readonly err: {
    readonly write: (text: string) => unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
  };
}

/** Milliseconds between lines of progress that stay. */
const minute = 60_000;

/** A terminal on two streams; `json` decides the form of results. */
export function openTerminal(
  { out, err }: Streams,
  json: boolean,
  clock: () => number = () => performance.now(),
): Terminal {
  let shown = false;
  let stayed = clock();
  const clear = (): void => {
    if (shown) err.write('\r\u001b[2K');
    shown = false;
  };
  return {
    log: (line) => {
      clear();
      err.write(`${line}\n`);
    },
    progress: (line) => {
      if (err.isTTY !== true) {
        if (clock() - stayed < minute) return;
        stayed = clock();
        err.write(`${line}\n`);
        return;
      }
      clear();
      // Some terminals say that they are 0 wide.
      err.write(line.slice(0, (err.columns || 80) - 1));
      shown = true;
    },
    result: (text, value) => {
      clear();
      out.write(json ? `${JSON.stringify(value, null, 2)}\n` : text.endsWith('\n') ? text : `${text}\n`);
    },
  };
}
