/**
 * The reverse sweep: gradients of a weighted sum of outputs with respect to variables, by the L-op of each node,
 * consumers first. `gradient.ts` is its user's face.
 */
import { withOriginOf, type Apply } from "./apply.ts";
import { NullGradient, type InputGradient } from "./op.ts";
import { toposort } from "./traversal.ts";
import type { Variable } from "./variable.ts";

/** The few things the sweep must do with values, given by the tensor layer. */
export interface CotangentAlgebra {
  add(a: Variable, b: Variable): Variable;
  /** May a gradient flow through `v`? False for integer and boolean values. */
  isDifferentiable(v: Variable): boolean;
  /** Brings a gradient to the dtype and static shape of its variable. */
  conform(gradient: Variable, v: Variable): Variable;
}

/** A gradient, `null` for a disconnected variable, or a gradient that is not defined. */
export type Cotangent = InputGradient;

/**
 * @param outputs where the sweep starts
 * @param wrt variables whose gradients are wanted
 * @param cotangents the gradient of the (imagined) cost with respect to each output
 * @param stopAt gradients are not carried through these
 * @param pinned starting points whose cotangent is final: what comes from elsewhere is not added
 * @returns one cotangent per entry of `wrt`
 */
export function pullback(
  outputs: readonly Variable[],
  wrt: readonly Variable[],
  cotangents: readonly Cotangent[],
  algebra: CotangentAlgebra,
  stopAt: ReadonlySet<Variable> = new Set(),
  pinned: ReadonlySet<Variable> = new Set(),
): Cotangent[] {
  const order = toposort(outputs);
  const useful = reaching(order, wrt);
  const total = new Map<Variable, Cotangent>();
  const accumulate = (v: Variable, g: Cotangent): void => {
    if (g === null) return;
    const before = total.get(v);
    if (before instanceof NullGradient) return;
    if (before === undefined || before === null || g instanceof NullGradient) total.set(v, g);
    else total.set(v, algebra.add(before, g));
  };
  for (const [i, out] of outputs.entries()) accumulate(out, cotangents[i] ?? null);

  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    if (!node.inputs.some((v) => useful.has(v))) continue;
    const outs = node.outputs.map((o) => (stopAt.has(o) ? null : (total.get(o) ?? null)));
    if (outs.every((g) => g === null)) continue;
    const grads = inputGradients(node, outs);
    for (const [j, input] of node.inputs.entries()) {
      if (!useful.has(input)) continue;
      const g = grads[j] ?? null;
      if (g === null || pinned.has(input) || !algebra.isDifferentiable(input)) continue;
      accumulate(input, g instanceof NullGradient ? g : algebra.conform(g, input));
    }
  }
  return wrt.map((v) => total.get(v) ?? null);
}

function inputGradients(node: Apply, outs: readonly Cotangent[]): readonly Cotangent[] {
  const undefinedOne = outs.find((g) => g instanceof NullGradient);
  if (undefinedOne !== undefined) return node.inputs.map(() => undefinedOne);
  return withOriginOf(node, () => node.op.lop(node, outs as readonly (Variable | null)[]));
}

/** The variables through which some entry of `wrt` can be reached. */
function reaching(order: readonly Apply[], wrt: readonly Variable[]): Set<Variable> {
  const set = new Set(wrt);
  for (const node of order) {
    const pattern = node.op.connectionPattern(node);
    for (const [j, out] of node.outputs.entries()) {
      if (node.inputs.some((v, i) => set.has(v) && pattern[i]?.[j] !== false)) set.add(out);
    }
  }
  return set;
}

/** Which entries of `wrt` some output depends on through differentiable connections (zero gradients count). */
export function connected(
  outputs: readonly Variable[],
  wrt: readonly Variable[],
  stopAt: ReadonlySet<Variable> = new Set(),
): boolean[] {
  const reached = new Set<Variable>(outputs.filter((v) => !stopAt.has(v)));
  const order = toposort(outputs);
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    const pattern = node.op.connectionPattern(node);
    for (const [j, out] of node.outputs.entries()) {
      if (!reached.has(out)) continue;
      for (const [k, v] of node.inputs.entries()) {
        if (pattern[k]?.[j] !== false && !stopAt.has(v)) reached.add(v);
      }
    }
  }
  return wrt.map((v) => reached.has(v));
}
