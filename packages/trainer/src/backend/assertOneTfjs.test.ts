import { expect, test } from 'vitest';
import { assertOneTfjs } from './assertOneTfjs.ts';

const copy = (folder: string): string => `/${folder}/node_modules/@tensorflow/tfjs-core/dist/tf-core.node.js`;

test('one copy, beside anything else, is fine; so is what this process has loaded', () => {
  const layers = '/a/node_modules/@tensorflow/tfjs-layers/dist/tf-layers.node.js';
  for (const files of [undefined, [], [copy('a'), layers, '/a/b.js']]) {
    expect(() => assertOneTfjs(files)).not.toThrow();
  }
});

test('two copies are refused, with both places', () => {
  expect(() => assertOneTfjs([copy('a'), copy('b')])).toThrowErrorMatchingInlineSnapshot(
    `[AsfpError: @tensorflow/tfjs-core: expected one copy in the process, found /a/node_modules/@tensorflow/tfjs-core/dist/tf-core.node.js and /b/node_modules/@tensorflow/tfjs-core/dist/tf-core.node.js. Give every @tensorflow package the version 4.22.0 and install anew, so that they share one tfjs-core]`,
  );
  expect(() => assertOneTfjs(['C:\\a\\tfjs-core\\dist\\tf-core.min.js', copy('b')])).toThrow(/^@tensorflow/);
});
