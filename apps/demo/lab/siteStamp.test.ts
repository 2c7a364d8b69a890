// Knows what makes the pages out of date.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { siteStamp } from './siteStamp.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'asfp-stamp-'));
  mkdirSync(join(root, 'src/deep'), { recursive: true });
  writeFileSync(join(root, 'src/deep/a.ts'), 'a');
  writeFileSync(join(root, 'index.html'), 'page');
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const stamp = (): string => siteStamp(root, ['src', 'index.html']);

test('the stamp follows content, names and new files, and leaves tests out', () => {
  const first = stamp();
  expect(first).toMatch(/^[0-9a-f]{16}$/);
  expect(stamp()).toBe(first);
  writeFileSync(join(root, 'src/deep/a.test.ts'), 'test');
  expect(stamp()).toBe(first);
  writeFileSync(join(root, 'src/deep/a.ts'), 'b');
  const changed = stamp();
  expect(changed).not.toBe(first);
  writeFileSync(join(root, 'src/b.ts'), '');
  expect(stamp()).not.toBe(changed);
});

test('a source that is not there is an error, not an empty hash', () => {
  expect(() => siteStamp(root, ['nowhere'])).toThrow('ENOENT');
});
