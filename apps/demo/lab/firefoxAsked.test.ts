// Knows which names and paths mean Firefox, and which of two is taken.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { firefoxAsked } from './firefoxAsked.ts';

test('firefox by its name is the first on the PATH, or where its installer puts it', () => {
  const root = mkdtempSync(join(tmpdir(), 'asfp-firefox-'));
  try {
    const path = ['a', 'b'].map((folder) => join(root, folder)).join(delimiter);
    const program = (name: string, mode: number): string => {
      const file = join(root, name);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, '');
      chmodSync(file, mode);
      return file;
    };
    expect(firefoxAsked('firefox', path)).toEqual({ path: undefined });
    program('a/firefox', 0o644);
    const esr = program('b/firefox-esr', 0o755);
    expect(firefoxAsked('firefox', path)).toEqual({ path: esr });
    const release = program('b/firefox', 0o755);
    expect(firefoxAsked('firefox', path)).toEqual({ path: release });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test('a path of a Firefox is taken as it is, and another browser is another', () => {
  expect(firefoxAsked('/opt/firefox-nightly/firefox')).toEqual({ path: '/opt/firefox-nightly/firefox' });
  expect(firefoxAsked('/usr/bin/firefox-esr')).toEqual({ path: '/usr/bin/firefox-esr' });
  expect(firefoxAsked('/opt/firefox/chrome')).toBeUndefined();
  expect(firefoxAsked('/usr/bin/chromium')).toBeUndefined();
});
