// Knows the element <asfp-classifier src="…/model.json">: a picture in, a label out, and an event `asfp-answer`.
import { openModel, type Session } from '@asfp/edge-runtime';

class AsfpClassifier extends HTMLElement {
  static readonly observedAttributes: readonly string[] = ['src'];
  readonly #input = document.createElement('input');
  readonly #output = document.createElement('output');
  #session: Promise<Session> | undefined;
  #opening = new AbortController();

  constructor() {
    super();
    this.#input.type = 'file';
    this.#input.accept = 'image/*';
    this.#input.ariaLabel = 'Picture';
    this.#input.addEventListener('change', () => this.#show(this.#classify()));
    this.attachShadow({ mode: 'open' }).append(this.#input, ' ', this.#output);
  }

  attributeChangedCallback(): void {
    this.#close();
    this.#opening = new AbortController();
    const address = new URL(this.getAttribute('src') ?? '', document.baseURI);
    this.#session = openModel(address, { signal: this.#opening.signal });
    this.#show(this.#session.then(({ info }) => `Ready on ${info.engineUsed}`));
  }

  disconnectedCallback(): void {
    this.#close();
  }

  async #classify(): Promise<string> {
    const [file] = this.#input.files ?? [];
    const session = await this.#session;
    if (!file || !session) return '';
    const answer = await session.classify(file);
    this.dispatchEvent(new CustomEvent('asfp-answer', { detail: answer, bubbles: true, composed: true }));
    return answer[0]?.label ?? '';
  }

  #close(): void {
    this.#opening.abort();
    void this.#session?.then((session) => session.dispose()).catch(() => undefined);
    this.#session = undefined;
  }

  #show(text: Promise<string>): void {
    const { signal } = this.#opening;
    const say = (words: string): void => {
      if (!signal.aborted) this.#output.value = words;
    };
    text.then(say, (error: unknown) => say((error as Error).message));
  }
}

customElements.define('asfp-classifier', AsfpClassifier);
