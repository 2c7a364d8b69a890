// Knows the command `asfp doctor`.
import { findBrowser } from '@asfp/demo/lab';
import { listBackends } from '@asfp/trainer';
import { defineCommand } from '../command.ts';
import { textTable } from '../terminal/table.ts';

/** Lists what can be used here, and what not, why, and the cure. */
export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Lists training backends and the browser: usable or not, why not, and the cure.',
  words: [],
  options: {},
  run: async ({ terminal }) => {
    const backends = await listBackends();
    const browser = await findBrowser();
    const rows = backends.map((one) =>
      one.usable
        ? [one.name, 'usable', `${one.device}, ${one.version}`]
        : [one.name, 'not usable', `${one.reason}. ${one.cure}`],
    );
    const lines = [
      `Node ${process.version} on ${process.platform} ${process.arch}`,
      '',
      textTable([['training backend', '', ''], ...rows]),
      '',
      textTable([
        ['browser', '', ''],
        'path' in browser
          ? ['chromium', 'usable', `${browser.version}, ${browser.path}`]
          : ['chromium', 'not usable', `${browser.reason}. ${browser.cure}`],
        ...('path' in browser
          ? browser.engines.map((engine) => [
              engine.name,
              engine.usable ? 'usable' : 'not usable',
              engine.detail,
            ])
          : []),
      ]),
    ];
    terminal.result(lines.join('\n'), { node: process.version, backends, browser });
    return backends.some((one) => one.usable);
  },
});
