// Knows the command `asfp doctor`.
import { findBrowser } from '@asfp/demo/lab';
import { listBackends, stepSpeed } from '@asfp/trainer';
import { type Command, defineCommand } from '../command.ts';
import { textTable } from '../terminal/table.ts';

/** Lists what can be used here, and what not, why, and the cure. */
export const doctor: Command = defineCommand({
  name: 'doctor',
  summary:
    'Lists training backends, each with the speed of one small step, and the browser’s engines: usable or not, why not, and the cure.',
  words: [],
  options: {},
  run: async ({ terminal }) => {
    const backends = await listBackends(stepSpeed);
    const browser = await findBrowser();
    const works = 'path' in browser;
    const usable = (yes: boolean): string => (yes ? 'usable' : 'not usable');
    const training = backends.map((one) => [
      one.name,
      usable(one.usable),
      one.usable
        ? `${speedOf(one.imagesPerSecond)}, ${one.device}, tfjs ${one.version}`
        : `${one.reason}. ${one.cure}`,
    ]);
    const engines = works
      ? browser.engines.map((one) => [one.name, usable(one.usable), one.detail])
      : [['browser', usable(false), `${browser.reason}. ${browser.cure}`]];
    terminal.result(
      [
        `Node ${process.version} on ${process.platform} ${process.arch}`,
        '',
        textTable([['training', '', ''], ...training]),
        '',
        textTable([[works ? `${browser.version}, ${browser.path}` : 'browser', '', ''], ...engines]),
      ].join('\n'),
      { node: process.version, backends, browser },
    );
    return backends.some((one) => one.usable) && works;
  },
});

/** Two digits: one step is not a benchmark. */
function speedOf(imagesPerSecond = Number.NaN): string {
  const rounded = imagesPerSecond < 10 ? imagesPerSecond.toFixed(1) : Number(imagesPerSecond.toPrecision(2));
  return `${rounded} images/s`;
}
