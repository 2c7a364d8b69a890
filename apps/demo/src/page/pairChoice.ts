// Knows the choice between pairs of networks; it is there only where there is one.
import { element } from './element.ts';
import type { Pair } from './pairs.ts';

/** A list of pairs; `chosen` hears every change made by hand. */
export function pairChoice(chosen: (pair: Pair) => void): {
  readonly root: HTMLElement;
  offer(pairs: readonly Pair[]): void;
} {
  let pairs: readonly Pair[] = [];
  const select = element('select', {
    id: 'pair',
    onChange: () => {
      const pair = pairs[select.selectedIndex];
      if (pair) chosen(pair);
    },
  });
  const root = element(
    'p',
    { class: 'pair', hidden: true },
    element('label', { for: 'pair' }, 'Networks'),
    ' ',
    select,
  );
  return {
    root,
    offer: (offered) => {
      pairs = offered;
      root.hidden = pairs.length < 2;
      select.replaceChildren(...pairs.map(({ title }) => element('option', {}, title)));
    },
  };
}
