// Knows what happens on a machine without a browser.
import { expect, test } from 'vitest';
import { installChromium } from './installChromium.mjs';

type Parts = NonNullable<Parameters<typeof installChromium>[1]>;
type Way = NonNullable<Parts['ways']>[number];

const way = (name: string, get: Way['get'], possible = true): Way => ({
  name,
  possible: () => possible,
  get,
});

test('a machine with a browser is left alone', async () => {
  const lines: string[] = [];
  const ways = [way('a', () => Promise.reject(new Error('must not run')))];
  await installChromium((line) => lines.push(line), { find: () => ({ path: 'there' }), ways });
  expect(lines).toEqual([]);
});

test('the ways are tried in order until there is a browser', async () => {
  const lines: string[] = [];
  let found: { path: string } | undefined;
  const ways = [
    way('impossible', () => Promise.reject(new Error('must not run')), false),
    way('a stub', () => Promise.resolve({ code: 0, output: '' })),
    way('a download', () => {
      found = { path: '/opt/chromium' };
      return Promise.resolve({ code: 0, output: '' });
    }),
    way('never', () => Promise.reject(new Error('must not run'))),
  ];
  await installChromium((line) => lines.push(line), { find: () => found, ways });
  expect(lines).toEqual([
    'chromium: none on this machine, trying a stub',
    'chromium: none on this machine, trying a download',
    'chromium: /opt/chromium',
  ]);
});

test('when all fail, the error says what to install and what was tried', async () => {
  const ways = [way('apt', () => Promise.resolve({ code: 100, output: 'no host' }))];
  await expect(installChromium(() => {}, { find: () => undefined, ways })).rejects.toThrow(
    [
      'chromium: expected one on this machine, found none. ' +
        'Install one (Debian: apt-get install chromium; elsewhere: Chromium or Google Chrome), ' +
        'or set CHROMIUM_PATH to its executable',
      'apt, exit code 100:',
      'no host',
    ].join('\n'),
  );
});
