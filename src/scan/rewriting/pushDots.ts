/** Products that are added up step by step become one product after the loop: the gradients of weight matrices. */
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import { ancestors } from "../../graph/traversal.ts";
import type { Variable } from "../../graph/variable.ts";
import { dimshuffle, DimShuffle } from "../../tensor/dimshuffle.ts";
import { Dot, dot } from "../../tensor/dot.ts";
import { Elemwise } from "../../tensor/elemwise.ts";
import { add } from "../../tensor/math.ts";
import { reshape } from "../../tensor/reshape.ts";
import { shape } from "../../tensor/shape.ts";
import { sizeAlgebra } from "../../tensor/sizes.ts";
import type { TensorVariable } from "../../tensor/variable.ts";
import { Scan } from "../scanOp.ts";
import { isWhole } from "./cleanup.ts";
import { build, partsOf, type LoopParts, type State } from "./loopParts.ts";

/** A term `left . right`, of matrices whose inner axis the sum over steps makes longer. */
interface Product {
  /** Its rows are columns of the left matrix: (inner, m); or (m, inner) when not `isTransposed`. */
  readonly left: TensorVariable;
  readonly isTransposed: boolean;
  /** (inner, n), or (n) for a single row. */
  readonly right: TensorVariable;
}

function elemwise(v: Variable, name: string): Apply | null {
  const { owner } = v;
  return owner !== null && owner.op instanceof Elemwise && owner.op.scalarOp.name === name ? owner : null;
}

/** The argument of a permutation of axes. */
function shuffled(v: Variable, pattern: string): TensorVariable | null {
  const { owner } = v;
  if (owner === null || !(owner.op instanceof DimShuffle) || owner.op.pattern.join() !== pattern) return null;
  return owner.inputs[0] as TensorVariable;
}

/** A batch of one: a matrix of one row (axis 0) or one column (1). */
function isOne(v: Variable, axis: 0 | 1): boolean {
  const shape = v.type.buffer()?.shape;
  return shape?.length === 2 && shape[axis] === 1;
}

function productOf(v: Variable): Product | null {
  const { owner } = v;
  if (owner !== null && owner.op instanceof Dot) {
    const [left, right] = owner.inputs as [TensorVariable, TensorVariable];
    if (left.ndim !== 2 || right.ndim !== 2) return null;
    const inside = shuffled(left, "1,0");
    return { left: inside ?? left, isTransposed: inside !== null, right };
  }
  const node = elemwise(v, "mul");
  if (node === null || node.inputs.length !== 2) return null;
  for (const [a, b] of [node.inputs, [...node.inputs].reverse()] as [Variable, Variable][]) {
    const left = shuffled(a, "0,x") ?? (isOne(a, 1) ? shuffled(a, "1,0") : null);
    const right = shuffled(b, "x,0") ?? (isOne(b, 0) ? (b as TensorVariable) : null);
    if (left !== null && right !== null) return { left, isTransposed: true, right };
  }
  return null;
}

/** The terms of `next = state + term + ...`, where the state appears nowhere else. */
function termsOf(parts: LoopParts, state: State): Variable[] | null {
  if (state.isTraced || state.inner.ndim !== 2) return null;
  const sum = elemwise(state.next, "add");
  if (sum === null || sum.inputs.filter((v) => v === state.inner).length !== 1) return null;
  const terms = sum.inputs.filter((v) => v !== state.inner);
  const others = [...terms, ...parts.rows, ...parts.states.filter((s) => s !== state).map((s) => s.next)];
  if (parts.condition !== null) others.push(parts.condition);
  return ancestors(others).includes(state.inner) ? null : terms;
}

function pushDots(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  if (!(op instanceof Scan)) return null;
  const parts = partsOf(node);
  const rows = [...parts.rows];
  const direct = isWhole(node) && parts.condition === null;
  const taken = new Map<State, { products: Product[]; rest: Variable[] }>();
  for (const [j, state] of parts.states.entries()) {
    if (ctx.clientCount(node.outputs[j]!) === 0) continue;
    const terms = termsOf(parts, state);
    const products = terms?.flatMap((v) => productOf(v) ?? []) ?? [];
    if (products.length === 0) continue;
    taken.set(state, { products, rest: terms!.filter((v) => productOf(v) === null) });
  }
  if (taken.size === 0) return null;
  // Rows of steps that are not made are zeros in outputs of the loop, but anything in its sequences.
  const sequenceOf = (v: TensorVariable): TensorVariable | null =>
    direct ? (parts.sequences.find((s) => s.inner === v)?.outer ?? null) : null;
  for (const { products } of taken.values()) {
    for (const { left, right } of products) {
      for (const v of [left, right]) if (sequenceOf(v) === null && !rows.includes(v)) rows.push(v);
    }
  }
  const states = parts.states.flatMap((s): State[] => {
    const found = taken.get(s);
    if (found === undefined) return [s];
    if (found.rest.length === 0) return [];
    return [{ ...s, next: add(s.inner, ...(found.rest as [TensorVariable])) }];
  });
  const built = build({ ...parts, rows, states });
  const stacked = (v: TensorVariable): TensorVariable =>
    sequenceOf(v) ?? (built.rows[rows.indexOf(v)]! as TensorVariable);
  const kept = parts.states.filter((s) => taken.get(s)?.rest.length !== 0);
  const results = parts.states.map((s) => {
    const found = taken.get(s);
    const k = kept.indexOf(s);
    const base = k >= 0 ? (built.states[k]! as TensorVariable) : s.initial;
    if (found === undefined) return base;
    return found.products.map((p) => allSteps(p, stacked)).reduce((x, y) => add(x, y), base);
  });
  // What types know of sizes must not be lost.
  if (results.some((v, j) => !node.outputs[j]!.type.isSuper(v.type))) return null;
  return [...results, ...parts.rows.map((_, i) => built.rows[i]!), ...(built.steps === null ? [] : [built.steps])];
}

/** The sum over all steps of a product, as one product. */
function allSteps(
  { left, isTransposed, right }: Product,
  stacked: (v: TensorVariable) => TensorVariable,
): TensorVariable {
  const b = flat(stacked(right));
  if (isTransposed) return dot(dimshuffle(flat(stacked(left)), [1, 0]), b);
  const a = stacked(left);
  const [, m] = shape(a) as [TensorVariable, TensorVariable];
  const rows = dimshuffle(a, [1, 0, 2]);
  const [, steps, inner] = shape(rows) as [TensorVariable, TensorVariable, TensorVariable];
  return dot(reshape(rows, [m, sizeAlgebra.mul(steps, inner)]), b);
}

/** Rows of all steps below each other. */
function flat(a: TensorVariable): TensorVariable {
  if (a.ndim === 2) return a;
  const [steps, inner, n] = shape(a) as [TensorVariable, TensorVariable, TensorVariable];
  return reshape(a, [sizeAlgebra.mul(steps, inner), n]);
}

export const pushDotRules: readonly Rule[] = [
  nodeRule("scan_pushout_dot1", ["Scan"], pushDots, {
    formula: "the sum over steps of dot(a[t], b[t]) is one product of all rows",
  }),
];
