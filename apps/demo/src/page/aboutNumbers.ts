// Knows what a reader needs in order to trust the milliseconds: how they were taken, and where.

import { readEnvironment, type SessionInfo } from '@asfp/edge-runtime';
import { rounded as threeDigits } from '../../report/numbers.ts';
import { element } from './element.ts';
import { engineWords } from './engineChoice.ts';

/** The panel's content for the sessions that are open. */
export function aboutNumbers(info: SessionInfo): HTMLElement {
  const { userAgent, cores, crossOriginIsolated, clockResolutionMs } = readEnvironment([]);
  const rows: [string, string][] = [
    ['Engine', `${engineWords(info.engineUsed)} (${info.engineUsed})`],
    ['Why this engine', info.engineReason],
    ['Threads that run', String(info.threads)],
    ...(info.webglRenderer === null
      ? []
      : [['WebGL', `${info.webglRenderer}${info.softwareGl ? ', software GL' : ''}`] as [string, string]]),
    ...(info.webgpuAdapter === null
      ? []
      : [
          ['WebGPU', `${info.webgpuAdapter}${info.softwareGl ? ', computed by the CPU' : ''}`] as [
            string,
            string,
          ],
        ]),
    ['Cores', String(cores)],
    ['Cross-origin isolated', crossOriginIsolated ? 'yes' : 'no'],
    ['Step of the clock', `${threeDigits(clockResolutionMs)}\u202fms`],
    ['Weights checked by SHA-256', info.hashChecked ? 'yes' : 'no'],
    ['Browser', userAgent],
  ];
  return element(
    'div',
    {},
    element(
      'p',
      {},
      'Both networks run in turn, in shuffled order, on the same picture and the same engine. A run is timed from the call until the answer has been read back. The first run and a warm-up are left out. Loading, and preparing the picture, are not counted. The large number is the median; the line below it holds every run.',
    ),
    element(
      'dl',
      {},
      ...rows.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
    ),
  );
}
