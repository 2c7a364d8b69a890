// Knows the whole page: what stands where, and what follows from what.
import { AsfpError, type CompactReport, describeError, isRecord } from '@asfp/core';
import { type EngineChoice, measureOnce, type Session } from '@asfp/edge-runtime';
import { aboutNumbers } from './aboutNumbers.ts';
import { type Camera, openCamera } from './camera.ts';
import { areModel, droppedFiles } from './droppedFiles.ts';
import { element } from './element.ts';
import { engineChoice, engineWords } from './engineChoice.ts';
import { figures } from './figures.ts';
import { filtersTable } from './filtersTable.ts';
import { pixelsOf, showPixels } from './inputPicture.ts';
import { latencyRun } from './latencyRun.ts';
import { type ModelPanel, modelPanel, type Side } from './modelPanel.ts';
import { ask, networkInput } from './networkInput.ts';
import {
  askNetworks,
  closeNetworks,
  type Networks,
  type NetworkTimes,
  openNetworks,
  type Sources,
  sides,
  summary,
  timeNetworks,
} from './networks.ts';
import { pageParts } from './pageParts.ts';
import { pairChoice } from './pairChoice.ts';
import { type Pair, pairOfRun, readPairs } from './pairs.ts';
import { type Choice, picturePicker } from './picturePicker.ts';
import { readJson, readPictures, readRunIndex } from './runFolder.ts';
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
  readonly #engines = engineChoice('auto', (engine) => void this.#open(engine, false));
  readonly #pairs = pairChoice((pair) => void this.#take(pair));
  readonly #picker = picturePicker({
    chosen: (choice) => void this.#choose(choice),
    camera: () => void this.#toggleCamera(),
    failed: (message) => this.#tell(message),
  });
  readonly #panels: Readonly<Record<Side, ModelPanel>> = {
    dense: modelPanel('dense', (files) => void this.#bring('dense', files)),
    compact: modelPanel('compact', (files) => void this.#bring('compact', files)),
  };
  readonly #latency = latencyRun(
    (options) => this.#measure(options),
    (times) => {
      this.#showTimes(times);
      this.#parts.headline.textContent = verdict({ ...this.#said, times: timesOf(times) });
    },
  );
  readonly #parts = pageParts({
    engines: this.#engines.root,
    pairs: this.#pairs.root,
    picker: this.#picker.root,
    panels: sides.map((side) => this.#panels[side].root),
    latency: this.#latency.root,
    dropped: (data, on) => void this.#dropped(data, on),
  });
  readonly root: HTMLElement = this.#parts.root;

  #sources: Sources = { dense: null, compact: null };
  #report: CompactReport | null = null;
  #engine: EngineChoice = 'auto';
  #allowSoftwareGl = false;
  #networks: Networks = NOTHING;
  #times: NetworkTimes | null = null;
  #said: Omit<Findings, 'times'> = nothing();
  #choice: Choice | null = null;
  #camera: Camera | null = null;
  /** Stops opening, or asking, when something newer is wanted. */
  #opening = new AbortController();
  #asking = new AbortController();

  async start(): Promise<void> {
    const [index, more] = await Promise.all([readRunIndex(), readPairs()]);
    const run = pairOfRun(index);
    const pairs = run ? [run, ...more] : more;
    this.#pairs.offer(pairs);
    const [first] = pairs;
    if (first) {
      await this.#take(first);
      return;
    }
    for (const side of sides) this.#panels[side].empty('No network yet.');
    this.#tell(
      'No run folder is served beside this page (`asfp demo RUN` serves one). Drop a model.json and its weights here.',
    );
  }

  async #take(pair: Pair): Promise<void> {
    this.#sources = { dense: pair.dense ?? null, compact: pair.compact ?? null };
    this.#report = null;
    this.#parts.link(pair.report);
    this.#parts.filters.replaceChildren();
    await this.#open(this.#engine, this.#allowSoftwareGl);
    const [pictures, report] = await Promise.all([
      readPictures(pair.pictures),
      pair.compactReport === undefined ? null : readJson(pair.compactReport),
    ]);
    if (this.#sources.dense !== (pair.dense ?? null) || this.#sources.compact !== (pair.compact ?? null))
      return;
    this.#report = isCompactReport(report) ? report : null;
    this.#parts.filters.replaceChildren(filtersTable(this.#report));
    this.#showFigures();
    this.#picker.offer(pictures, this.#choice === null && this.#camera === null);
  }

  /** A model of the visitor's own takes one side; the other stays as it is. */
  async #bring(side: Side, files: File[]): Promise<void> {
    this.#sources = { ...this.#sources, [side]: files };
    this.#report = null;
    this.#parts.link(undefined);
    this.#parts.filters.replaceChildren(filtersTable(null));
    await this.#open(this.#engine, this.#allowSoftwareGl);
    if (this.#choice === null && this.#camera === null) this.#tell('Now open a picture, or use the camera.');
  }

  async #dropped(data: DataTransfer | null, on: Side | null): Promise<void> {
    try {
      const files = await droppedFiles(data);
      const [first] = files;
      if (areModel(files)) await this.#bring(on ?? 'compact', files);
      else if (first) await this.#picker.open(first);
    } catch (error) {
      this.#tell(`What was dropped cannot be read: ${describeError(error)}`);
    }
  }

  async #open(engine: EngineChoice, allowSoftwareGl: boolean): Promise<void> {
    this.#asking.abort();
    this.#opening.abort();
    this.#opening = new AbortController();
    const { signal } = this.#opening;
    this.#engine = engine;
    this.#allowSoftwareGl = allowSoftwareGl;
    this.#parts.notice.hidden = true;
    this.#forget();
    const before = this.#networks;
    this.#networks = NOTHING;
    try {
      await closeNetworks(before);
      const networks = await openNetworks(
        this.#sources,
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
      if (info) this.#parts.about.replaceChildren(aboutNumbers(info));
      this.#showFigures();
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
      empty: (side) =>
        current(() => this.#panels[side].empty('Nothing to compare with: drop a model here, or choose one.')),
      loading: (side, progress) => current(() => this.#panels[side].loading(progress)),
      ready: (side, { info }) =>
        current(() => this.#panels[side].ready(info, Array.isArray(this.#sources[side]) ? info.url : null)),
      failed: (side, message) =>
        current(() =>
          this.#panels[side].failed(message, () => void this.#open(this.#engine, this.#allowSoftwareGl)),
        ),
    };
  }

  /** The engine itself does not run here: say so, and offer what does. */
  #refused(error: unknown): void {
    const software = error instanceof AsfpError && error.code === 'software-gl';
    for (const side of sides) this.#panels[side].empty('Not opened.');
    const instead = (text: string, engine: EngineChoice, allow: boolean): HTMLElement =>
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
      instead('Use WebAssembly', 'compiled', false),
      ...(software ? [instead('Run it on the CPU all the same', this.#engine, true)] : []),
    );
  }

  async #choose(choice: Choice): Promise<void> {
    this.#stopCamera();
    this.#choice = choice;
    this.#parts.notice.hidden = true;
    this.#show(choice);
    const signal = this.#newQuestion();
    const networks = this.#networks;
    if (!networks.dense && !networks.compact) return;
    try {
      const said = await askNetworks(networks, choice.picture);
      if (signal.aborted) return;
      this.#said = said;
      for (const side of sides) {
        const answer = said[side];
        if (answer === null) continue;
        this.#panels[side].answer(answer);
        this.#panels[side].times(null);
      }
      this.#parts.headline.textContent = verdict({ ...said, times: null });
      this.#latency.reset(true);
      const times = await timeNetworks(networks, choice.picture, {
        budgetMs: BUDGET_MS,
        maxRounds: 200,
        signal,
      });
      if (signal.aborted) return;
      this.#showTimes(times);
      this.#parts.headline.textContent = verdict({ ...said, times: timesOf(times) });
    } catch (error) {
      if (!signal.aborted) this.#tell(describeError(error));
    }
  }

  /** The longer measurement, on the picture that is shown; it ends what is measured by itself. */
  #measure(options: Parameters<Parameters<typeof latencyRun>[0]>[0]): Promise<NetworkTimes> {
    const { picture } = this.#choice ?? {};
    if (!picture) return Promise.reject(new Error('There is no picture to run on.'));
    this.#newQuestion();
    return timeNetworks(this.#networks, picture, options);
  }

  /** Ends what was being asked; the signal of what is asked now. */
  #newQuestion(): AbortSignal {
    this.#asking.abort();
    this.#asking = new AbortController();
    return this.#asking.signal;
  }

  #showTimes(times: NetworkTimes): void {
    this.#times = times;
    this.#showFigures();
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
      const softwareGl = this.#networks[side]?.info.softwareGl ?? false;
      this.#panels[side].times({ samplesMs, medianMs: medianMs[side], range: range[side], end, softwareGl });
    }
  }

  #showFigures(): void {
    const { dense, compact } = this.#networks;
    const infos = { dense: dense?.info ?? null, compact: compact?.info ?? null };
    this.#parts.figures.replaceChildren(figures({ infos, report: this.#report, times: this.#times }));
  }

  /** What was said and measured belongs to networks that are gone. */
  #forget(): void {
    this.#times = null;
    this.#parts.figures.replaceChildren();
    this.#parts.headline.textContent = verdict(nothing());
    this.#latency.reset(false);
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
      this.#parts.notice.hidden = true;
      this.#latency.reset(false);
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
      const picture = camera.frame();
      if (picture.width === 0) continue;
      this.#show({ picture, caption: 'Camera' });
      const findings: { -readonly [K in keyof Findings]: Findings[K] } = nothing();
      for (const side of frame % 2 ? sides : [...sides].reverse()) {
        const session = this.#networks[side];
        if (!session) continue;
        const pixels = pixelsOf(picture, networkInput(session));
        const { result, ms } = await measureOnce(() => ask(session, pixels, 5));
        if (signal.aborted) return;
        samples[side] = [...samples[side].slice(1 - FRAMES), ms];
        findings[side] = result;
        this.#panels[side].answer(result);
      }
      const times = summary(samples);
      this.#showTimes(times);
      // The sentence would be read out at every frame: only when the answer has settled.
      if (frame % FRAMES === FRAMES - 1)
        this.#parts.headline.textContent = verdict({ ...findings, times: timesOf(times) });
    }
  }

  #stopCamera(): void {
    if (!this.#camera) return;
    this.#camera.stop();
    this.#camera = null;
    this.#asking.abort();
    this.#picker.cameraRuns(false);
  }

  /** Shows a picture as the network is going to see it, or as it is while there is none. */
  #show({ picture, caption }: Choice): void {
    const session: Session | null = this.#networks.compact ?? this.#networks.dense;
    const usual = { height: 224, width: 224, channels: 3, mean: [], deviation: [] };
    showPixels(this.#parts.canvas, pixelsOf(picture, session ? networkInput(session) : usual));
    this.#parts.canvas.setAttribute('aria-label', caption);
    this.#parts.caption.textContent = caption;
  }

  #tell(message: string, ...actions: readonly HTMLElement[]): void {
    this.#parts.notice.replaceChildren(element('p', {}, message), ...actions);
    this.#parts.notice.hidden = false;
  }
}

function nothing(): Findings {
  return { dense: null, compact: null, times: null };
}

function timesOf({ medianMs, ratio }: NetworkTimes): Findings['times'] {
  return ratio && { denseMs: medianMs.dense, compactMs: medianMs.compact, ...ratio };
}

function isCompactReport(value: unknown): value is CompactReport {
  return isRecord(value) && value['format'] === 'asfp.compact-report/1' && Array.isArray(value['layers']);
}
