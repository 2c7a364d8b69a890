// Knows what the libraries say when memory runs out, and what to say then.
import { AsfpError, describeError } from '@asfp/core';

/** V8 for buffers, WebAssembly, TensorFlow on a CPU and on a GPU. */
const exhausted =
  /array buffer allocation failed|invalid typed array length|out of memory|\bOOM\b|resource.?exhausted|failed to allocate|cannot allocate memory|ENOMEM/i;

/** The failure of a run whose memory ran out, undefined where another thing happened: AsfpError `out-of-memory`. */
export function outOfMemory(error: unknown, out: string): AsfpError | undefined {
  const found = describeError(error);
  if (error instanceof AsfpError || !exhausted.test(found)) return undefined;
  return new AsfpError(
    {
      code: 'out-of-memory',
      where: out,
      expected: 'enough memory',
      found: found.split('\n', 1)[0] ?? found,
      cure: 'Begin anew with a smaller --batch-size, or free memory and go on with --resume: the last whole checkpoint is intact',
    },
    { cause: error },
  );
}
