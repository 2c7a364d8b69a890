import { expect, test } from 'vitest';
import { parseGraph } from './parseGraph.ts';
import { inReadingOrder, readersOf } from './walk.ts';

const named = (name: string, ...inputs: string[]): { name: string; inputs: string[] } => ({ name, inputs });

test('inputs come before readers, and what is in order stays in order', () => {
  const order = inReadingOrder([named('d', 'b', 'c'), named('b', 'a'), named('a'), named('c', 'a')]);
  expect(order.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  const kept = [named('z'), named('y'), named('x', 'z')];
  expect(inReadingOrder(kept)).toEqual(kept);
});

test('a chain of 20,000 nodes does not overflow the stack', () => {
  const chain = Array.from({ length: 20_000 }, (_, i) => named(`n${i}`, `n${i + 1}`));
  expect(inReadingOrder([...chain, named('n20000')])[0]?.name).toBe('n20000');
});

test('a loop is refused, and names one of its nodes', () => {
  expect(() => inReadingOrder([named('a', 'b'), named('b', 'a')])).toThrow(
    'a: expected a graph without loops, found a loop through b',
  );
});

test('a node that reads a value twice is its reader twice', () => {
  const graph = parseGraph(
    'graph "g"\nx = input dtype="float32" shape=[1]\ny = binary(x, x) fn="add"\noutput "y" = y\n',
  );
  expect(readersOf(graph).get('x')?.length).toBe(2);
});
