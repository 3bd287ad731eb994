/** The rows of the table: what is measured and what is asked of it. */

/** What a row must reach against another library, as a ratio of times: at least this many times as fast. */
export interface Bound {
  readonly against: Library;
  readonly ratio: number;
}

export const LIBRARIES = ["theano", "jaxJs", "tfjs", "numpyTs", "numpy"] as const;
export type Library = (typeof LIBRARIES)[number];

export const TITLES: Readonly<Record<Library, string>> = {
  theano: "Theano (WebAssembly)",
  jaxJs: "@jax-js/jax",
  tfjs: "tfjs-wasm",
  numpyTs: "numpy-ts",
  numpy: "NumPy, 1 thread",
};

export interface Case {
  readonly id: string;
  readonly title: string;
  readonly libraries: readonly Library[];
  readonly bounds: readonly Bound[];
  /** Floating-point operations, for rows where a rate says more than a time. */
  readonly flops?: number;
  /** Bytes that must move. */
  readonly bytes?: number;
  /** How far results of different libraries may be apart: 1e-4 of 1, or of the value, unless said here. */
  readonly tolerance?: number;
  /** Is there a row with ordinary arguments and a fresh result too? */
  readonly boundary?: boolean;
}

const all = LIBRARIES;
const noTf: readonly Library[] = ["theano", "jaxJs", "numpyTs", "numpy"];
const training: readonly Library[] = ["theano", "jaxJs", "tfjs", "numpy"];
const at = (against: Library, ratio: number): Bound => ({ against, ratio });

const f32: Case[] = [
  ...[256, 512, 1024, 2048].map(
    (n): Case => ({
      id: `matmul_${n}_f32`,
      title: `matmul ${n}`,
      libraries: all,
      bounds: [at("jaxJs", 1.6), at("numpy", 0.4)],
      flops: 2 * n ** 3,
      boundary: true,
    }),
  ),
  {
    id: "chain_1e6_f32",
    title: "log(1+exp(x))*y - z**2 + tanh(x), 1e6",
    libraries: all,
    bounds: [at("jaxJs", 4), at("tfjs", 3)],
    boundary: true,
  },
  {
    id: "chain_1e7_f32",
    title: "log(1+exp(x))*y - z**2 + tanh(x), 1e7",
    libraries: all,
    bounds: [at("jaxJs", 3), at("tfjs", 3)],
    boundary: true,
  },
  { id: "axpby_1e7_f32", title: "a*x + b*y + z, 1e7", libraries: all, bounds: [], bytes: 16e7, boundary: true },
  {
    id: "copy_1e7_f32",
    title: "one array read, one written, 1e7 (WebAssembly)",
    libraries: ["theano"],
    bounds: [],
    bytes: 8e7,
  },
  { id: "memcpy_1e7_f32", title: "Float32Array.set, 1e7", libraries: ["theano"], bounds: [], bytes: 8e7 },
  {
    id: "softmax_f32",
    title: "softmax over rows, 4096 x 1000",
    libraries: all,
    bounds: [at("jaxJs", 4.5), at("numpy", 1 / 1.2)],
    boundary: true,
    // The values are thousandths.
    tolerance: 1e-7,
  },
  ...(["0", "1", "all"] as const).map(
    (axis): Case => ({
      id: `sum${axis}_f32`,
      title: axis === "all" ? "sum of all, 4096 x 1000" : `sum over axis ${axis}, 4096 x 1000`,
      libraries: all,
      bounds: [at("jaxJs", 1), at("tfjs", 1), at("numpyTs", 1)],
      boundary: true,
      // Sums of numbers that cancel: peers add them in float32 without an error term.
      tolerance: axis === "all" ? 0.05 : 1e-3,
    }),
  ),
  {
    id: "logreg_f32",
    title: "logistic regression step, 600 x 784 -> 10",
    libraries: training,
    bounds: [at("jaxJs", 5)],
  },
  { id: "mlp20_f32", title: "MLP step, 784-500-10, batch 20", libraries: training, bounds: [at("jaxJs", 1.8)] },
  { id: "mlp128_f32", title: "MLP step, 784-500-10, batch 128", libraries: training, bounds: [at("jaxJs", 1.6)] },
  { id: "call_f32", title: "call of f(a, b) = a + b", libraries: all, bounds: [] },
];

const f64: Case[] = [
  ...[256, 512, 1024, 2048].map(
    (n): Case => ({
      // The peers' products of this dtype take seconds from 1024 on.
      id: `matmul_${n}_f64`,
      title: `matmul ${n}`,
      libraries: n <= 512 ? noTf : ["theano", "numpyTs", "numpy"],
      bounds: [at("numpy", 0.38)],
      flops: 2 * n ** 3,
    }),
  ),
  { id: "chain_1e6_f64", title: "log(1+exp(x))*y - z**2 + tanh(x), 1e6", libraries: noTf, bounds: [] },
  { id: "chain_1e7_f64", title: "log(1+exp(x))*y - z**2 + tanh(x), 1e7", libraries: noTf, bounds: [] },
  { id: "softmax_f64", title: "softmax over rows, 4096 x 1000", libraries: noTf, bounds: [] },
  ...(["0", "1", "all"] as const).map(
    (axis): Case => ({
      id: `sum${axis}_f64`,
      title: axis === "all" ? "sum of all, 4096 x 1000" : `sum over axis ${axis}, 4096 x 1000`,
      libraries: noTf,
      bounds: [],
    }),
  ),
  {
    id: "logreg_f64",
    title: "logistic regression step, 600 x 784 -> 10",
    libraries: ["theano", "jaxJs", "numpy"],
    bounds: [],
  },
  { id: "mlp20_f64", title: "MLP step, 784-500-10, batch 20", libraries: ["theano", "jaxJs", "numpy"], bounds: [] },
  { id: "mlp128_f64", title: "MLP step, 784-500-10, batch 128", libraries: ["theano", "jaxJs", "numpy"], bounds: [] },
];

export const CASES: readonly Case[] = [...f32, ...f64];

/** What the whole of a row is held against that compares with no other library. */
export const CALL_LIMIT_MS = 1e-3;
export const COPY_SHARE = 0.8;
export const COMPILE_LIMIT_MS = 60;
