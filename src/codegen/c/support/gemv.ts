/**
 * Products of a matrix and a vector as C text. Each element of the matrix is read once, so that memory sets the pace: what matters is that it is read in
 * the order in which it lies.
 */

/** Rows of a column-wise product that stay in the first-level cache. */
const ROWS = 1024;
/** Vectors of sums that stay in registers, where rows are few enough for that to read whole stretches of columns. */
const SUMS: readonly number[] = [16, 8];
/** Up to this many rows sums stay in registers: beyond, each column would be read in pieces that lie far apart. */
const FEW = 512;

/** A stretch of `count` vectors of rows, all columns: the same sums in the same order as one by one. */
function stretchText(type: string, t: string, count: number): string {
  const sums = Array.from({ length: count }, (_, v) => `s${v}`);
  return `static void gemv_stretch_${type}_${count}(const struct gemv_${type} *g, long long i) {
  vec_${type} ${sums.map((s) => `${s} = {}`).join(", ")};
  const ${t} *a = g->a + i, *x = g->x;
  for (long long q = 0; q < g->k; q++, a += g->ac) {
    const ${t} v = x[q];
    ${sums.map((s, v) => `${s} += v * ((const vec_${type} *)a)[${v}];`).join(" ")}
  }
  const vec_${type} sums[${count}] = { ${sums.join(", ")} };
  for (long long l = 0; l < ${count} * LANES_${type}; l++) {
    ${t} *y = g->y + (i + l) * g->yr, sum = ((const ${t} *)sums)[l];
    *y = g->beta == 0 ? g->alpha * sum : g->alpha * sum + g->beta * *y;
  }
}
`;
}

/** A function `gemv_f32` or `gemv_f64`; the pool and the names of `gemm.ts` come before it. */
export function gemvText(type: string, t: string): string {
  const takes = SUMS.map((count) => {
    const test = count > 8 ? "if (MANY_REGISTERS) " : "";
    const step = `${count} * LANES_${type}`;
    return `      ${test}for (; i0 + ${step} <= g->m; i0 += ${step}) gemv_stretch_${type}_${count}(g, i0);`;
  }).join("\n");
  return `
struct gemv_${type} { long long m, k; const ${t} *a; long long ar, ac; const ${t} *x; ${t} *y; long long yr; ${t} alpha, beta; };

/* Rows lie in one piece: inner products. */
static void gemv_rows_${type}(const void *p, long long begin, long long end, int worker) {
  const struct gemv_${type} *g = p;
  for (long long i = begin; i < end; i++) {
    const ${t} *a = g->a + i * g->ar, *x = g->x;
    vec_${type} s0 = {}, s1 = {};
    long long q = 0;
    for (; q + 2 * LANES_${type} <= g->k; q += 2 * LANES_${type}) {
      s0 += *(const vec_${type} *)(a + q) * *(const vec_${type} *)(x + q);
      s1 += *(const vec_${type} *)(a + q + LANES_${type}) * *(const vec_${type} *)(x + q + LANES_${type});
    }
    s0 += s1;
    ${t} sum = 0;
    for (; q < g->k; q++) sum += a[q] * x[q];
    for (int l = 0; l < LANES_${type}; l++) sum += s0[l];
    ${t} *y = g->y + i * g->yr;
    *y = g->beta == 0 ? g->alpha * sum : g->alpha * sum + g->beta * *y;
  }
}

${SUMS.map((count) => stretchText(type, t, count)).join("")}
/* Columns lie in one piece, or nothing does: sums of a stretch of rows, column by column. */
static void gemv_columns_${type}(const void *p, long long begin, long long end, int worker) {
  const struct gemv_${type} *g = p;
  for (long long block = begin; block < end; block++) {
    long long i0 = block * ${ROWS};
    if (g->ar == 1 && g->m <= ${FEW}) {
      /* 32 registers hold sums of 16 vectors, 16 those of 8. */
${takes}
    }
    const long long mm = least(${ROWS}, g->m - i0);
    if (mm <= 0) continue;
    ${t} sums[${ROWS}] __attribute__((aligned(64)));
    for (long long i = 0; i < mm; i++) sums[i] = 0;
    for (long long q = 0; q < g->k; q++) {
      const ${t} *a = g->a + i0 * g->ar + q * g->ac, x = g->x[q];
      if (g->ar == 1) for (long long i = 0; i < mm; i++) sums[i] += a[i] * x;
      else for (long long i = 0; i < mm; i++) sums[i] += a[i * g->ar] * x;
    }
    for (long long i = 0; i < mm; i++) {
      ${t} *y = g->y + (i0 + i) * g->yr;
      *y = g->beta == 0 ? g->alpha * sums[i] : g->alpha * sums[i] + g->beta * *y;
    }
  }
}

static void gemv_${type}(long long m, long long k, const ${t} *a, long long ar, long long ac, const ${t} *x, long long xr, ${t} *y, long long yr, ${t} alpha, ${t} beta) {
  if (xr != 1) {
    ${t} *copy = room(&packed_b, k * sizeof(${t}));
    for (long long q = 0; q < k; q++) copy[q] = x[q * xr];
    x = copy;
  }
  const struct gemv_${type} g = { m, k, a, ar, ac, x, y, yr, alpha, beta };
  const int by_rows = ac == 1 && k > 1;
  const long long units = by_rows ? m : (m + ${ROWS} - 1) / ${ROWS};
  const long long grain = (double)m * k < 200000 ? units : by_rows ? 100000 / k + 1 : 1;
  pool_parallel(by_rows ? gemv_rows_${type} : gemv_columns_${type}, &g, units, grain);
}
`;
}
