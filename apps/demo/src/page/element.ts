// Knows how to make an element in one expression; text is always text, never markup.

/** What may stand inside an element. */
export type Child = Node | string | null | undefined | false;

/** Attributes by name; `onX` functions become listeners, `false` and `null` leave an attribute out. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | null | ((event: Event) => void)>
>;

/** An HTML element with attributes and children. */
export function element<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[T] {
  const made = document.createElement(tag);
  apply(made, attributes);
  made.append(...present(children));
  return made;
}

/** An SVG element with attributes and children. */
export function svgElement(
  tag: string,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  apply(made, attributes);
  made.append(...present(children));
  return made;
}

function apply(made: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2).toLowerCase(), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== null) made.setAttribute(name, String(value));
  }
}

function present(children: readonly Child[]): (Node | string)[] {
  return children.filter((child) => child !== null && child !== undefined && child !== false);
}
