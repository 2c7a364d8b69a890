// Knows the order in which a matrix product reads its right side: slices of its depth, in each of them panels of eight columns,
// a last one of twelve or four.

/** The next multiple of 4: how many floats a pixel of so many channels takes. */
export function up4(count: number): number {
  return (count + 3) & ~3;
}

/** The most rows of a slice: a panel of them and some rows of the left side fit a first-level cache. */
const MOST = 256;

/** Rows of the slices of a matrix, all but the last as deep. */
function sliceDepth(depth: number): number {
  return up4(Math.ceil(depth / Math.ceil(depth / MOST)));
}

/**
 * Packs a matrix `[depth, cols]` into `depth * up4(cols)` floats, which are zeros: slices of `sliceDepth` rows, in each of them
 * panels `[rows][8]` from left to right; four columns that remain make the last panel `[rows][12]`, or `[rows][4]` when there are
 * no others. Row `r` stands in `values` from `rowAt(r)` on; a negative place is a row of zeros.
 */
export function packPanels(
  depth: number,
  cols: number,
  values: ArrayLike<number>,
  rowAt: (row: number) => number,
): Float32Array {
  const out = new Float32Array(depth * up4(cols));
  for (let row = 0; row < depth; row++) {
    const from = rowAt(row);
    if (from >= 0) packRow(out, depth, cols, row, values, from);
  }
  return out;
}

/** Packs one row of such a matrix, which stands in `values` from `from` on. */
export function packRow(
  out: Float32Array,
  depth: number,
  cols: number,
  row: number,
  values: ArrayLike<number>,
  from: number,
): void {
  const deep = sliceDepth(depth);
  const top = row - (row % deep);
  const rows = Math.min(deep, depth - top);
  const all = up4(cols);
  for (let left = 0, wide = 0; left < cols; left += wide) {
    const rest = all - left;
    wide = rest === 12 || rest === 4 ? rest : 8;
    const at = top * all + left * rows + (row - top) * wide;
    const last = Math.min(wide, cols - left);
    for (let col = 0; col < last; col++) out[at + col] = values[from + left + col] as number;
  }
}
