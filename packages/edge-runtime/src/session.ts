// Knows the life of an open model: run, classify, dispose; runs one after another, in the order of their calls.
import { AsfpError, float32Tensor, type HostTensor, InternalError, type ModelCard } from '@asfp/core';
import type { LoadedModel } from './engines/engine.ts';
import { type InputValues, inputTensors } from './input/inputTensors.ts';
import { pixelsToInput } from './input/pixelsToInput.ts';
import { type Picture, readPicture } from './input/readPicture.ts';
import { type LabelScore, topLabels } from './input/topLabels.ts';
import type { OpenedModel } from './open/openOn.ts';
import type { SessionInfo } from './open/sessionInfo.ts';
import { untilAborted } from './untilAborted.ts';

/** How one run is made. */
export interface RunOptions {
  /** Pictures in bare numbers; 1 by default. A tensor brings its own. */
  readonly batch?: number;
  /** Hands the numbers over to a session in a worker, which saves a copy: the arrays may be empty afterwards. */
  readonly transfer?: boolean;
  /** Rejects with its reason at once when aborted; a run that has not begun is left out, one that has is thrown away. */
  readonly signal?: AbortSignal | undefined;
}

/** How an answer is read. */
export interface ClassifyOptions {
  /** How many labels come back, the most likely first; 5 by default. */
  readonly top?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A picture, or its numbers as the network takes them, `[height, width, channels]`. */
export type PictureInput = Picture | Float32Array;

/**
 * An open model. Its runs take turns, in the order of their calls. Sessions on a tfjs engine share the page's one
 * backend and take turns with each other as well; sessions in workers run side by side.
 */
export class Session {
  readonly info: SessionInfo;
  readonly #model: LoadedModel;
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  /** Made by `openModel`. */
  constructor({ info, model }: OpenedModel) {
    this.info = info;
    this.#model = model;
  }

  /**
   * Runs once and reads the output back: `[batch, …]` in row-major order. Throws an AsfpError when the model has
   * several outputs, the input has the wrong length, or the session was disposed; when aborted, the signal's reason.
   */
  async run(input: InputValues, options: RunOptions = {}): Promise<Float32Array> {
    const outputs = await this.runAll(input, options);
    const [only, ...others] = Object.values(outputs);
    if (!only || others.length > 0) {
      throw new AsfpError({
        code: 'several-outputs',
        where: this.info.url,
        expected: 'one output',
        found: Object.keys(outputs).join(', '),
        cure: 'Use `runAll`',
      });
    }
    return only.values instanceof Float32Array ? only.values : Float32Array.from(only.values);
  }

  /** Runs once and reads every output back, by name; throws like `run`. */
  async runAll(input: InputValues, options: RunOptions = {}): Promise<Readonly<Record<string, HostTensor>>> {
    const { batch = 1, signal, transfer = false } = options;
    this.#assertOpen();
    signal?.throwIfAborted();
    const tensors = inputTensors(this.info.inputs, input, batch, this.info.url);
    const values = await this.#inTurn(() => this.#model.run(tensors, transfer), signal);
    return Object.fromEntries(this.info.outputs.map((spec, i) => [spec.name, values[i] as HostTensor]));
  }

  /**
   * The input that pictures become, `[n, height, width, channels]`: the middle of each at the size that the model card
   * says, normalised as it says. Throws AsfpError `no-card` where there is no card, and one of those of readPicture.
   */
  async toInput(pictures: PictureInput | readonly PictureInput[]): Promise<HostTensor> {
    const list = isList(pictures) ? pictures : [pictures];
    const { input } = this.#card();
    const size = input.height * input.width * input.channels;
    const values = new Float32Array(list.length * size);
    for (const [i, picture] of list.entries()) {
      const numbers = picture instanceof Float32Array;
      const one = numbers ? picture : pixelsToInput(await readPicture(picture, input), input);
      if (one.length !== size) throw wrongNumbers(input, one.length);
      values.set(one, i * size);
    }
    return float32Tensor([list.length, input.height, input.width, input.channels], values);
  }

  /** The most likely labels of a picture, prepared as `toInput` does; throws like `toInput` and `run`. */
  classify(picture: PictureInput, options?: ClassifyOptions): Promise<LabelScore[]>;
  /** The most likely labels of each picture, in one run where the file leaves the batch open. */
  classify(pictures: readonly PictureInput[], options?: ClassifyOptions): Promise<LabelScore[][]>;
  async classify(
    pictures: PictureInput | readonly PictureInput[],
    options: ClassifyOptions = {},
  ): Promise<LabelScore[] | LabelScore[][]> {
    const list = isList(pictures) ? pictures : [pictures];
    const oneByOne = this.info.inputs[0]?.shape?.[0] === 1;
    const answers: LabelScore[][] = [];
    for (const some of oneByOne ? list.map((picture) => [picture]) : list.length > 0 ? [list] : []) {
      const scores = await this.run(await this.toInput(some), { signal: options.signal, transfer: true });
      const classes = scores.length / some.length;
      for (let i = 0; i < some.length; i++) {
        const own = scores.subarray(i * classes, (i + 1) * classes);
        answers.push(
          topLabels(own, this.#card().labels, {
            ...(options.top === undefined ? {} : { top: options.top }),
            areProbabilities: this.info.endsInSoftmax,
          }),
        );
      }
    }
    return isList(pictures) ? answers : (answers[0] as LabelScore[]);
  }

  /** Gives all memory back, after the runs that were asked for before; a second call does nothing. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#inTurn(() => this.#model.dispose());
  }

  #inTurn<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = this.#last.then(() => {
      signal?.throwIfAborted();
      return this.#told(work);
    });
    this.#last = turn.catch(() => undefined);
    return untilAborted(turn, signal);
  }

  /** What breaks in an engine, a trap of WebAssembly for one, is told like everything else that fails. */
  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof AsfpError || cause instanceof InternalError) throw cause;
      throw new AsfpError(
        {
          code: 'run-failed',
          where: `${this.info.url} on ${this.info.engineUsed}`,
          expected: 'a run that ends',
          found: cause instanceof Error ? cause.message : String(cause),
        },
        { cause },
      );
    }
  }

  #assertOpen(): void {
    if (!this.#disposed) return;
    throw new AsfpError({
      code: 'disposed',
      where: this.info.url,
      expected: 'an open session',
      found: 'one that was disposed',
      cure: 'Open the model again',
    });
  }

  #card(): ModelCard {
    const { card, url } = this.info;
    if (card) return card;
    throw new AsfpError({
      code: 'no-card',
      where: url,
      expected: 'a model card in userDefinedMetadata.asfp',
      found: 'none that can be read',
      cure: 'Use `run` with numbers that you have normalised yourself',
    });
  }
}

function isList(pictures: PictureInput | readonly PictureInput[]): pictures is readonly PictureInput[] {
  return Array.isArray(pictures);
}

function wrongNumbers({ height, width, channels }: ModelCard['input'], found: number): AsfpError {
  return new AsfpError({
    code: 'input-shape',
    where: 'picture',
    expected: `${height * width * channels} numbers for [${height}, ${width}, ${channels}]`,
    found: `${found}`,
  });
}
