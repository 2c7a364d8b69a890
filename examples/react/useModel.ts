// Knows the life of a model in a component: opened with it, given back with it.
import { openModel, type Session } from '@asfp/edge-runtime';
import { useEffect, useState } from 'react';

/** The session of a model.json, or why there is none; neither while it is loading. */
export function useModel(url: string): { readonly session?: Session; readonly error?: string } {
  const [state, setState] = useState<{ readonly session?: Session; readonly error?: string }>({});
  useEffect(() => {
    const closing = new AbortController();
    const opening = openModel(new URL(url, document.baseURI), { signal: closing.signal });
    opening.then(
      (session) => setState({ session }),
      (error: unknown) => {
        if (!closing.signal.aborted) setState({ error: (error as Error).message });
      },
    );
    return () => {
      closing.abort();
      void opening.then((session) => session.dispose()).catch(() => undefined);
      setState({});
    };
  }, [url]);
  return state;
}
