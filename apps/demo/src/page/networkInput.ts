// Knows what a network takes: what its card says, else what can be told from the shape of its input.
import { AsfpError, type ModelInput } from '@asfp/core';
import { type LabelScore, type Pixels, pixelsToInput, type Session, topLabels } from '@asfp/edge-runtime';

/** The size taken where a file leaves it open. */
const USUAL_SIDE = 224;

/** How a picture becomes the input; throws an AsfpError for a network that takes no picture. */
export function networkInput({ info }: Session): ModelInput {
  if (info.card) return info.card.input;
  const [only, ...others] = info.inputs;
  const [, height, width, channels] = only?.shape ?? [];
  if (!only || others.length > 0 || (channels !== 1 && channels !== 3)) {
    throw new AsfpError({
      code: 'no-picture-input',
      where: info.url,
      expected: 'one input of pictures, [n, height, width, 1 or 3]',
      found: info.inputs.map(({ name, shape }) => `${name} [${shape?.join(', ') ?? '?'}]`).join(', '),
    });
  }
  const each = (value: number): number[] => new Array<number>(channels).fill(value);
  return {
    height: height ?? USUAL_SIDE,
    width: width ?? USUAL_SIDE,
    channels,
    mean: each(0),
    deviation: each(1),
  };
}

/** The likeliest labels of a picture that has the input's size; classes go by their numbers where the file names none. */
export async function ask(session: Session, pixels: Pixels, top: number): Promise<LabelScore[]> {
  const { card, endsInSoftmax } = session.info;
  const scores = await session.run(pixelsToInput(pixels, networkInput(session)));
  return topLabels(scores, card?.labels ?? [], { top, areProbabilities: endsInSoftmax });
}
