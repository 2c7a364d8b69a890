// Knows what a page and the worker that runs its session say to each other; plain data both ways.
import { AsfpError, describeError, type Failure, type HostTensor } from '@asfp/core';
import type { FetchProgress, Located } from '../fetch/fetchModel.ts';
import type { ModelSource } from '../fetch/modelSource.ts';
import type { OpenHereOptions } from '../open/openHere.ts';
import type { SessionInfo } from '../open/sessionInfo.ts';

/** What crosses of the options: functions and signals stay in the page. */
export interface WorkerOpenOptions extends Omit<OpenHereOptions, 'onProgress' | 'signal' | 'locate'> {
  /** Whether the page wants to hear of progress, and to say where files lie. */
  readonly reports: boolean;
  readonly locates: boolean;
}

/** From the page. */
export type ToWorker =
  | { readonly type: 'open'; readonly source: ModelSource; readonly options: WorkerOpenOptions }
  | { readonly type: 'located'; readonly id: number; readonly url: Located; readonly error?: SentError }
  | { readonly type: 'run'; readonly id: number; readonly inputs: readonly HostTensor[] }
  | { readonly type: 'dispose' };

/** From the worker. */
export type FromWorker =
  | { readonly type: 'opened'; readonly info: SessionInfo }
  | { readonly type: 'refused'; readonly error: SentError }
  | { readonly type: 'progress'; readonly progress: FetchProgress }
  | { readonly type: 'locate'; readonly id: number; readonly name: string; readonly url: string }
  | { readonly type: 'ran'; readonly id: number; readonly outputs: readonly HostTensor[] }
  | { readonly type: 'failed'; readonly id: number; readonly error: SentError }
  | { readonly type: 'disposed' };

/** An error on its way: its class would not arrive. */
export type SentError = { readonly failure: Failure } | { readonly text: string };

/** What of an error can be sent. */
export function sentError(error: unknown): SentError {
  return error instanceof AsfpError ? { failure: error.failure } : { text: describeError(error) };
}

/** The error that was sent. */
export function receivedError(sent: SentError): Error {
  return 'failure' in sent ? new AsfpError(sent.failure) : new Error(sent.text);
}

/** The tensors with memory of their own, and that memory: it is moved to the other side, not copied. */
export function ownTensors(
  tensors: readonly HostTensor[],
  handOver: boolean,
): { readonly tensors: readonly HostTensor[]; readonly memory: ArrayBuffer[] } {
  const own = tensors.map((tensor): HostTensor => {
    const { values } = tensor;
    const whole = values.buffer instanceof ArrayBuffer && values.byteLength === values.buffer.byteLength;
    return handOver && whole ? tensor : { ...tensor, values: values.slice() as HostTensor['values'] };
  });
  return { tensors: own, memory: [...new Set(own.map(({ values }) => values.buffer as ArrayBuffer))] };
}
