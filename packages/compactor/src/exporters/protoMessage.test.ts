import { expect, test } from 'vitest';
import { bytesField, floatField, intField } from './protoMessage.ts';

test('the examples of the format description', () => {
  expect([...intField(1, 150)]).toEqual([0x08, 0x96, 0x01]);
  expect([...bytesField(2, 'testing')]).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
  expect([...bytesField(3, [intField(1, 150)])]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
  expect([...intField(1, -2)]).toEqual([8, 0xfe, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
  expect([...floatField(2, 1)]).toEqual([0x15, 0, 0, 0x80, 0x3f]);
});

test('text is UTF-8, of one to four bytes a character', () => {
  expect([...bytesField(1, 'aé€𝄞')]).toEqual([
    0x0a, 10, 0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9d, 0x84, 0x9e,
  ]);
});
