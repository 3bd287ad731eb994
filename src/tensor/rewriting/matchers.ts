/** How rules see tensor graphs: matchers for ops, constants looked at through rank changes. */
import type { Apply } from "../../graph/apply.ts";
import type { Op } from "../../graph/op.ts";
import type { OpMatcher } from "../../graph/rewriting/pattern.ts";
import type { RuleContext } from "../../graph/rewriting/rule.ts";
import { isConstant, type Variable } from "../../graph/variable.ts";
import { Alloc, alloc } from "../alloc.ts";
import { constant } from "../constant.ts";
import { dimshuffle, DimShuffle } from "../dimshuffle.ts";
import { Elemwise } from "../elemwise.ts";
import { cast } from "../math.ts";
import { specifyShape } from "../shape.ts";
import type { TensorType } from "../type.ts";
import type { TensorVariable } from "../variable.ts";

/** Elementwise functions whose arguments may be exchanged. */
const COMMUTATIVE: ReadonlySet<string> = new Set(["add", "mul", "eq", "neq", "maximum", "minimum", "and", "or", "xor"]);

/** Matches the elementwise application of the scalar function called `name`. */
export function elem(name: string): OpMatcher {
  return {
    ruleKey: name,
    matches: (node) => node.op instanceof Elemwise && node.op.scalarOp.name === name,
    commutative: COMMUTATIVE.has(name),
  };
}

/** Matches nodes whose op is an instance of a class and passes a test. */
export function opOf<T extends Op>(
  ruleKey: string,
  type: abstract new (...args: never[]) => T,
  test: (op: T, node: Apply) => boolean = () => true,
): OpMatcher {
  return { ruleKey, matches: (node) => node.op instanceof type && test(node.op, node) };
}

/** The keys under which the engine files rules for a node. */
export function ruleKeys(node: Apply): readonly string[] {
  return node.op instanceof Elemwise ? [node.op.scalarOp.name, "Elemwise"] : [node.op.name];
}

/** The scalar function of an elementwise node. */
export function nameOf(node: Apply): string {
  return node.op instanceof Elemwise ? node.op.scalarOp.name : node.op.name;
}

/** The node that computes `v` if it is the elementwise function `name`. */
export function elemNode(v: Variable, name: string): Apply | null {
  const { owner } = v;
  return owner !== null && owner.op instanceof Elemwise && owner.op.scalarOp.name === name ? owner : null;
}

/**
 * `v` before axes of size 1 were put in front of its own, as elementwise functions do with arguments of smaller rank: both
 * broadcast to the same values. Axes in other places matter.
 */
export function peel(v: Variable): Variable {
  let at = v;
  while (at.owner !== null && at.owner.op instanceof DimShuffle) {
    const { pattern } = at.owner.op;
    const input = at.owner.inputs[0]!;
    const lead = pattern.length - (input as TensorVariable).ndim;
    if (lead < 0 || pattern.some((p, k) => (k < lead ? p !== "x" : p !== k - lead))) break;
    at = input;
  }
  return at;
}

/** `v` before any axes of size 1 were inserted: the same elements in the same order. */
export function withoutNewAxes(v: Variable): Variable {
  let at = v;
  while (at.owner !== null && at.owner.op instanceof DimShuffle) {
    const axes = at.owner.op.pattern.filter((p): p is number => p !== "x");
    const input = at.owner.inputs[0]!;
    if (axes.length !== (input as TensorVariable).ndim || axes.some((p, i) => p !== i)) break;
    at = input;
  }
  return at;
}

/** The one value that every element of `v` is known to have. */
export function scalarValue(v: Variable): number | undefined {
  let at = withoutNewAxes(v);
  for (let node = at.owner; node !== null; node = at.owner) {
    if (node.op instanceof Alloc) at = withoutNewAxes(node.inputs[0]!);
    else if (nameOf(node) === "second") at = withoutNewAxes(node.inputs[1]!);
    else break;
  }
  if (!isConstant(at)) return undefined;
  const { data } = at;
  if (data.size !== 1) return uniformValue(at);
  const item = data.size === 1 ? firstElement(data) : undefined;
  return item;
}

const uniform = new WeakMap<Variable, { value: number | undefined }>();

/** The value shared by all elements of a small constant. */
function uniformValue(v: Variable): number | undefined {
  let known = uniform.get(v);
  if (known === undefined) {
    known = { value: undefined };
    uniform.set(v, known);
    const { data } = v as Variable & { data: { size: number; data: ArrayLike<unknown> } };
    if (data.size > 0 && data.size <= 4096 && isReal(v)) {
      const flat = data.data;
      const first = flat[0];
      let i = 1;
      while (i < data.size && Object.is(flat[i], first)) i++;
      if (i === data.size) known.value = toNumber(v, first);
    }
  }
  return known.value;
}

function isReal(v: Variable): boolean {
  const { dtype } = v as TensorVariable;
  return !dtype.startsWith("complex") && dtype !== "float16";
}

function toNumber(_v: Variable, x: unknown): number | undefined {
  if (typeof x === "number") return x;
  if (typeof x !== "bigint") return undefined;
  const n = Number(x);
  return Number.isSafeInteger(n) ? n : undefined;
}

function firstElement(data: { dtype: string; item(): unknown; itemBigInt(): bigint }): number | undefined {
  if (data.dtype.startsWith("complex")) return undefined;
  if (data.dtype === "int64" || data.dtype === "uint64") {
    const n = Number(data.itemBigInt());
    return Number.isSafeInteger(n) ? n : undefined;
  }
  return Number(data.item());
}

/** `v` as a 0-d variable of its dtype, if all its elements are one value: a scalar, or a constant with equal elements. */
export function asScalar(v: Variable): TensorVariable | null {
  const inner = withoutNewAxes(v) as TensorVariable;
  if (inner.ndim === 0) return inner;
  const value = scalarValue(inner);
  if (value !== undefined) return constant(value, inner.dtype);
  if (inner.owner !== null && inner.owner.op instanceof Alloc) return asScalar(inner.owner.inputs[0]!);
  return inner.type.shape.every((n) => n === 1) ? dimshuffle(inner, []) : null;
}

/** Are two sizes one expression in the graph? Numbers are compared as numbers. */
export function isSameSize(a: Variable, b: Variable, ctx: RuleContext): boolean {
  if (a === b) return true;
  const x = ctx.graph.import(a);
  const y = ctx.graph.import(b);
  const value = scalarValue(x);
  const same = x === y || (value !== undefined && value === scalarValue(y));
  ctx.graph.prune(x);
  ctx.graph.prune(y);
  return same;
}

/** Dimensions of static size 1 agree: putting `v` where `out` was broadcasts the same way. */
export function sameBroadcast(v: TensorVariable, out: TensorVariable): boolean {
  const a = v.type.shape;
  const b = out.type.shape;
  return a.length === b.length && a.every((n, i) => (n === 1) === (b[i] === 1));
}

/**
 * `v` as a value of the dtype and shape of `out`: cast, and repeated along the dimensions in which only
 * `out` is larger. `v` must broadcast to `out`; sizes that only the type of `out` knows are tested.
 */
export function like(v: TensorVariable, out: TensorVariable, ctx: RuleContext): TensorVariable {
  const typed = v.dtype === out.dtype ? v : cast(v, out.dtype);
  if (sameBroadcast(typed, out)) return out.type.isSuper(typed.type) ? typed : specifyShape(typed, out.type.shape);
  return alloc(typed, ...(ctx.shapeOf(out) as TensorVariable[]));
}

/** `v`, whose axis has a size that the left side of a rule requires of it: what fails there fails still. */
export function withSize(v: TensorVariable, axis: number, size: Variable, ctx: RuleContext): TensorVariable {
  if (isSameSize(ctx.shapeOf(v)[axis]!, size, ctx)) return v;
  return specifyShape(
    v,
    v.type.shape.map((_, k) => (k === axis ? (size as TensorVariable) : null)),
  );
}

export function typeOf(v: Variable): TensorType {
  return v.type as TensorType;
}
