/**
 * The matrix product by a vendor's BLAS where there is one, else by our own, as C text. The vendor's library works on one thread of its own at a time and
 * is called from our pool, so that two pools never compete for the processors.
 */

/**
 * Below this many multiplications our own product is used: it has no set-up to speak of. Measured against OpenBLAS 0.3.21: ours is as fast
 * or faster up to n = 256, theirs by some percent above 512.
 */
const SMALL = 900 ** 3;

/** Functions `gemm_f32`, `gemm_f64` and `theano_blas(list)`; `pool.ts` and `gemm.ts` come before them. */
export function blasText(): string {
  return BLAS + productText("f32", "float", "s") + productText("f64", "double", "d") + LOAD;
}

const BLAS = `
void *dlopen(const char *, int);
void *dlsym(void *, const char *);
int dlclose(void *);
static void vendor_load(void);
static int vendor_tried;
enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112 };
`;

function productText(type: string, t: string, letter: string): string {
  return `
typedef void cblas_gemm_${type}_t(int order, int ta, int tb, int m, int n, int k, ${t} alpha, const ${t} *a, int lda, const ${t} *b, int ldb, ${t} beta, ${t} *c, int ldc);
static cblas_gemm_${type}_t *vendor_${letter}gemm;

struct vendor_${type} {
  int m, n, k, ta, tb, lda, ldb, ldc, by_rows;
  ${t} alpha, beta;
  const ${t} *a, *b;
  ${t} *c;
};
/* Rows (or columns) of C from begin to end, in units of 16. */
static void vendor_part_${type}(const void *p, long long begin, long long end, int worker) {
  const struct vendor_${type} *g = p;
  const long long most = g->by_rows ? g->m : g->n, from = begin * 16, to = least(end * 16, most);
  if (g->by_rows)
    vendor_${letter}gemm(ROW_MAJOR, g->ta, g->tb, to - from, g->n, g->k, g->alpha, g->a + (g->ta == PLAIN ? from * g->lda : from), g->lda, g->b, g->ldb, g->beta, g->c + from * g->ldc, g->ldc);
  else
    vendor_${letter}gemm(ROW_MAJOR, g->ta, g->tb, g->m, to - from, g->k, g->alpha, g->a, g->lda, g->b + (g->tb == PLAIN ? from : from * g->ldb), g->ldb, g->beta, g->c + from, g->ldc);
}
static int is_stride_${type}(long long row, long long column, long long columns) { return column == 1 && row >= columns && row < 2147483647; }

static void gemm_${type}(long long m, long long n, long long k, const ${t} *a, long long ar, long long ac, const ${t} *b, long long br, long long bc,
    ${t} *c, long long cr, long long cc, ${t} alpha, ${t} beta) {
  const int is_large = (double)m * n * k >= ${SMALL} && m > 1 && n > 1;
  if (is_large && !vendor_tried) vendor_load();
  if (is_large && vendor_${letter}gemm) {
    /* A C by columns is the transposed product. */
    if (cc != 1 && cr == 1) { gemm_${type}(n, m, k, b, bc, br, a, ac, ar, c, cc, cr, alpha, beta); return; }
    const int ta = is_stride_${type}(ar, ac, k) ? PLAIN : is_stride_${type}(ac, ar, m) ? TRANSPOSED : 0;
    const int tb = is_stride_${type}(br, bc, n) ? PLAIN : is_stride_${type}(bc, br, k) ? TRANSPOSED : 0;
    const int fits = m < 2147483647 && n < 2147483647 && k < 2147483647;
    if (ta && tb && fits && is_stride_${type}(cr, cc, n)) {
      const struct vendor_${type} g = { m, n, k, ta, tb, ta == PLAIN ? ar : ac, tb == PLAIN ? br : bc, cr, m >= n, alpha, beta, a, b, c };
      const long long parts = ((g.by_rows ? m : n) + 15) / 16;
      /* As few and large parts as there are workers: each packs what it reads. */
      pool_parallel(vendor_part_${type}, &g, parts, (parts + pool_workers() - 1) / pool_workers());
      return;
    }
  }
  own_gemm_${type}(m, n, k, a, ar, ac, b, br, bc, c, cr, cc, alpha, beta);
}
`;
}

const LOAD = `
/* Candidates, a line each; they are tried when the first large product comes, since loading one takes longer than small work. */
static char candidates[4096];
static char vendor_name[512];
static int vendor_lock;

static int vendor_open(const char *path) {
  void *library = dlopen(path, 2);
  if (!library) return 0;
  void *s = dlsym(library, "cblas_sgemm"), *d = dlsym(library, "cblas_dgemm");
  if (!s || !d) {
    dlclose(library);
    return 0;
  }
  void (*threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
  if (!threads) threads = (void (*)(int))dlsym(library, "MKL_Set_Num_Threads");
  if (!threads) threads = (void (*)(int))dlsym(library, "bli_thread_set_num_threads");
  if (threads) threads(1);
  vendor_sgemm = (cblas_gemm_f32_t *)s;
  vendor_dgemm = (cblas_gemm_f64_t *)d;
  return 1;
}

static void vendor_load(void) {
  while (__atomic_exchange_n(&vendor_lock, 1, __ATOMIC_SEQ_CST)) sched_yield();
  for (const char *at = candidates; !vendor_tried && *at;) {
    int n = 0;
    while (at[n] && at[n] != 10) n++;
    if (n < (int)sizeof vendor_name) {
      __builtin_memcpy(vendor_name, at, n);
      vendor_name[n] = 0;
      if (vendor_open(vendor_name)) break;
    }
    vendor_name[0] = 0;
    at += at[n] ? n + 1 : n;
  }
  vendor_tried = 1;
  __atomic_store_n(&vendor_lock, 0, __ATOMIC_SEQ_CST);
}

/* Libraries to take large matrix products from, a line each; none: our own products. */
void theano_blas(const char *list) {
  unsigned long n = __builtin_strlen(list);
  if (n >= sizeof candidates) n = 0;
  __builtin_memcpy(candidates, list, n);
  candidates[n] = 0;
  vendor_sgemm = 0;
  vendor_dgemm = 0;
  vendor_name[0] = 0;
  vendor_tried = n == 0;
}
const char *theano_blas_name(void) { return vendor_name; }
`;
