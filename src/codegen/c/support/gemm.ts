/**
 * The matrix product as C text: blocks packed for the caches and a tile of sums in vector registers, after K. Goto and R. van de Geijn,
 * "Anatomy of high-performance matrix multiplication" (2008). Vectors are the compiler's own extension, so that no header is
 * needed; their width is chosen by what the compiler says of the processor.
 *
 * Every element of C is the sum over k in one order, a function of the sizes alone: the same bits whatever the number of threads.
 */

import { gemvText } from "./gemv.ts";

/** How many rows a tile may have, the most first: what is left over is covered by the next smaller ones. */
const ROWS: readonly number[] = [12, 8, 6, 4, 2, 1];
/** A tile's width in vectors. */
const WIDTHS: readonly number[] = [2, 1];
/** Wider tiles, with their rows, for small products that are not packed: whole rows of B are read, so that memory is walked in order. */
const WIDE: readonly (readonly [width: number, rows: readonly number[]])[] = [
  [4, [6, 4, 2, 1]],
  [3, [8, 4, 2, 1]],
];

/** Blocks of A (rows x depth) stay in the second-level cache, blocks of B (depth x columns) in the third. */
const [MC, KC, NC] = [384, 512, 3072];

/** The most rows of a thread's task: more of A than the second-level cache holds beside B costs a tenth. */
const TASK_ROWS = 96;

interface Names {
  /** `f32` or `f64`. */
  readonly type: string;
  /** The C type of an element. */
  readonly t: string;
}

/** Functions `own_gemm_f32` and `own_gemm_f64`; the pool of `pool.ts` comes before them. */
export function gemmText(): string {
  const types: readonly Names[] = [
    { type: "f32", t: "float" },
    { type: "f64", t: "double" },
  ];
  return [PREAMBLE, ...types.map(productText)].join("\n");
}

const PREAMBLE = `
#if defined(__AVX512F__)
#define VECTOR 64
#elif defined(__AVX__)
#define VECTOR 32
#else
#define VECTOR 16
#endif
/* 32 vector registers hold 24 sums, 16 hold 12. */
#if defined(__AVX512F__) || defined(__aarch64__)
#define MANY_REGISTERS 1
#else
#define MANY_REGISTERS 0
#endif
void free(void *);
int posix_memalign(void **, unsigned long, unsigned long);
static inline long long least(long long a, long long b) { return a < b ? a : b; }

/* Storage of a thread that grows and stays. */
struct scratch { char *at; long long bytes; };
static __thread struct scratch packed_a, packed_b;
static void *room(struct scratch *s, long long bytes) {
  if (s->bytes < bytes) {
    void *at = 0;
    free(s->at);
    s->bytes = 0;
    if (posix_memalign(&at, 64, bytes) != 0) at = 0;
    s->at = at;
    if (at) s->bytes = bytes;
  }
  return s->at;
}
`;

/** One tile: `rows` x `width` vectors of sums over k, then C = alpha * sums + beta * C. */
function tileText({ type, t }: Names, rows: number, width: number, isPacked = true): string {
  const sums = Array.from({ length: rows }, (_, r) => Array.from({ length: width }, (__, c) => `s${r}_${c}`));
  const vectors = Array.from({ length: width }, (_, c) => c);
  // Three rows are reached from one pointer, by the steps that addresses can have: few registers do for all rows.
  const bases = Array.from({ length: Math.ceil(rows / 3) }, (_, i) => `a${i}`);
  const step = sums
    .map(
      (row, r) =>
        `    { const ${t} x = a${Math.floor(r / 3)}[${r % 3} * ar]; ${row.map((s, c) => `${s} += x * b${c};`).join(" ")} }`,
    )
    .join("\n");
  const write = sums
    .flatMap((row, r) =>
      row.map((s, c) => {
        const to = `(c + ${r} * cr)`;
        return `    { vec_${type} *to = (vec_${type} *)${to} + ${c}; *to = beta == 0 ? alpha * ${s} : alpha * ${s} + beta * *to; }`;
      }),
    )
    .join("\n");
  const half = sums
    .flatMap((row, r) =>
      row.map((s, c) => {
        const v = c === width - 1 ? `half_${type}` : `vec_${type}`;
        const x = c === width - 1 ? `*(const ${v} *)&${s}` : s;
        return `    { ${v} *to = (${v} *)((vec_${type} *)(c + ${r} * cr) + ${c}); *to = beta == 0 ? alpha * ${x} : alpha * ${x} + beta * *to; }`;
      }),
    )
    .join("\n");
  const part = sums
    .map((row, r) => {
      const copies = row.map((s, c) => `((vec_${type} *)out)[${c}] = ${s};`).join(" ");
      return `    ${copies} edge_${type}(c + ${r} * cr, cc, out, columns, alpha, beta);`;
    })
    .join("\n");
  return `static inline __attribute__((always_inline)) void body_${type}_${rows}x${width}(long long k, const ${t} *a, const long long ar, const long long ac,
    const ${t} *b, const long long br, ${t} *c, long long cr, long long cc, long long columns, ${t} alpha, ${t} beta) {
  vec_${type} ${sums
    .flat()
    .map((s) => `${s} = {}`)
    .join(", ")};
  const ${t} ${bases.map((p, i) => `*${p} = a + ${i * 3} * ar`).join(", ")};
  for (; k > 0; k--, b += br) {
    const vec_${type} ${vectors.map((c) => `b${c} = ((const vec_${type} *)b)[${c}]`).join(", ")};
${step}
    ${bases.map((p) => `${p} += ac;`).join(" ")}
  }
  if (columns == ${width} * LANES_${type} && cc == 1) {
${write}
  } else if (columns == ${width} * LANES_${type} - LANES_${type} / 2 && cc == 1) {
${half}
  } else {
    ${t} out[${width} * LANES_${type}] __attribute__((aligned(64)));
${part}
  }
}
${
  isPacked
    ? `static void packed_${type}_${rows}x${width}(long long k, const ${t} *a, const ${t} *b, long long br, ${t} *c, long long cr, long long cc, long long columns, ${t} alpha, ${t} beta) {
  /* C is wanted when the sums are done. */
  for (int r = 0; r < ${rows}; r++) for (int v = 0; v < ${width}; v++) __builtin_prefetch((const char *)(c + r * cr) + v * VECTOR, 1);
  body_${type}_${rows}x${width}(k, a, 1, ${rows}, b, br, c, cr, cc, columns, alpha, beta);
}
`
    : ""
}static void direct_${type}_${rows}x${width}(long long k, const ${t} *a, long long ar, long long ac, const ${t} *b, long long br, ${t} *c, long long cr, long long cc, long long columns, ${t} alpha, ${t} beta) {
  body_${type}_${rows}x${width}(k, a, ar, ac, b, br, c, cr, cc, columns, alpha, beta);
}
`;
}

function productText(names: Names): string {
  const { type, t } = names;
  const tiles = ROWS.flatMap((rows) => WIDTHS.map((width) => tileText(names, rows, width)));
  for (const [width, rows] of WIDE) for (const r of rows) tiles.push(tileText(names, r, width, false));
  const wide = WIDE.flatMap(([width, rows]) =>
    rows.map((r) => `if (width == ${width} && rows == ${r}) direct_${type}_${r}x${width}(DIRECT); else `),
  )
    .join("")
    .replaceAll("DIRECT", "k, a, ar, ac, b, br, c, cr, cc, columns, alpha, beta");
  const pick = (kind: string, args: string): string =>
    ROWS.map((rows, i) => {
      const test = i === ROWS.length - 1 ? "" : `if (rows == ${rows}) `;
      return `${i === 0 ? "" : "else "}${test}{ if (width == 2) ${kind}_${type}_${rows}x2(${args}); else ${kind}_${type}_${rows}x1(${args}); }`;
    }).join("\n  ");
  return `
typedef ${t} vec_${type} __attribute__((vector_size(VECTOR), aligned(sizeof(${t}))));
typedef ${t} half_${type} __attribute__((vector_size(VECTOR / 2), aligned(sizeof(${t}))));
enum { LANES_${type} = VECTOR / sizeof(${t}), COLUMNS_${type} = 2 * LANES_${type} };

/* Part of a row of C, in vectors as long as fit. */
static __attribute__((noinline)) void edge_${type}(${t} *c, long long cc, const ${t} *sums, long long columns, ${t} alpha, ${t} beta) {
  if (cc != 1) {
    for (long long j = 0; j < columns; j++) c[j * cc] = beta == 0 ? alpha * sums[j] : alpha * sums[j] + beta * c[j * cc];
    return;
  }
${[1, 2, 4, 8, 16]
  .map(
    (part) => `#if VECTOR / ${part} >= ${type === "f32" ? 4 : 8}
  { typedef ${t} piece __attribute__((vector_size(VECTOR / ${part}), aligned(sizeof(${t}))));
    while (columns >= LANES_${type} / ${part}) {
      piece *to = (piece *)c;
      *to = beta == 0 ? alpha * *(const piece *)sums : alpha * *(const piece *)sums + beta * *to;
      c += LANES_${type} / ${part}, sums += LANES_${type} / ${part}, columns -= LANES_${type} / ${part};
    } }
#endif`,
  )
  .join("\n")}
}
${tiles.join("\n")}
static void packed_${type}(int rows, int width, long long k, const ${t} *a, const ${t} *b, long long br, ${t} *c, long long cr, long long cc, long long columns, ${t} alpha, ${t} beta) {
  ${pick("packed", "k, a, b, br, c, cr, cc, columns, alpha, beta")}
}
static void direct_${type}(int rows, int width, long long k, const ${t} *a, long long ar, long long ac, const ${t} *b, long long br, ${t} *c, long long cr, long long cc, long long columns, ${t} alpha, ${t} beta) {
  ${wide}${pick("direct", "k, a, ar, ac, b, br, c, cr, cc, columns, alpha, beta")}
}

/* Rows of the next tile. */
static inline int rows_${type}(long long left) { return !MANY_REGISTERS ? left >= 6 ? 6 : left >= 4 ? 4 : left >= 2 ? 2 : 1 : left >= 12 ? 12 : left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1; }
static inline int wide_rows_${type}(int width, long long left) {
  return width == 4 && left >= 6 ? 6 : width == 3 && left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

struct gemm_${type} {
  long long m, n, k;
  const ${t} *a; long long ar, ac;
  const ${t} *b; long long br, bc;
  ${t} *c; long long cr, cc;
  ${t} alpha, beta;
  /* The present block of B, packed or (stride of its rows) as it is. */
  long long j0, nn, k0, kk;
  ${t} *pb;
  /* Tasks: blocks of rows times groups of columns. */
  long long task_rows, row_tasks, task_columns;
  int direct;
};

static void pack_b_${type}(const void *p, long long begin, long long end, int worker) {
  const struct gemm_${type} *g = p;
  for (long long panel = begin; panel < end; panel++) {
    const long long j = panel * COLUMNS_${type}, w = least(COLUMNS_${type}, g->nn - j), width = w > LANES_${type} ? COLUMNS_${type} : LANES_${type};
    ${t} *to = g->pb + j * g->kk;
    const ${t} *from = g->b + g->k0 * g->br + (g->j0 + j) * g->bc;
    if (w == COLUMNS_${type} && g->bc == 1) {
      for (long long q = 0; q < g->kk; q++, to += COLUMNS_${type}, from += g->br) {
        ((vec_${type} *)to)[0] = ((const vec_${type} *)from)[0];
        ((vec_${type} *)to)[1] = ((const vec_${type} *)from)[1];
      }
    } else if (g->bc == 1) {
      for (long long q = 0; q < g->kk; q++, to += width, from += g->br)
        for (long long j = 0; j < width; j++) to[j] = j < w ? from[j] : 0;
    } else {
      /* Columns of B lie apart: whole cache lines of each are read at a time. */
      for (long long q0 = 0; q0 < g->kk; q0 += 16) {
        const long long qq = least(16, g->kk - q0);
        for (long long j = 0; j < width; j++) {
          const ${t} *column = from + q0 * g->br + j * g->bc;
          ${t} *out = to + q0 * width + j;
          if (j < w) for (long long q = 0; q < qq; q++) out[q * width] = column[q * g->br];
          else for (long long q = 0; q < qq; q++) out[q * width] = 0;
        }
      }
    }
  }
}

static void pack_a_${type}(const struct gemm_${type} *g, long long i0, long long rows, ${t} *to) {
  const ${t} *from = g->a + i0 * g->ar + g->k0 * g->ac;
  /* A stretch of columns at a time: where those lie in one piece, whole cache lines are read once, and not by each group of rows again. */
  const long long stretch = g->ar == 1 ? 16 : g->kk;
  for (long long p0 = 0; p0 < g->kk; p0 += stretch) {
    const long long end = least(p0 + stretch, g->kk);
    for (long long i = 0; i < rows;) {
      const int r = rows_${type}(rows - i);
      ${t} *out = to + i * g->kk;
      const ${t} *in = from + i * g->ar;
      if (g->ar == 1 && r == ${ROWS[0]}) {
        for (long long q = p0; q < end; q++) __builtin_memcpy(out + q * ${ROWS[0]}, in + q * g->ac, ${ROWS[0]} * sizeof(${t}));
      } else if (g->ac == 1) {
        for (long long q0 = p0; q0 < end; q0 += 16) {
          const long long qq = least(16, end - q0);
          for (int s = 0; s < r; s++) for (long long q = 0; q < qq; q++) out[(q0 + q) * r + s] = in[s * g->ar + q0 + q];
        }
      } else for (long long q = p0; q < end; q++) for (int s = 0; s < r; s++) out[q * r + s] = in[s * g->ar + q * g->ac];
      i += r;
    }
  }
}

/* Rows and columns of a product of which nothing is packed. */
static void small_${type}(const struct gemm_${type} *g, long long from_row, long long to_row, long long from_column, long long to_column, ${t} beta) {
  for (long long j = from_column; j < to_column;) {
    const long long left = (to_column - j + LANES_${type} - 1) / LANES_${type};
    /* Five vectors are three and two. */
    const int width = left < 3 ? left : !MANY_REGISTERS ? 2 : left >= 4 && left != 5 ? 4 : 3;
    const long long columns = least(width * LANES_${type}, to_column - j);
    ${t} *c = g->c + (g->j0 + j) * g->cc;
    const ${t} *b = g->b + g->k0 * g->br + (g->j0 + j), *a = g->a + g->k0 * g->ac;
    for (long long i = from_row; i < to_row;) {
      const long long rest = to_row - i;
      /* Twice 8 is better than 12 and 4. */
      const int rows = width > 2 ? wide_rows_${type}(width, rest) : MANY_REGISTERS && rest == 16 ? 8 : rows_${type}(rest);
      direct_${type}(rows, width, g->kk, a + i * g->ar, g->ar, g->ac, b, g->br, c + i * g->cr, g->cr, g->cc, columns, g->alpha, beta);
      i += rows;
    }
    j += columns;
  }
}

static void block_${type}(const void *p, long long begin, long long end, int worker) {
  const struct gemm_${type} *g = p;
  const ${t} beta = g->k0 == 0 ? g->beta : 1;
  for (long long task = begin; task < end; task++) {
    const long long from_row = task % g->row_tasks * g->task_rows, from_column = task / g->row_tasks * g->task_columns;
    const long long to_row = least(from_row + g->task_rows, g->m), to_column = least(from_column + g->task_columns, g->nn);
    if (g->direct && !g->pb) {
      small_${type}(g, from_row, to_row, from_column, to_column, beta);
      continue;
    }
    for (long long i0 = from_row; i0 < to_row; i0 += ${MC}) {
      const long long mm = least(${MC}, to_row - i0);
      ${t} *pa = 0;
      if (!g->direct) pack_a_${type}(g, i0, mm, pa = room(&packed_a, ${MC} * ${KC} * sizeof(${t})));
      for (long long j = from_column; j < to_column; j += COLUMNS_${type}) {
        const long long columns = least(COLUMNS_${type}, to_column - j);
        const int width = columns > LANES_${type} ? 2 : 1;
        ${t} *c = g->c + i0 * g->cr + (g->j0 + j) * g->cc;
        const ${t} *b = g->pb ? g->pb + j * g->kk : g->b + g->k0 * g->br + (g->j0 + j);
        const long long br = g->pb ? width * LANES_${type} : g->br;
        const ${t} *a = pa;
        for (long long i = 0; i < mm;) {
          const int rows = rows_${type}(mm - i);
          if (pa) { packed_${type}(rows, width, g->kk, a, b, br, c + i * g->cr, g->cr, g->cc, columns, g->alpha, beta); a += rows * g->kk; }
          else direct_${type}(rows, width, g->kk, g->a + (i0 + i) * g->ar + g->k0 * g->ac, g->ar, g->ac, b, br, c + i * g->cr, g->cr, g->cc, columns, g->alpha, beta);
          i += rows;
        }
      }
    }
  }
}

static void gemm_here_${type}(long long m, long long n, long long k, const ${t} *a, long long ar, long long ac, const ${t} *b, long long br, long long bc,
    ${t} *c, long long cr, long long cc, ${t} alpha, ${t} beta) {
  struct gemm_${type} g = { m, n, k, a, ar, ac, b, br, bc, c, cr, cc, alpha, beta };
  const double work = (double)m * n * k;
  if (work < 200000 && k <= ${KC} && bc == 1) {
    g.kk = k;
    small_${type}(&g, 0, m, 0, n, beta);
    return;
  }
  const int workers = work < 200000 ? 1 : pool_workers();
  /* Packing pays when what is packed is read often enough: tiles read short rows of A in place, and a few rows of tiles a narrow B. */
  const long long short_row = 1024 / sizeof(${t});
  g.direct = n <= 2 * COLUMNS_${type} || (m * k <= 256 * 256 && ar < 1024) || (ac == 1 && ar <= short_row && n <= 512);
  const int as_is = bc == 1 && (m <= 48 || k * n <= 256 * 256 || (MANY_REGISTERS && m <= 256 && br <= short_row));
  for (g.j0 = 0; g.j0 < n; g.j0 += ${NC}) {
    g.nn = least(${NC}, n - g.j0);
    const long long panels = (g.nn + COLUMNS_${type} - 1) / COLUMNS_${type};
    for (g.k0 = 0; g.k0 < k; g.k0 += ${KC}) {
      g.kk = least(${KC}, k - g.k0);
      g.pb = as_is ? 0 : room(&packed_b, panels * COLUMNS_${type} * g.kk * sizeof(${t}));
      g.task_rows = m; g.row_tasks = 1; g.task_columns = g.nn;
      long long tasks = 1;
      if (workers > 1) {
        /* Several tasks for each worker, so that one that is interrupted does not hold up the others. */
        const long long wanted = workers * 4;
        long long best = m;
        for (long long rows = 36; rows <= ${TASK_ROWS}; rows += 12) {
          if (rows > 36 && rows * workers * 3 > m + 36 * workers) break;
          /* The rows of the worker that gets most. */
          const long long whole = m / rows, most = whole % workers == 0 ? whole / workers * rows + m % rows : (whole / workers + 1) * rows;
          if (most <= best) best = most, g.task_rows = rows;
        }
        g.row_tasks = (m + g.task_rows - 1) / g.task_rows;
        const long long groups = g.row_tasks >= wanted ? 1 : least((wanted + g.row_tasks - 1) / g.row_tasks, panels);
        g.task_columns = (panels + groups - 1) / groups * COLUMNS_${type};
        tasks = g.row_tasks * ((g.nn + g.task_columns - 1) / g.task_columns);
      }
      if (workers == 1) {
        if (g.pb) pack_b_${type}(&g, 0, panels, 0);
        block_${type}(&g, 0, 1, 0);
      } else {
        if (g.pb) pool_parallel(pack_b_${type}, &g, panels, 4);
        pool_parallel(block_${type}, &g, tasks, 1);
      }
    }
  }
}
${gemvText(type, t)}
/* C = alpha A B + beta C on any strides (elements); C overlaps neither A nor B. With beta 0 C is not read. */
void own_gemm_${type}(long long m, long long n, long long k, const ${t} *a, long long ar, long long ac, const ${t} *b, long long br, long long bc,
    ${t} *c, long long cr, long long cc, ${t} alpha, ${t} beta) {
  if (m <= 0 || n <= 0) return;
  if (k <= 0) {
    for (long long i = 0; i < m; i++) for (long long j = 0; j < n; j++) c[i * cr + j * cc] = beta == 0 ? 0 : beta * c[i * cr + j * cc];
    return;
  }
  if (n == 1) { gemv_${type}(m, k, a, ar, ac, b, br, c, cr, alpha, beta); return; }
  if (m == 1) { gemv_${type}(n, k, b, bc, br, a, ac, c, cc, alpha, beta); return; }
  /* Vectors run along the columns of C: the transposed product where those lie apart, or are few. */
  const int few = n < LANES_${type} && m > n && ar == 1;
  if (few || (cc != 1 && cr == 1 && m > 1)) {
    gemm_here_${type}(n, m, k, b, bc, br, a, ac, ar, c, cc, cr, alpha, beta);
    return;
  }
  gemm_here_${type}(m, n, k, a, ar, ac, b, br, bc, c, cr, cc, alpha, beta);
}
`;
}
