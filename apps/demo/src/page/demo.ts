// Knows the whole page: what stands where, and what follows from what.
import { AsfpError, describeError } from '@asfp/core';
import { type EngineName, measureOnce, type Pixels } from '@asfp/edge-runtime';
import { aboutNumbers } from './aboutNumbers.ts';
import { type Camera, openCamera } from './camera.ts';
import { element } from './element.ts';
import { engineChoice, engineWords } from './engineChoice.ts';
import { type Drawable, fromDrawable, showPixels } from './inputPicture.ts';
import { type ModelPanel, modelPanel, type Side } from './modelPanel.ts';
import {
  askNetworks,
  closeNetworks,
  type Networks,
  type NetworkTimes,
  openNetworks,
  sides,
  summary,
  timeNetworks,
} from './networks.ts';
import { type Choice, picturePicker } from './picturePicker.ts';
import { type RunIndex, readPictures, readRunIndex, runUrl } from './runFolder.ts';
import { type Findings, verdict } from './verdict.ts';

/** Time for the runs of one picture. */
const BUDGET_MS = 1200;
/** Frames whose times are shown while the camera runs. */
const FRAMES = 40;

const NOTHING: Networks = { dense: null, compact: null };

/** Builds the page into an element and starts it. */
export function demo(root: HTMLElement): void {
  const page = new Demo();
  root.replaceChildren(page.root);
  void page.start();
}

class Demo {
  readonly root: HTMLElement;
  readonly #headline: HTMLElement = element('h1', { 'aria-live': 'polite' }, verdict(nothing()));
  readonly #notice: HTMLElement = element('div', { class: 'notice', role: 'status', hidden: true });
  readonly #canvas: HTMLCanvasElement = element('canvas', {
    class: 'preview',
    width: 1,
    height: 1,
    role: 'img',
  });
  readonly #caption: HTMLElement = element('figcaption', {}, 'No picture yet');
  readonly #about: HTMLElement = element('div', {});
  readonly #links: HTMLElement = element('p', { class: 'quiet' });
  readonly #panels: Readonly<Record<Side, ModelPanel>> = {
    dense: modelPanel('dense'),
    compact: modelPanel('compact'),
  };
  readonly #engines = engineChoice('tfjs-wasm', (engine) => void this.#open(engine, false));
  readonly #picker = picturePicker({
    chosen: (choice) => void this.#choose(choice),
    camera: () => void this.#toggleCamera(),
    failed: (message) => this.#tell(message),
  });
  #index: RunIndex = {};
  #engine: EngineName = 'tfjs-wasm';
  #softwareGl = false;
  #networks: Networks = NOTHING;
  #choice: Choice | null = null;
  #camera: Camera | null = null;
  /** Stops opening, or asking, when something newer is wanted. */
  #opening = new AbortController();
  #asking = new AbortController();

  constructor() {
    this.root = element(
      'main',
      {},
      element('header', { class: 'top' }, this.#headline, this.#engines.root),
      this.#notice,
      element(
        'div',
        { class: 'bench' },
        element(
          'div',
          { class: 'subject' },
          element('figure', {}, this.#canvas, this.#caption),
          this.#picker.root,
        ),
        ...sides.map((side) => this.#panels[side].root),
      ),
      element('details', { class: 'about' }, element('summary', {}, 'About the numbers'), this.#about),
      this.#links,
    );
  }

  async start(): Promise<void> {
    this.#index = await readRunIndex();
    if (this.#index.dense === undefined && this.#index.compact === undefined) {
      for (const side of sides) this.#panels[side].empty('No network.');
      this.#tell('No run folder is served beside this page. `asfp demo RUN` serves one.');
      return;
    }
    if (this.#index.report !== undefined) {
      this.#links.append(element('a', { href: runUrl(this.#index.report) }, 'The report of this run'));
    }
    await this.#open('tfjs-wasm', false);
    this.#picker.offer(await readPictures(this.#index));
  }

  async #open(engine: EngineName, allowSoftwareGl: boolean): Promise<void> {
    this.#asking.abort();
    this.#opening.abort();
    this.#opening = new AbortController();
    const { signal } = this.#opening;
    this.#engine = engine;
    this.#notice.hidden = true;
    const before = this.#networks;
    this.#networks = NOTHING;
    await closeNetworks(before);
    try {
      const networks = await openNetworks(
        this.#index,
        engine,
        allowSoftwareGl,
        this.#openEvents(signal),
        signal,
      );
      if (signal.aborted) {
        await closeNetworks(networks);
        return;
      }
      this.#networks = networks;
      const info = (networks.compact ?? networks.dense)?.info;
      this.#softwareGl = info?.softwareGl ?? false;
      if (info) this.#about.replaceChildren(aboutNumbers(info));
      if (this.#camera) await this.#watch(this.#camera, this.#newQuestion());
      else if (this.#choice) await this.#choose(this.#choice);
    } catch (error) {
      if (!signal.aborted) this.#refused(error);
    }
  }

  #openEvents(signal: AbortSignal): Parameters<typeof openNetworks>[3] {
    const current = (act: () => void): void => {
      if (!signal.aborted) act();
    };
    return {
      empty: (side) => current(() => this.#panels[side].empty('This run has no such network.')),
      loading: (side, progress) => current(() => this.#panels[side].loading(progress)),
      ready: (side, session) => current(() => this.#panels[side].ready(session.info)),
      failed: (side, message) =>
        current(() =>
          this.#panels[side].failed(message, () => void this.#open(this.#engine, this.#softwareGl)),
        ),
    };
  }

  /** The engine itself does not run here: say so, and offer what does. */
  #refused(error: unknown): void {
    const software = error instanceof AsfpError && error.code === 'software-gl';
    for (const side of sides) this.#panels[side].empty('Not opened.');
    this.#headline.textContent = verdict(nothing());
    const instead = (text: string, engine: EngineName, allow: boolean): HTMLElement =>
      element(
        'button',
        {
          type: 'button',
          onClick: () => {
            this.#engines.select(engine);
            void this.#open(engine, allow);
          },
        },
        text,
      );
    this.#tell(
      software
        ? `${engineWords(this.#engine)} is drawn by the CPU in this browser (${error.failure.found}). Its times say nothing about a GPU.`
        : describeError(error),
      instead('Use WebAssembly', 'tfjs-wasm', false),
      ...(software ? [instead('Run it on the CPU all the same', this.#engine, true)] : []),
    );
  }

  async #choose(choice: Choice): Promise<void> {
    this.#stopCamera();
    this.#choice = choice;
    this.#notice.hidden = true;
    const pixels = choice.kind === 'test' ? choice.pixels : this.#draw(choice.picture);
    if (!pixels) return;
    const caption = choice.kind === 'test' ? `Test picture, labelled ${choice.label}` : choice.name;
    this.#show(pixels, caption);
    await this.#ask(pixels);
  }

  /** Ends what was being asked; the signal of what is asked now. */
  #newQuestion(): AbortSignal {
    this.#asking.abort();
    this.#asking = new AbortController();
    return this.#asking.signal;
  }

  async #ask(pixels: Pixels): Promise<void> {
    const signal = this.#newQuestion();
    const networks = this.#networks;
    try {
      const said = await askNetworks(networks, pixels);
      if (signal.aborted) return;
      for (const side of sides) {
        const answer = said[side];
        if (answer === null) continue;
        this.#panels[side].answer(answer);
        this.#panels[side].times(null);
      }
      this.#headline.textContent = verdict({ ...said, times: null });
      const times = await timeNetworks(networks, pixels, BUDGET_MS, signal);
      this.#showTimes(times);
      this.#headline.textContent = verdict({ ...said, times: timesOf(times) });
    } catch (error) {
      if (!signal.aborted) this.#tell(describeError(error));
    }
  }

  #showTimes(times: NetworkTimes): void {
    const largest = (values: readonly number[]): number => Math.max(...values.filter(Number.isFinite));
    // A busy machine stretches the tail: the scale ends where the medians can still be told apart.
    const end = Math.min(
      1.15 * largest(sides.map((side) => times.range[side][1])),
      4 * largest(sides.map((side) => times.medianMs[side])),
    );
    for (const side of sides) {
      const samplesMs = times.samplesMs[side];
      if (samplesMs.length === 0) continue;
      const { medianMs, range } = times;
      const softwareGl = this.#softwareGl;
      this.#panels[side].times({ samplesMs, medianMs: medianMs[side], range: range[side], end, softwareGl });
    }
  }

  async #toggleCamera(): Promise<void> {
    if (this.#camera) {
      this.#stopCamera();
      return;
    }
    const signal = this.#newQuestion();
    try {
      const camera = await openCamera();
      if (signal.aborted) {
        camera.stop();
        return;
      }
      this.#camera = camera;
      this.#choice = null;
      this.#picker.cameraRuns(true);
      await this.#watch(camera, signal);
    } catch (error) {
      // Something newer has begun: what is cut off by it may fail, and the camera may go on.
      if (signal.aborted) return;
      this.#stopCamera();
      this.#tell(`The camera does not go on: ${describeError(error)}`);
    }
  }

  /** Frame after frame, each asked of both and timed once; the sides take turns in going first. */
  async #watch(camera: Camera, signal: AbortSignal): Promise<void> {
    const samples: Record<Side, number[]> = { dense: [], compact: [] };
    for (let frame = 0; !signal.aborted && this.#camera === camera; frame++) {
      await new Promise(requestAnimationFrame);
      const pixels = this.#draw(camera.frame());
      if (!pixels) continue;
      this.#show(pixels, 'Camera');
      const findings: { -readonly [K in keyof Findings]: Findings[K] } = nothing();
      for (const side of frame % 2 ? sides : [...sides].reverse()) {
        const session = this.#networks[side];
        if (!session) continue;
        const { result, ms } = await measureOnce(() => session.classify(pixels, { top: 5 }));
        if (signal.aborted) return;
        samples[side] = [...samples[side].slice(1 - FRAMES), ms];
        findings[side] = result;
        this.#panels[side].answer(result);
      }
      const times = summary(samples);
      this.#showTimes(times);
      // The sentence would be read out at every frame: only when the answer has settled.
      if (frame % FRAMES === FRAMES - 1)
        this.#headline.textContent = verdict({ ...findings, times: timesOf(times) });
    }
  }

  #stopCamera(): void {
    if (!this.#camera) return;
    this.#camera.stop();
    this.#camera = null;
    this.#asking.abort();
    this.#picker.cameraRuns(false);
  }

  #draw(picture: Drawable): Pixels | null {
    const input = (this.#networks.compact ?? this.#networks.dense)?.info.card?.input;
    return input && picture.width > 0 ? fromDrawable(picture, input) : null;
  }

  #show(pixels: Pixels, caption: string): void {
    showPixels(this.#canvas, pixels);
    this.#canvas.setAttribute('aria-label', caption);
    this.#caption.textContent = caption;
  }

  #tell(message: string, ...actions: readonly HTMLElement[]): void {
    this.#notice.replaceChildren(element('p', {}, message), ...actions);
    this.#notice.hidden = false;
  }
}

function nothing(): Findings {
  return { dense: null, compact: null, times: null };
}

function timesOf({ medianMs, ratio }: NetworkTimes): Findings['times'] {
  return ratio && { denseMs: medianMs.dense, compactMs: medianMs.compact, ...ratio };
}
