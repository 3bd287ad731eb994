/** The rows of the native tables: linker "c" against native libraries, and what is asked of each. */

/** Columns. `theanoBlas` takes large products from the system's BLAS; `c` is OpenBLAS, or a loop, called from a C program. */
export const NATIVE = [
  "theanoC",
  "theanoBlas",
  "theanoWasm",
  "c",
  "numpy",
  "jax",
  "torch",
  "torchCompiled",
  "pytensor",
  "pytensorC",
] as const;
export type Native = (typeof NATIVE)[number];

export const NATIVE_TITLES: Readonly<Record<Native, string>> = {
  theanoC: "Theano (C)",
  theanoBlas: "Theano (C, OpenBLAS)",
  theanoWasm: "Theano (WebAssembly)",
  c: "called from C",
  numpy: "NumPy",
  jax: "JAX jit",
  torch: "PyTorch",
  torchCompiled: "torch.compile",
  pytensor: "PyTensor (Numba)",
  pytensorC: "PyTensor (C)",
};

/** The Python package that a column needs. */
export const PACKAGES: Readonly<Partial<Record<Native, string>>> = {
  numpy: "numpy",
  jax: "jax",
  torch: "torch",
  torchCompiled: "torch",
  pytensor: "pytensor",
  pytensorC: "pytensor",
};

/** At least so many times as fast as another column; per number of threads where they differ. */
export interface NativeBound {
  readonly column: Native;
  readonly against: Native;
  readonly ratio: number | Readonly<Record<number, number>>;
}

export interface NativeCase {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly Native[];
  readonly bounds: readonly NativeBound[];
  readonly flops?: number;
  /** Bytes that must move. */
  readonly bytes?: number;
  /** At least this share of the bandwidth of another row's column "called from C". */
  readonly bandwidth?: { readonly of: string; readonly title: string; readonly share: number };
  /** How far results may be apart: a share of 1, or of the value where it is larger. */
  readonly tolerance: number;
  /** Is there a row with ordinary arguments and a fresh result too? */
  readonly boundary?: boolean;
}

const peers: readonly Native[] = ["numpy", "jax", "torch", "torchCompiled", "pytensor", "pytensorC"];
const theano: readonly Native[] = ["theanoC", "theanoWasm"];
const own = (against: Native, ratio: NativeBound["ratio"]): NativeBound => ({ column: "theanoC", against, ratio });
const faster = (...columns: readonly Native[]): NativeBound[] => columns.map((c) => own(c, 1));

function casesOf(d: "f32" | "f64"): NativeCase[] {
  const bytes = d === "f32" ? 4 : 8;
  const tolerance = d === "f32" ? 1e-4 : 1e-10;
  return [
    ...[16, 32, 48, 64, 96].map(
      (n): NativeCase => ({
        id: `batched_${n}_${d}`,
        title: `1,000 products of ${n} x ${n}`,
        columns: [...theano, "c"],
        bounds: [own("c", 0.85)],
        flops: 2000 * n ** 3,
        tolerance,
      }),
    ),
    ...[128, 256, 512, 1024, 2048].map(
      (n): NativeCase => ({
        id: `matmul_${n}_${d}`,
        title: `matmul ${n}`,
        columns: ["theanoC", "theanoBlas", "theanoWasm", "c", ...peers],
        bounds: [own("c", { 1: 0.95, 2: 0.85 }), { column: "theanoBlas", against: "c", ratio: n >= 512 ? 0.97 : 0.9 }],
        flops: 2 * n ** 3,
        tolerance,
        boundary: true,
      }),
    ),
    ...(
      [
        ["copy", "STREAM copy: o = x, 1e7", 2],
        ["triad", "STREAM triad: o = x + a*y, 1e7", 3],
      ] as const
    ).map(
      ([id, title, arrays]): NativeCase => ({
        id: `${id}_1e7_${d}`,
        title,
        columns: ["c"],
        bounds: [],
        bytes: arrays * 1e7 * bytes,
        tolerance,
      }),
    ),
    {
      id: `axpby_1e7_${d}`,
      title: "a*x + b*y + z, 1e7",
      columns: [...theano, "c", ...peers],
      bounds: [],
      bytes: 4e7 * bytes,
      bandwidth: { of: `triad_1e7_${d}`, title: "of the triad's bandwidth", share: 0.9 },
      tolerance,
      boundary: true,
    },
    ...(
      [
        ["1e6", 1.4],
        ["1e7", 4],
      ] as const
    ).map(
      ([n, ratio]): NativeCase => ({
        id: `chain_${n}_${d}`,
        title: `log(1+exp(x))*y - z**2 + tanh(x), ${n}`,
        columns: [...theano, ...peers],
        bounds: [own("numpy", ratio), ...faster("jax", "torch", "torchCompiled", "pytensor", "pytensorC")],
        tolerance,
        boundary: true,
      }),
    ),
    {
      id: `softmax_${d}`,
      title: "softmax over rows, 4096 x 1000",
      columns: [...theano, ...peers],
      bounds: faster("numpy", "jax", "torch"),
      // The values are thousandths.
      tolerance: tolerance / 1e4,
      boundary: true,
    },
    ...(["0", "1", "all"] as const).map(
      (axis): NativeCase => ({
        id: `sum${axis}_${d}`,
        title: axis === "all" ? "sum of all, 4096 x 1000" : `sum over axis ${axis}, 4096 x 1000`,
        columns: [...theano, ...peers],
        bounds: faster("numpy", "jax", "torch"),
        // Sums of numbers that cancel: in float32 peers add them without an error term.
        tolerance: d === "f64" ? tolerance : axis === "all" ? 0.05 : 1e-3,
        boundary: true,
      }),
    ),
    ...(
      [
        ["logreg", "logistic regression step, 600 x 784 -> 10"],
        ["mlp20", "MLP step, 784-500-10, batch 20"],
        ["mlp128", "MLP step, 784-500-10, batch 128"],
      ] as const
    ).map(
      ([id, title]): NativeCase => ({
        id: `${id}_${d}`,
        title,
        columns: ["theanoC", "theanoBlas", "theanoWasm", ...peers],
        bounds: faster(...peers),
        tolerance,
      }),
    ),
    {
      id: `call_${d}`,
      title: "call of f(a, b) = a + b",
      columns: [...theano, ...peers],
      bounds: [own("pytensor", 10), own("pytensorC", 10), own("jax", 10)],
      tolerance,
    },
  ];
}

export const NATIVE_CASES: readonly NativeCase[] = [...casesOf("f32"), ...casesOf("f64")];

/** Rows by which WebAssembly on two threads is held against itself on one. */
export const WASM_THREAD_ROWS: readonly string[] = ["f32", "f64"].flatMap((d) =>
  ["matmul_512", "matmul_1024", "matmul_2048", "chain_1e7"].map((row) => `${row}_${d}`),
);
export const WASM_THREAD_RATIO = 1.8;
export const NATIVE_CALL_LIMIT_MS = 0.5e-3;
export const COLD_LIMIT_MS = 100;
export const WARM_LIMIT_MS = 20;
