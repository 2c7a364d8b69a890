// Knows a component that says what is on a picture.
import type { LabelScore } from '@asfp/edge-runtime';
import { type JSX, useState } from 'react';
import { useModel } from './useModel.ts';

/** A file picker and the three likeliest labels. */
export function Classifier({ url }: { readonly url: string }): JSX.Element {
  const { session, error } = useModel(url);
  const [answer, setAnswer] = useState<readonly LabelScore[]>([]);
  const [failure, setFailure] = useState<string>();

  async function classify(file: File | undefined): Promise<void> {
    try {
      if (file && session) setAnswer(await session.classify(file, { top: 3 }));
    } catch (cause) {
      setFailure((cause as Error).message);
    }
  }

  if (error ?? failure) return <p role="alert">{error ?? failure}</p>;
  return (
    <>
      <label>
        Picture{' '}
        <input
          type="file"
          accept="image/*"
          disabled={!session}
          onChange={({ target }) => void classify(target.files?.[0])}
        />
      </label>
      <ol>
        {answer.map(({ label, probability }) => (
          <li key={label}>
            {label}, {Math.round(100 * probability)} %
          </li>
        ))}
      </ol>
    </>
  );
}
