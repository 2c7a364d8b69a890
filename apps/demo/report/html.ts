// Knows how text becomes markup: whatever is not markup already is escaped.

/** A piece of a document that needs no escaping any more. */
export interface Markup {
  readonly markup: string;
}

/** What may stand in a document; strings are text, never tags. */
export type Content = Markup | string | number | undefined | readonly Content[];

/** Attributes by name; those that are undefined are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template whose tags are taken as they are and whose values are escaped. */
export function html(tags: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return { markup: tags.map((tag, i) => tag + show(values[i])).join('') };
}

/** The text of any content, escaped where it is not markup. */
export function show(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return content.replace(/[&<>"']/g, (sign) => entities[sign] ?? '');
  return 'markup' in content ? content.markup : content.map(show).join('');
}

/** One element with its content; in HTML not for elements without an end tag. */
export function element(name: string, attributes: Attributes, ...content: readonly Content[]): Markup {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${show(value)}"`)
    .join('');
  return { markup: `<${name}${written}>${show(content)}</${name}>` };
}
