// Knows how a GraphModel computes a size while it runs: from the shape of a value, axis by axis, packed into a vector.
import { attr, type NodeDef } from './tfNodeDefs.ts';

/** One entry of a size: a number, or `factor` times axis `axis` of the value, plus `plus`. */
export type SizeEntry = number | { readonly axis: number; readonly factor: number; readonly plus: number };

/** Writes a constant vector of integers, or a single one for the shape `[]`, and gives its name. */
export type WriteInts = (part: string, values: readonly number[], shape?: readonly number[]) => string;

/** The name of a vector of sizes; nodes that compute it go to `extra`. A vector without open entries is a constant. */
export function sizeDefs(
  name: string,
  x: string,
  entries: readonly SizeEntry[],
  extra: NodeDef[],
  ints: WriteInts,
): string {
  if (entries.every((entry) => typeof entry === 'number')) return ints('size', entries);
  const int32 = { T: attr.type('int32') };
  const shape = `${name}/shape`;
  extra.push({
    name: shape,
    op: 'Shape',
    input: [x],
    attr: { T: attr.type('float32'), out_type: attr.type('int32') },
  });
  const masks = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask'].map(
    (mask): [string, unknown] => [mask, attr.int(0)],
  );
  const step = ints('step', [1]);
  const parts = entries.map((entry, i) => {
    const dim = `dim${i}`;
    if (typeof entry === 'number') return ints(dim, [entry], []);
    const range = [ints(`${dim}/begin`, [entry.axis]), ints(`${dim}/end`, [entry.axis + 1]), step];
    let at = `${name}/${dim}`;
    extra.push({
      name: at,
      op: 'StridedSlice',
      input: [shape, ...range],
      attr: {
        ...int32,
        Index: attr.type('int32'),
        ...Object.fromEntries(masks),
        shrink_axis_mask: attr.int(1),
      },
    });
    for (const [op, operand, nothing] of [
      ['Mul', entry.factor, 1],
      ['AddV2', entry.plus, 0],
    ] as const) {
      if (operand === nothing) continue;
      const input = [at, ints(`${dim}/${op}/y`, [operand], [])];
      at = `${name}/${dim}/${op}`;
      extra.push({ name: at, op, input, attr: int32 });
    }
    return at;
  });
  const all = `${name}/size`;
  extra.push({
    name: all,
    op: 'Pack',
    input: parts,
    attr: { ...int32, N: attr.int(parts.length), axis: attr.int(0) },
  });
  return all;
}
