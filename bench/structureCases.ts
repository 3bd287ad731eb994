/** The rows of the structure tables: what moves how many bytes. `n` is the number of elements of the first operand. */

export interface StructureCase {
  readonly name: string;
  readonly title: string;
  /** What NumPy runs, for the page. */
  readonly numpy: string;
  /** Bytes that must be read and written, for `n` elements of so many bytes each. */
  readonly bytes: (n: number, size: number) => number;
}

/** Positions are int64. */
const POSITION = 8;
/** Every element once in, once out. */
const once = (n: number, size: number): number => 2 * n * size;

export const STRUCTURE_CASES: readonly StructureCase[] = [
  {
    name: "slice_step",
    title: "x[::2], vector",
    numpy: "copyto(o, x[::2])",
    // Whole cache lines come in.
    bytes: (n, size) => 1.5 * n * size,
  },
  {
    name: "slice_rows",
    title: "x[::2, 100:900], rows of 1000",
    numpy: "copyto(o, x[::2, 100:900])",
    bytes: (n, size) => 2 * 0.4 * n * size,
  },
  { name: "reverse", title: "x[::-1], vector", numpy: "copyto(o, x[::-1])", bytes: once },
  {
    name: "reverse_columns",
    title: "x[:, ::-1], rows of 1000",
    numpy: "copyto(o, x[:, ::-1])",
    bytes: once,
  },
  {
    name: "mask",
    title: "x[mask], half of a vector",
    numpy: "x[mask]",
    bytes: (n, size) => n + 1.5 * n * size,
  },
  {
    name: "gather_rows",
    title: "x[i], rows of 100",
    numpy: "take(x, i, axis=0, out=o, mode='wrap')",
    bytes: (n, size) => 2 * n * size + (n / 100) * POSITION,
  },
  {
    name: "gather_elements",
    title: "x[i], vector, as many positions",
    numpy: "take(x, i, out=o, mode='wrap')",
    bytes: (n, size) => n * (2 * size + POSITION),
  },
  {
    name: "scatter_add_rows",
    title: "incSubtensor(x[i], y), rows of 100, duplicates",
    numpy: "copyto(o, x); add.at(o, i, y)",
    bytes: (n, size) => 3 * n * size + (n / 100) * POSITION,
  },
  {
    name: "scatter_add",
    title: "incSubtensor(x[i], y), vector, duplicates",
    numpy: "copyto(o, x); add.at(o, i, y)",
    bytes: (n, size) => n * (3 * size + POSITION),
  },
  {
    name: "set_slice",
    title: "setSubtensor(x[::2], y), vector",
    numpy: "copyto(o, x); o[::2] = y",
    bytes: (n, size) => 2.5 * n * size,
  },
  {
    name: "inc_rows",
    title: "incSubtensor(x[::2, 100:900], y), rows of 1000",
    numpy: "copyto(o, x); o[::2, 100:900] += y",
    bytes: (n, size) => 2.4 * n * size,
  },
  { name: "sort", title: "sort, vector", numpy: "copyto(o, x); o.sort()", bytes: once },
  { name: "sort_rows", title: "sort, rows of 1000", numpy: "copyto(o, x); o.sort(axis=1)", bytes: once },
  { name: "sort_columns", title: "sort, axis 0 of rows of 1000", numpy: "copyto(o, x); o.sort(axis=0)", bytes: once },
  {
    name: "argsort",
    title: "argsort, vector (stable)",
    numpy: "argsort(x, kind='stable')",
    bytes: (n, size) => n * (size + POSITION),
  },
  {
    name: "topk",
    title: "topk of 100, vector",
    numpy: "sort(partition(x, n - 100)[n - 100:])",
    bytes: (n, size) => n * size,
  },
  { name: "cumsum", title: "cumsum, vector", numpy: "cumsum(x, out=o)", bytes: once },
  { name: "cumsum_0", title: "cumsum, axis 0 of rows of 1000", numpy: "cumsum(x, axis=0, out=o)", bytes: once },
  { name: "cumsum_1", title: "cumsum, axis 1 of rows of 1000", numpy: "cumsum(x, axis=1, out=o)", bytes: once },
  {
    name: "concat_0",
    title: "concatenate two, axis 0, rows of 1000",
    numpy: "concatenate((x, y), out=o)",
    bytes: (n, size) => 4 * n * size,
  },
  {
    name: "concat_1",
    title: "concatenate two, axis 1, rows of 1000",
    numpy: "concatenate((x, y), axis=1, out=o)",
    bytes: (n, size) => 4 * n * size,
  },
  { name: "transpose", title: "transposition, rows of 1000", numpy: "copyto(o, x.T)", bytes: once },
  {
    name: "transpose_3d",
    title: "axes (2, 0, 1) of (n / 10^4, 100, 100)",
    numpy: "copyto(o, x.transpose(2, 0, 1))",
    bytes: once,
  },
  {
    name: "swap_3d",
    title: "axes (1, 0, 2) of (n / 10^4, 100, 100)",
    numpy: "copyto(o, x.transpose(1, 0, 2))",
    bytes: once,
  },
];
