// Knows the life of an open model: run, classify, dispose.
import { AsfpError, type HostTensor } from '@asfp/core';
import type { LoadedModel } from './engines/engine.ts';
import { type InputValues, inputTensors } from './input/inputTensors.ts';
import { type Pixels, pixelsToInput } from './input/pixelsToInput.ts';
import { type LabelScore, topLabels } from './input/topLabels.ts';
import type { OpenedModel } from './open/openHere.ts';
import type { SessionInfo } from './open/sessionInfo.ts';

/** How one run is made. */
export interface RunOptions {
  /** Pictures in the input; 1 by default. */
  readonly batch?: number;
}

/** An open model; runs of all sessions of a page take turns. */
export class Session {
  readonly info: SessionInfo;
  readonly #model: LoadedModel;
  #disposed = false;

  /** Made by `openModel`. */
  constructor({ info, model }: OpenedModel) {
    this.info = info;
    this.#model = model;
  }

  /**
   * Runs once and reads the output back: `[batch, …]` in row-major order. Throws an AsfpError when the model has
   * several outputs, the input has the wrong length, or the session was disposed.
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
    if (this.#disposed) {
      throw new AsfpError({
        code: 'disposed',
        where: this.info.url,
        expected: 'an open session',
        found: 'one that was disposed',
        cure: 'Open the model again',
      });
    }
    const tensors = inputTensors(this.info.inputs, input, options.batch ?? 1, this.info.url);
    const values = await this.#model.run(tensors);
    return Object.fromEntries(this.info.outputs.map((spec, i) => [spec.name, values[i] as HostTensor]));
  }

  /**
   * The most likely labels of a picture that has the input's size; pixels are normalised as the model card says.
   * Throws an AsfpError when there is no card.
   */
  async classify(pixels: Pixels, options: { readonly top?: number } = {}): Promise<LabelScore[]> {
    const { card, url } = this.info;
    if (!card) {
      throw new AsfpError({
        code: 'no-card',
        where: url,
        expected: 'a model card in userDefinedMetadata.asfp',
        found: 'none that can be read',
        cure: 'Use `run` with numbers that you have normalised yourself',
      });
    }
    const scores = await this.run(pixelsToInput(pixels, card.input));
    return topLabels(scores, card.labels, { ...options, areProbabilities: this.info.endsInSoftmax });
  }

  /** Gives all memory back, after the runs that were asked for before; a second call does nothing. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#model.dispose();
  }
}
