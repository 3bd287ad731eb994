/** Rows and columns of the benchmark of loops, and what the project promises of each. */
export type Column = "theanoC" | "theanoWasm" | "jaxJs" | "jax" | "torch" | "torchLoop" | "pytensorC" | "pytensorNumba";

export const TITLES: Readonly<Record<Column, string>> = {
  theanoC: "Theano (C)",
  theanoWasm: "Theano (wasm)",
  jaxJs: "jax-js, unrolled",
  jax: "JAX lax.scan",
  torch: "PyTorch nn.RNN",
  torchLoop: "PyTorch, a loop",
  pytensorC: "PyTensor scan (C)",
  pytensorNumba: "PyTensor scan (Numba)",
};

export const COLUMNS = Object.keys(TITLES) as Column[];
/** The targets of this package; what is asked is asked of both. */
export const OWN: readonly Column[] = ["theanoC", "theanoWasm"];
export const SCALAR_STEPS = 1_000_000;

/** Python packages that columns need. */
export const PACKAGES: Partial<Record<Column, string>> = {
  jax: "jax",
  torch: "torch",
  torchLoop: "torch",
  pytensorC: "pytensor",
  pytensorNumba: "pytensor",
};

export interface LoopCase {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly Column[];
  /** Times as fast as another column. */
  readonly bounds: Partial<Record<Column, number>>;
  /** Nanoseconds for each step. */
  readonly perStep?: Partial<Record<Column, number>>;
  /** Relative to the value. */
  readonly tolerance: number;
}

const NETWORK: Partial<Record<Column, number>> = {
  jaxJs: 8,
  pytensorC: 10,
  pytensorNumba: 10,
  jax: 1,
  torch: 1,
  torchLoop: 1,
};

const scalar = (id: string, what: string): LoopCase => ({
  id,
  title: `1e6 steps of s * a + c, ${what}`,
  columns: ["theanoC", "theanoWasm", "jax", "pytensorC", "pytensorNumba"],
  bounds: {},
  perStep: { theanoC: 20, theanoWasm: 50 },
  tolerance: 1e-9,
});

export const CASES: readonly LoopCase[] = [
  ...[1, 32].map(
    (batch): LoopCase => ({
      id: `rnn_${batch}`,
      title: `tanh RNN, 100 steps, 256 units, batch ${batch}, loss and gradients`,
      columns: COLUMNS,
      bounds: NETWORK,
      tolerance: 1e-4,
    }),
  ),
  scalar("scalar_last", "the last state"),
  scalar("scalar_all", "all states"),
  {
    id: "compile_lstm",
    title: "compile the training step of an LSTM",
    columns: ["theanoC", "theanoWasm", "jax", "pytensorC", "pytensorNumba"],
    bounds: { pytensorC: 10, pytensorNumba: 10, jax: 1 },
    // All parameters are zeros, and so is the loss of targets that are zeros: that it compiled and ran is what is compared.
    tolerance: 1e-6,
  },
];
