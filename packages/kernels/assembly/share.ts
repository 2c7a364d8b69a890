// Knows which part of a kernel's work is done now, where threads share it: all of it, unless `run` says otherwise.

let part: i32 = 0;
let parts: i32 = 1;
let columns: bool = false;

/** Sets what the next kernels do: part `which` of `count`, cut across the columns of a product, or else across its rows. */
export function setShare(which: i32, count: i32, byColumns: bool): void {
  part = which;
  parts = count;
  columns = byColumns;
}

// @inline
function cut(count: i32, at: i32): i32 {
  return <i32>((<i64>count * at) / parts);
}

/** The first of `count` things that this part does. */
export function from(count: i32): i32 {
  return cut(count, part);
}

/** The first of `count` things that it leaves to the next part. */
export function to(count: i32): i32 {
  return cut(count, part + 1);
}

/** The first of a product's rows that this part does; rows come in units of `unit`. */
export function fromRow(rows: i32, unit: i32): i32 {
  return columns ? 0 : min(rows, from((rows + unit - 1) / unit) * unit);
}

/** The first of a product's rows that it leaves. */
export function toRow(rows: i32, unit: i32): i32 {
  return columns ? rows : min(rows, to((rows + unit - 1) / unit) * unit);
}

/** The first vector of a result's `vectors`, into which a table scatters the columns, that this part stores. */
export function fromVector(vectors: i32): i32 {
  return columns ? from(vectors) : 0;
}

/** The first of these vectors that it leaves. */
export function toVector(vectors: i32): i32 {
  return columns ? to(vectors) : vectors;
}

/** Panels of a product; the last one may be wider than eight columns. */
// @inline
function panels(cols: i32): i32 {
  return max(1, cols >> 3);
}

/** Columns that are scattered into the vectors before `at`. */
// @inline
function columnsBefore(at: i32, vectors: i32, cols: i32, table: usize): i32 {
  return at == vectors ? cols : load<i32>(table + <usize>at * 48) >> 2;
}

/** The first column of the panels that this part multiplies; with a `table` (else 0), those that its vectors need. */
export function fromColumn(cols: i32, table: usize, vectors: i32): i32 {
  if (!columns) return 0;
  const all = panels(cols);
  if (!table) return from(all) << 3;
  return min(columnsBefore(from(vectors), vectors, cols, table) >> 3, all - 1) << 3;
}

/** The first column that it does not multiply. */
export function toColumn(cols: i32, table: usize, vectors: i32): i32 {
  if (!columns) return cols;
  const all = panels(cols);
  const end = table ? (columnsBefore(to(vectors), vectors, cols, table) + 7) >> 3 : to(all);
  return end >= all ? cols : end << 3;
}
