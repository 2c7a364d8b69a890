import { expect, test } from 'vitest';
import { cliReference } from './cliReference.ts';

test('docs/cli.md is what the option tables say', async () => {
  await expect(await cliReference()).toMatchFileSnapshot('../../../docs/cli.md');
});
