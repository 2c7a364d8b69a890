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
  out: Float32Array = new Float32Array(depth * up4(cols)),
): Float32Array {
  const rows = Int32Array.from({ length: depth }, (_, row) => rowAt(row));
  let at = 0;
  for (let top = 0, end = 0; top < depth; top = end) {
    end = Math.min(depth, top + sliceDepth(depth));
    for (let left = 0, wide = 0; left < up4(cols); left += wide) {
      const rest = up4(cols) - left;
      wide = rest === 12 || rest === 4 ? rest : 8;
      const last = Math.min(wide, cols - left);
      for (let row = top; row < end; row++, at += wide) {
        const from = rows[row] as number;
        if (from < 0) continue;
        for (let col = 0; col < last; col++) out[at + col] = values[from + left + col] as number;
      }
    }
  }
  return out;
}
