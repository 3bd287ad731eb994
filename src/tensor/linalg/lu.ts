/**
 * The factors of a square matrix, P A = L U, by elimination with partial pivoting (Golub and Van Loan, Matrix Computations, 3.4), in double
 * precision, row by row.
 */
export interface Factors {
  readonly n: number;
  /** U on and above the diagonal, L below it without its ones; row-major. */
  readonly lu: Float64Array;
  /** Row i of P A is row `rows[i]` of A. */
  readonly rows: Int32Array;
  /** The determinant of P. */
  readonly sign: 1 | -1;
  /** The first pivot that is 0, if any: the matrix is singular. */
  readonly zeroPivot: number | undefined;
}

/** @param a n*n elements in C order, left as they are */
export function factorize(a: Float64Array, n: number): Factors {
  const lu = Float64Array.from(a);
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  let sign: 1 | -1 = 1;
  let zeroPivot: number | undefined;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(lu[i * n + k]!) > Math.abs(lu[best * n + k]!)) best = i;
    }
    if (best !== k) {
      for (let j = 0; j < n; j++) {
        [lu[k * n + j], lu[best * n + j]] = [lu[best * n + j]!, lu[k * n + j]!];
      }
      [rows[k], rows[best]] = [rows[best]!, rows[k]!];
      sign = sign === 1 ? -1 : 1;
    }
    const pivot = lu[k * n + k]!;
    if (pivot === 0) {
      zeroPivot ??= k;
      continue;
    }
    for (let i = k + 1; i < n; i++) {
      const factor = (lu[i * n + k]! /= pivot);
      if (factor === 0) continue;
      for (let j = k + 1; j < n; j++) lu[i * n + j]! -= factor * lu[k * n + j]!;
    }
  }
  return { n, lu, rows, sign, zeroPivot };
}

/** X with A X = B for B of `columns` columns, row-major; the factors must have no zero pivot. */
export function substitute({ n, lu, rows }: Factors, b: Float64Array, columns: number): Float64Array {
  const x = new Float64Array(n * columns);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < columns; c++) x[i * columns + c] = b[rows[i]! * columns + c]!;
  }
  const subtract = (i: number, j: number): void => {
    const factor = lu[i * n + j]!;
    for (let c = 0; c < columns; c++) x[i * columns + c]! -= factor * x[j * columns + c]!;
  };
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) subtract(i, j);
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) subtract(i, j);
    for (let c = 0; c < columns; c++) x[i * columns + c]! /= lu[i * n + i]!;
  }
  return x;
}

/** The product of the pivots. */
export function determinantOf({ n, lu, sign }: Factors): number {
  let value: number = sign;
  for (let i = 0; i < n; i++) value *= lu[i * n + i]!;
  return value;
}
