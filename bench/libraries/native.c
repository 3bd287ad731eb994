/*
 * OpenBLAS called directly, and the bandwidth of memory after J. McCalpin's STREAM: `native <threads> <rows> <budget in ms>`. Data and
 * compared values are those of shared.mjs. OpenBLAS is opened at run time, so that neither its headers nor its linker names are needed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int threads;
static double budget;
static const char *wanted;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}
static int has(const char *name) {
  size_t n = strlen(name);
  for (const char *at = wanted; (at = strstr(at, name)); at += n)
    if ((at == wanted || at[-1] == ',') && (at[n] == 0 || at[n] == ',')) return 1;
  return 0;
}
static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}
/* One number of a result: two of its elements, so that more than one thread's part is looked at. */
static double probe(const void *p, size_t n, int isDouble) {
  size_t i = n / 3, k = 2 * n / 3;
  return isDouble ? ((const double *)p)[i] + 2 * ((const double *)p)[k] : ((const float *)p)[i] + 2.0 * ((const float *)p)[k];
}
static void measure(const char *name, void (*run)(void *), void *context, const void *result, size_t n, int isDouble) {
  double begin = now(), times[10000];
  run(context);
  double first = now() - begin;
  for (int i = 0; i < 3 || now() - begin < 330; i++) run(context);
  int count = 0;
  for (double start = now(); (now() - start < budget || count < 3) && count < 10000; count++) {
    double t = now();
    run(context);
    times[count] = now() - t;
  }
  qsort(times, count, sizeof *times, compare);
  printf("{\"name\":\"%s\",\"ms\":%.9g,\"first\":%.9g,\"value\":", name, times[count / 2], first);
  if (result) printf("%.17g}\n", probe(result, n, isDouble));
  else printf("null}\n");
  fflush(stdout);
}
/* Uniform numbers in [-1, 1), the same everywhere: xorshift32. */
static void *array(size_t count, size_t bytes, uint32_t seed) {
  void *p = aligned_alloc(64, (count * bytes + 63) / 64 * 64);
  uint32_t s = seed;
  for (size_t i = 0; i < count; i++) {
    s ^= s << 13, s ^= s >> 17, s ^= s << 5;
    double value = s / 4294967296.0 * 2 - 1;
    if (bytes == 4) ((float *)p)[i] = (float)value;
    else ((double *)p)[i] = value;
  }
  return p;
}

typedef void sgemm_t(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
typedef void dgemm_t(int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *, int);
static sgemm_t *sgemm;
static dgemm_t *dgemm;
struct product { int n, count, isDouble; void *a, *b, *c; };
static void multiply(void *context) {
  struct product *p = context;
  size_t size = (size_t)p->n * p->n;
  for (int i = 0; i < p->count; i++) {
    if (p->isDouble) dgemm(101, 111, 111, p->n, p->n, p->n, 1, (double *)p->a + i * size, p->n, (double *)p->b + i * size, p->n, 0, (double *)p->c + i * size, p->n);
    else sgemm(101, 111, 111, p->n, p->n, p->n, 1, (float *)p->a + i * size, p->n, (float *)p->b + i * size, p->n, 0, (float *)p->c + i * size, p->n);
  }
}
static void products(const char *prefix, int n, int count, int isDouble) {
  char name[64];
  snprintf(name, sizeof name, "%s_%d_%s", prefix, n, isDouble ? "f64" : "f32");
  if (!has(name)) return;
  if (!sgemm || !dgemm) {
    printf("{\"name\":\"%s\",\"error\":\"libopenblas.so.0 is not there (Debian: libopenblas0-pthread)\"}\n", name);
    return;
  }
  size_t size = (size_t)n * n * count, bytes = isDouble ? 8 : 4;
  struct product p = { n, count, isDouble, array(size, bytes, 1), array(size, bytes, 2), array(size, bytes, 3) };
  measure(name, multiply, &p, p.c, size, isDouble);
  free(p.a), free(p.b), free(p.c);
}

/* Threads that are started once and wait at a barrier. */
struct stream { int kind, isDouble; size_t n; void *x, *y, *z, *out; };
static struct stream job;
static pthread_barrier_t start, end;
static void part(int thread) {
  size_t from = job.n / threads * thread, to = thread == threads - 1 ? job.n : job.n / threads * (thread + 1);
#define LOOPS(T) { T *restrict x = job.x, *restrict y = job.y, *restrict z = job.z, *restrict o = job.out; \
  if (job.kind == 0) for (size_t i = from; i < to; i++) o[i] = x[i]; \
  else if (job.kind == 1) for (size_t i = from; i < to; i++) o[i] = x[i] + 3 * y[i]; \
  else for (size_t i = from; i < to; i++) o[i] = 2 * x[i] + 3 * y[i] + z[i]; }
  if (job.isDouble) LOOPS(double) else LOOPS(float)
}
static void *worker(void *argument) {
  for (;;) {
    pthread_barrier_wait(&start);
    part((int)(long)argument);
    pthread_barrier_wait(&end);
  }
  return 0;
}
static void stream(void *context) {
  job = *(struct stream *)context;
  if (threads > 1) pthread_barrier_wait(&start);
  part(0);
  if (threads > 1) pthread_barrier_wait(&end);
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  threads = atoi(argv[1]), wanted = argv[2], budget = atof(argv[3]);
  void *library = dlopen("libopenblas.so.0", RTLD_NOW);
  if (library) {
    ((void (*)(int))dlsym(library, "openblas_set_num_threads"))(threads);
    sgemm = (sgemm_t *)dlsym(library, "cblas_sgemm"), dgemm = (dgemm_t *)dlsym(library, "cblas_dgemm");
    char *(*config)(void) = (char *(*)(void))dlsym(library, "openblas_get_config");
    if (!strcmp(wanted, "version")) puts(config ? config() : "OpenBLAS");
  }
  if (!strcmp(wanted, "version")) return 0;
  for (int d = 0; d < 2; d++) {
    for (int i = 0; i < 5; i++) products("batched", (int[]){ 16, 32, 48, 64, 96 }[i], 1000, d);
    for (int i = 0; i < 5; i++) products("matmul", (int[]){ 128, 256, 512, 1024, 2048 }[i], 1, d);
  }
  pthread_barrier_init(&start, 0, threads), pthread_barrier_init(&end, 0, threads);
  for (int t = 1; t < threads; t++) {
    pthread_t thread;
    pthread_create(&thread, 0, worker, (void *)(long)t);
  }
  const char *names[] = { "copy_1e7", "triad_1e7", "axpby_1e7", "copy_1e6" };
  for (int d = 0; d < 2; d++) for (int row = 0; row < 4; row++) {
    char name[64];
    snprintf(name, sizeof name, "%s_%s", names[row], d ? "f64" : "f32");
    if (!has(name)) continue;
    int kind = row % 3;
    size_t n = row == 3 ? 1000000 : 10000000, bytes = d ? 8 : 4;
    struct stream s = { kind, d, n, array(n, bytes, 1), array(n, bytes, 2), array(n, bytes, 3), array(n, bytes, 4) };
    measure(name, stream, &s, kind == 2 ? s.out : 0, n, d);
    free(s.x), free(s.y), free(s.z), free(s.out);
  }
  return 0;
}
