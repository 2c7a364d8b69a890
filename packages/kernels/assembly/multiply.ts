// Knows matrix products of float32: which slices, rows and panels follow each other.
//
// `b` is packed by src/packPanels.ts: slices of its depth; in a slice panels of eight columns `[depth][8]`; four columns that are
// left over widen the last panel to twelve, or stand alone.
import { up4 } from './lanes';
import { panel4, panel8, panel12 } from './panels';

/** Floats of a slice above which it comes from afar each time, so that each panel is read but once. */
const FAR: i32 = 1048576;

/** Rows of a slice: src/packPanels.ts. */
// @inline
function sliceDepth(depth: i32): i32 {
  const slices = (depth + 255) / 256;
  return up4((depth + slices - 1) / slices);
}

/**
 * Rows of `a` that go through all panels together, whole tiles of four or three: with two panels they take 16 kB, half of a
 * first-level cache.
 */
// @inline
function rowsTogether(rows: i32, depth: i32, cols: i32): i32 {
  if (depth * cols > FAR) return rows;
  const most = min(24, max(0, 16384 - (depth << 6)) / (depth << 2));
  return most < 12 ? max(4, most & ~3) : most - (most % 12);
}

/** The product of a slice. */
function slice(
  a: usize,
  aRow: usize,
  b: usize,
  starts: bool,
  ends: bool,
  bias: usize,
  residual: usize,
  y: usize,
  yRow: usize,
  rows: i32,
  depth: i32,
  cols: i32,
  lo: v128,
  hi: v128,
): void {
  const panel = (<usize>depth) << 5;
  const most = rowsTogether(rows, depth, cols);
  const down = <usize>most * yRow;
  const half: usize = residual ? 32 : 0;
  for (; rows > 0; rows -= most) {
    const count = min(rows, most);
    let w = b;
    let add = bias;
    let res = residual;
    let to = y;
    let j = cols;
    for (; j > 12 || j == 8; j -= 8, w += panel, add += 32, res += half, to += 32)
      panel8(a, aRow, w, starts, ends, add, res, to, yRow, count, depth, lo, hi);
    if (j == 12) panel12(a, aRow, w, starts, ends, add, res, to, yRow, count, depth, lo, hi);
    else if (j == 4) panel4(a, aRow, w, starts, ends, add, res, to, yRow, count, depth, lo, hi);
    a += <usize>most * aRow;
    y += down;
    if (residual) residual += down;
  }
}

/**
 * `y[rows, cols] = clamp(a[rows, depth] · b + bias + residual)`, or, with `bias` 0, the product alone: rows of `a` and `y` stand
 * `aRow` and `yRow` bytes apart, those of `residual` (0: none) as y's; `cols`, a multiple of 4, are the columns from `first` on
 * of the `all` that b has.
 */
export function multiply(
  a: usize,
  aRow: usize,
  b: usize,
  first: i32,
  all: i32,
  bias: usize,
  residual: usize,
  y: usize,
  yRow: usize,
  rows: i32,
  depth: i32,
  cols: i32,
  low: f32,
  high: f32,
): void {
  const most = sliceDepth(depth);
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  for (let k = 0; k < depth; k += most) {
    const deep = min(most, depth - k);
    const panels = b + ((<usize>(k * all + deep * first)) << 2);
    const ends = bias != 0 && k + deep == depth;
    slice(
      a + ((<usize>k) << 2),
      aRow,
      panels,
      k == 0,
      ends,
      bias,
      residual,
      y,
      yRow,
      rows,
      deep,
      cols,
      lo,
      hi,
    );
  }
}
