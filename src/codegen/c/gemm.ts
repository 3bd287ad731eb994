/**
 * The matrix product as C text: packed blocks and a tile of sums in vector registers, after K. Goto and R. van de Geijn, "Anatomy of
 * high-performance matrix multiplication" (2008). Vectors are the compiler's own extension, so that no header is needed.
 */

/** Rows and vectors of a tile: twelve sums in flight, as many as keep two multiply-add units busy with 16 registers. */
const [ROWS, VECTORS] = [6, 2];
const [MC, KC, NC] = [96, 256, 2048];

/** A function `gemm_f32` or `gemm_f64` on any strides (elements); C must overlap neither A nor B. With `beta` 0 C is not read. */
export function gemmText(type: "f32" | "f64"): string {
  const t = type === "f32" ? "float" : "double";
  const lanes = type === "f32" ? 8 : 4;
  const columns = lanes * VECTORS;
  const v = `vec_${type}`;
  const sums = Array.from({ length: ROWS * VECTORS }, (_, i) => `s${i}`);
  const multiply = Array.from({ length: ROWS }, (_, r) =>
    [
      `    ${v} x${r} = a[${r}] - (${v}){};`,
      ...Array.from({ length: VECTORS }, (_, c) => `    s${r * VECTORS + c} += x${r} * b${c};`),
    ].join("\n"),
  );
  return `typedef ${t} ${v} __attribute__((vector_size(32), aligned(${type === "f32" ? 4 : 8})));
static ${t} pack_a_${type}[${MC * KC}] __attribute__((aligned(64))), pack_b_${type}[${KC * NC}] __attribute__((aligned(64)));

/* Products are added without rounding in between where the processor can. */
__attribute__((optimize("fp-contract=fast"))) static void tile_${type}(long long k, const ${t} *a, const ${t} *b, ${t} *out) {
  ${v} ${sums.map((s) => `${s} = {}`).join(", ")};
  for (; k > 0; k--, a += ${ROWS}, b += ${columns}) {
    const ${v} b0 = *(const ${v} *)b, b1 = *(const ${v} *)(b + ${lanes});
${multiply.join("\n")}
  }
${sums.map((s, i) => `  *(${v} *)(out + ${i * lanes}) = ${s};`).join("\n")}
}

static void gemm_${type}(long long m, long long n, long long k, const ${t} *a, long long ar, long long ac, const ${t} *b, long long br, long long bc,
    ${t} *c, long long cr, long long cc, ${t} alpha, ${t} beta) {
  if (k <= 0 || beta != 1)
    for (long long i = 0; i < m; i++) for (long long j = 0; j < n; j++) c[i * cr + j * cc] = beta == 0 ? 0 : beta * c[i * cr + j * cc];
  ${t} out[${ROWS * columns}] __attribute__((aligned(64)));
  for (long long j0 = 0; j0 < n; j0 += ${NC}) for (long long k0 = 0; k0 < k; k0 += ${KC}) {
    const long long nn = n - j0 < ${NC} ? n - j0 : ${NC}, kk = k - k0 < ${KC} ? k - k0 : ${KC};
    for (long long j = 0; j < nn; j += ${columns}) for (long long p = 0; p < kk; p++) for (long long q = 0; q < ${columns}; q++)
      pack_b_${type}[j * kk + p * ${columns} + q] = j + q < nn ? b[(k0 + p) * br + (j0 + j + q) * bc] : 0;
    for (long long i0 = 0; i0 < m; i0 += ${MC}) {
      const long long mm = m - i0 < ${MC} ? m - i0 : ${MC};
      for (long long i = 0; i < mm; i += ${ROWS}) for (long long p = 0; p < kk; p++) for (long long q = 0; q < ${ROWS}; q++)
        pack_a_${type}[i * kk + p * ${ROWS} + q] = i + q < mm ? a[(i0 + i + q) * ar + (k0 + p) * ac] : 0;
      for (long long j = 0; j < nn; j += ${columns}) for (long long i = 0; i < mm; i += ${ROWS}) {
        tile_${type}(kk, pack_a_${type} + i * kk, pack_b_${type} + j * kk, out);
        const long long rows = mm - i < ${ROWS} ? mm - i : ${ROWS}, width = nn - j < ${columns} ? nn - j : ${columns};
        for (long long r = 0; r < rows; r++) {
          ${t} *to = c + (i0 + i + r) * cr + (j0 + j) * cc;
          for (long long q = 0; q < width; q++) to[q * cc] += alpha * out[r * ${columns} + q];
        }
      }
    }
  }
}
`;
}
