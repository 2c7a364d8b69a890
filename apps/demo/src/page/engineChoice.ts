// Knows the switch between engines.
import type { EngineChoice } from '@asfp/edge-runtime';
import { element } from './element.ts';

const WORDS: Readonly<Record<EngineChoice, string>> = {
  auto: 'Auto',
  compiled: 'Compiled',
  'tfjs-wasm': 'WebAssembly',
  'tfjs-webgl': 'WebGL',
  'tfjs-webgpu': 'WebGPU',
};

/** The words for an engine. */
export function engineWords(engine: EngineChoice): string {
  return WORDS[engine];
}

/** A group of radio buttons; `chosen` hears every change made by hand. */
export function engineChoice(
  first: EngineChoice,
  chosen: (engine: EngineChoice) => void,
): { readonly root: HTMLElement; select(engine: EngineChoice): void } {
  const radios = (Object.keys(WORDS) as EngineChoice[]).map((engine) => ({
    engine,
    input: element('input', {
      type: 'radio',
      name: 'engine',
      id: engine,
      value: engine,
      checked: engine === first,
      onChange: () => chosen(engine),
    }),
  }));
  return {
    root: element(
      'fieldset',
      { class: 'engines' },
      element('legend', { class: 'visually-hidden' }, 'Engine'),
      ...radios.flatMap(({ engine, input }) => [input, element('label', { for: engine }, WORDS[engine])]),
    ),
    select: (engine) => {
      for (const radio of radios) radio.input.checked = radio.engine === engine;
    },
  };
}
