/**
 * The library that all native programs share, as C text: the pool of threads, the matrix products, and what they need of a vendor's BLAS. It is
 * compiled once for a machine; a program gets its functions through one table.
 */
import { blasText } from "./blas.ts";
import { gemmText } from "./gemm.ts";
import { poolText } from "./pool.ts";

/** The table's declaration, which programs contain too. */
export const SUPPORT_TYPE = `struct support {
  long long least_work;
  void (*enter)(int workers);
  int (*workers)(void);
  void (*parallel)(void (*run)(const void *, long long, long long, int), const void *, long long, long long);
  void (*gemm_f32)(long long, long long, long long, const float *, long long, long long, const float *, long long, long long, float *, long long, long long, float, float);
  void (*gemm_f64)(long long, long long, long long, const double *, long long, long long, const double *, long long, long long, double *, long long, long long, double, double);
};`;

export function supportText(): string {
  return [
    "/* What the programs of theano share. */",
    poolText(),
    gemmText(),
    blasText(),
    SUPPORT_TYPE,
    "static struct support table = { 800000, pool_enter, pool_workers, pool_parallel, gemm_f32, gemm_f64 };",
    "/* The fewest additions for which threads are woken. */",
    "void theano_least_work(long long additions) { table.least_work = additions; }",
    "const struct support *theano_support(void) { return &table; }",
    "",
  ].join("\n");
}
