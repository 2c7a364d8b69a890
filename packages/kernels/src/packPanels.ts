// Knows the order in which a matrix product reads its right side: panels of eight columns, a last one of twelve or four.

/** The next multiple of 4: how many floats a pixel of so many channels takes. */
export function up4(count: number): number {
  return (count + 3) & ~3;
}

/**
 * Packs a matrix `[depth, cols]` given by its elements into `depth * up4(cols)` floats: panels `[depth][8]` from left to right;
 * four columns that remain make the last panel `[depth][12]`, or `[depth][4]` when there are no others.
 */
export function packPanels(
  depth: number,
  cols: number,
  element: (row: number, col: number) => number,
  out: Float32Array = new Float32Array(depth * up4(cols)),
): Float32Array {
  let at = 0;
  for (let left = 0, wide = 0; left < up4(cols); left += wide) {
    const rest = up4(cols) - left;
    wide = rest === 12 || rest === 4 ? rest : 8;
    const last = Math.min(wide, cols - left);
    for (let row = 0; row < depth; row++, at += wide) {
      for (let col = 0; col < last; col++) out[at + col] = element(row, left + col);
    }
  }
  return out;
}
