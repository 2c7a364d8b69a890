import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../testing/tempFolder.ts';
import { nvidiaCardName } from './nvidiaCards.ts';

test('the name that the driver tells', () => {
  const driver = tempFolder(onTestFinished);
  expect(nvidiaCardName(driver)).toBe('CUDA GPU');
  const card = join(driver, 'gpus', '0000:01:00.0');
  mkdirSync(card, { recursive: true });
  expect(nvidiaCardName(driver)).toBe('CUDA GPU');
  writeFileSync(join(card, 'information'), 'Model: \t\t NVIDIA L4\nIRQ:   \t\t 42\n');
  expect(nvidiaCardName(driver)).toBe('NVIDIA L4');
});
