// Knows what stands where on the page, and where something may be dropped.
import { element } from './element.ts';
import type { Side } from './modelPanel.ts';
import { verdict } from './verdict.ts';

/** What others made, and who hears of a drop; a drop beside both panels is for none of them. */
export interface PageContent {
  readonly engines: HTMLElement;
  readonly pairs: HTMLElement;
  readonly picker: HTMLElement;
  readonly panels: readonly HTMLElement[];
  readonly latency: HTMLElement;
  readonly dropped: (data: DataTransfer | null, on: Side | null) => void;
}

/** The places that change. */
export interface PageParts {
  readonly root: HTMLElement;
  readonly headline: HTMLElement;
  readonly figures: HTMLElement;
  readonly notice: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly caption: HTMLElement;
  readonly filters: HTMLElement;
  readonly about: HTMLElement;
  /** The link to the report of a run, where there is one. */
  link(report: string | undefined): void;
}

/** The page. */
export function pageParts(content: PageContent): PageParts {
  const headline = element(
    'h1',
    { 'aria-live': 'polite' },
    verdict({ dense: null, compact: null, times: null }),
  );
  const figures = element('div', { class: 'saved' });
  const notice = element('div', { class: 'notice', role: 'status', hidden: true });
  const canvas = element('canvas', {
    class: 'preview',
    width: 1,
    height: 1,
    role: 'img',
    'aria-label': 'No picture yet',
  });
  const caption = element('figcaption', {}, 'No picture yet');
  const filters = element('div', { class: 'filters-place' });
  const about = element('div', {}, element('p', { class: 'quiet' }, 'Known when a network is open.'));
  const links = element('p', { class: 'quiet' });
  const root = element(
    'main',
    {},
    element(
      'header',
      { class: 'top' },
      headline,
      element('div', { class: 'choices' }, content.pairs, content.engines),
    ),
    figures,
    notice,
    element(
      'div',
      { class: 'bench' },
      element(
        'div',
        { class: 'subject' },
        element('figure', {}, canvas, caption),
        content.picker,
        element(
          'p',
          { class: 'quiet hint' },
          'Or drop a picture, or a model.json with its weights, anywhere.',
        ),
      ),
      ...content.panels,
    ),
    content.latency,
    element(
      'section',
      { 'aria-labelledby': 'filters-title' },
      element('h2', { id: 'filters-title' }, 'Filters by layer'),
      filters,
    ),
    element('details', { class: 'about' }, element('summary', {}, 'About the numbers'), about),
    links,
  );
  listenForDrops(root, content);
  return {
    root,
    headline,
    figures,
    notice,
    canvas,
    caption,
    filters,
    about,
    link: (report) =>
      links.replaceChildren(
        ...(report === undefined ? [] : [element('a', { href: report }, 'The report of this run')]),
      ),
  };
}

function listenForDrops(root: HTMLElement, { panels, dropped }: PageContent): void {
  const under = (event: Event): HTMLElement | undefined =>
    panels.find((panel) => event.target instanceof Node && panel.contains(event.target));
  const mark = (over: HTMLElement | undefined): void => {
    for (const panel of panels) panel.classList.toggle('over', panel === over);
  };
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    root.classList.add('dropping');
    mark(under(event));
  });
  const over = (): void => {
    root.classList.remove('dropping');
    mark(undefined);
  };
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) over();
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    over();
    const panel = under(event);
    dropped(
      event.dataTransfer,
      panel === undefined ? null : panel.classList.contains('dense') ? 'dense' : 'compact',
    );
  });
}
