/**
 * Symbolic gradients: `grad`, `Lop`, `Rop` and what is built on them. Reverse mode over the user's graph; every result
 * is an ordinary expression, so second and higher orders come by calling `grad` again.
 */
import { config } from "./config/config.ts";
import { isDiscrete, isComplex } from "./dtype.ts";
import {
  ArgumentError,
  DisconnectedInputError,
  DtypeError,
  NullTypeGradError,
  RankError,
  ShapeMismatchError,
} from "./errors.ts";
import { NullGradient, type Op } from "./graph/op.ts";
import { connected, pullback, type Cotangent } from "./graph/pullback.ts";
import { cloneReplace } from "./graph/replace.ts";
import type { Variable } from "./graph/variable.ts";
import { scan } from "./scan/scan.ts";
import { arange, onesLike, zeros, zerosLike } from "./tensor/alloc.ts";
import { asTensor } from "./tensor/constant.ts";
import { cotangentAlgebra as algebra } from "./tensor/cotangents.ts";
import { stack } from "./tensor/stack.ts";
import { add } from "./tensor/math.ts";
import { shape } from "./tensor/shape.ts";
import { at } from "./tensor/subtensor/index.ts";
import type { Plus } from "./tensor/indexTyping.ts";
import type { GradientOf } from "./tensor/typing.ts";
import { TensorVariable } from "./tensor/variable.ts";

export {
  considerConstant,
  disconnectedGrad,
  gradClip,
  gradScale,
  undefinedGrad,
  zeroGrad,
} from "./tensor/gradientOps.ts";

/** What to do about an input that the cost does not depend on. */
export type DisconnectedPolicy = "raise" | "warn" | "ignore";

export interface GradOptions {
  /** Variables that count as constants: nothing flows through them. */
  considerConstant?: TensorVariable | readonly TensorVariable[];
  /** Gradients of the cost already known; the sweep starts from these too. The cost may then be null. */
  knownGrads?: ReadonlyMap<TensorVariable, TensorVariable> | readonly (readonly [TensorVariable, TensorVariable])[];
  /** Default `"raise"`: a `DisconnectedInputError`. */
  disconnectedInputs?: DisconnectedPolicy;
  /** Default `"raise"`: a `NullTypeGradError`. `"return"` gives `null` for a gradient that is not defined. */
  nullGradients?: "raise" | "return";
  /** What an ignored disconnected input gets: zeros (default), or `null` by any of the other names. */
  returnDisconnected?: "zero" | "none" | "None" | "Disconnected";
  /** Name results `dcost/dx` (default true). */
  addNames?: boolean;
}

/**
 * The gradient of a scalar `cost` with respect to one variable or to each of a list.
 *
 * @param cost a real variable of rank 0, or null when `knownGrads` starts the sweep
 * @param wrt the variables; results have their shapes and dtypes (floatX zeros for integers)
 * @throws RankError, DtypeError when the cost is no real scalar
 * @throws DisconnectedInputError when the cost does not depend on an entry of `wrt`
 * @throws NullTypeGradError when a gradient on the way is not defined
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const x = T.dscalar("x");
 * const f = theano.function([x], theano.grad(x.pow(3), x));
 * console.log(+f(2)); // 12
 * ```
 */
export function grad<V extends TensorVariable>(
  cost: TensorVariable | null,
  wrt: V,
  options?: GradOptions,
): TensorVariable<GradientOf<V["dtype"]>, V["ndim"]>;
export function grad<const L extends readonly TensorVariable[]>(
  cost: TensorVariable | null,
  wrt: L,
  options?: GradOptions,
): { -readonly [K in keyof L]: TensorVariable<GradientOf<L[K]["dtype"]>, L[K]["ndim"]> };
export function grad<K, V extends TensorVariable>(
  cost: TensorVariable | null,
  wrt: ReadonlyMap<K, V>,
  options?: GradOptions,
): Map<K, TensorVariable<GradientOf<V["dtype"]>, V["ndim"]>>;
export function grad<const R extends Readonly<Record<string, TensorVariable>>>(
  cost: TensorVariable | null,
  wrt: R,
  options?: GradOptions,
): { -readonly [K in keyof R]: TensorVariable<GradientOf<R[K]["dtype"]>, R[K]["ndim"]> };
export function grad(cost: TensorVariable | null, wrt: Wrt, options: GradOptions = {}): unknown {
  if (wrt instanceof Map) return new Map(gradientEntries(cost, [...wrt], options));
  if (wrt instanceof TensorVariable) return namedGradients(cost, [wrt], options)[0];
  if (Array.isArray(wrt)) return namedGradients(cost, wrt as readonly TensorVariable[], options);
  if (typeof wrt !== "object" || wrt === null) checkVariable(wrt, "wrt");
  return Object.fromEntries(gradientEntries(cost, Object.entries(wrt), options));
}

/** What gradients may be asked for: a variable, a list, or variables by key. */
type Wrt =
  | TensorVariable
  | readonly TensorVariable[]
  | ReadonlyMap<unknown, TensorVariable>
  | Readonly<Record<string, TensorVariable>>;

function gradientEntries<K>(
  cost: TensorVariable | null,
  entries: readonly (readonly [K, TensorVariable])[],
  options: GradOptions,
): [K, TensorVariable | null][] {
  const found = namedGradients(
    cost,
    entries.map(([, v]) => v),
    options,
  );
  return entries.map(([key], i) => [key, found[i]!]);
}

function checkVariable(v: unknown, what: string): asserts v is TensorVariable {
  if (v instanceof TensorVariable) return;
  const got = v === null ? "null" : Array.isArray(v) ? "a list" : typeof v;
  throw new ArgumentError(`grad: ${what} must be a symbolic variable, got ${got}.`, { op: "grad" });
}

function checkOptions({ disconnectedInputs, returnDisconnected, nullGradients }: GradOptions): void {
  checkChoice("disconnectedInputs", disconnectedInputs, ["raise", "warn", "ignore"]);
  checkChoice("returnDisconnected", returnDisconnected, ["zero", "none", "None", "Disconnected"]);
  checkChoice("nullGradients", nullGradients, ["raise", "return"]);
}

function checkChoice(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value)) return;
  const list = choices.map((c) => JSON.stringify(c)).join(", ");
  throw new ArgumentError(`grad: ${name} must be one of ${list}, got ${JSON.stringify(value)}.`, { op: "grad" });
}

function namedGradients(
  cost: TensorVariable | null,
  list: readonly TensorVariable[],
  options: GradOptions,
): (TensorVariable | null)[] {
  for (const v of list) checkVariable(v, "each of wrt");
  if (cost !== null) checkVariable(cost, "the cost");
  checkOptions(options);
  const results = gradientList(cost, list, options);
  if (options.addNames !== false) {
    for (const [i, g] of results.entries()) {
      const of = list[i]!.name;
      if (g !== null && of !== undefined) g.name ??= `d${cost?.name ?? "cost"}/d${of}`;
    }
  }
  return results;
}

function gradientList(
  cost: TensorVariable | null,
  wrt: readonly TensorVariable[],
  options: GradOptions,
): (TensorVariable | null)[] {
  const starts: TensorVariable[] = [];
  const cotangents: Cotangent[] = [];
  if (cost !== null) {
    checkCost(cost);
    starts.push(cost);
    cotangents.push(onesLike(cost));
  }
  for (const [v, g] of options.knownGrads ?? []) {
    const gradient = asTensor(g);
    if (gradient.ndim !== v.ndim) {
      throw new RankError(
        `knownGrads: the gradient given for ${v.toString()} has rank ${gradient.ndim}, ` +
          `the variable has rank ${v.ndim}.`,
      );
    }
    starts.push(v);
    cotangents.push(gradient);
  }
  if (starts.length === 0) {
    throw new ArgumentError("grad: the cost may be null only when knownGrads is given.");
  }
  const stopAt = new Set<Variable>(asList(options.considerConstant ?? []));
  // A gradient that was given is the whole gradient of its variable.
  const pinned = new Set<Variable>(cost === null ? starts : starts.slice(1));
  const found = pullback(starts, wrt, cotangents, algebra, stopAt, pinned);
  const isConnected = connected(starts, wrt, stopAt);
  return wrt.map((v, i) => finish(v, found[i] ?? null, isConnected[i]!, cost, options));
}

function checkCost(cost: TensorVariable): void {
  if (cost.ndim !== 0) {
    throw new RankError(
      `cost must be a scalar. It has rank ${cost.ndim} (${cost.type.toString()}): reduce it, ` +
        "for example with .sum() or .mean(), or use theano.jacobian.",
      { op: "grad" },
    );
  }
  if (isComplex(cost.dtype)) {
    throw new DtypeError("grad: the cost must be real; take real(), imag() or abs() of it.", {
      op: "grad",
    });
  }
}

function finish(
  v: TensorVariable,
  g: Cotangent,
  isConnected: boolean,
  cost: TensorVariable | null,
  options: GradOptions,
): TensorVariable | null {
  if (g instanceof NullGradient) {
    if ((options.nullGradients ?? "raise") === "raise") {
      throw new NullTypeGradError(`grad: the gradient with respect to ${v.toString()} is not defined: ${g.reason}`, {
        op: "grad",
      });
    }
    return null;
  }
  if (g !== null) return g as TensorVariable;
  if (isConnected) return zeroGradient(v);
  const message =
    `grad: ${cost?.toString() ?? "the cost"} does not depend on ${v.toString()} ` +
    `(${v.type.toString()}), or only through operations without gradient.\n` +
    'Leave it out of wrt, or pass { disconnectedInputs: "ignore" } to get zeros.';
  const policy = options.disconnectedInputs ?? "raise";
  if (policy === "raise") throw new DisconnectedInputError(message, { op: "grad" });
  if (policy === "warn") console.warn(message);
  return (options.returnDisconnected ?? "zero") === "zero" ? zeroGradient(v) : null;
}

/** Zeros of the shape of `v`; gradients are never integers. */
function zeroGradient(v: TensorVariable): TensorVariable {
  return zerosLike(v, isDiscrete(v.dtype) ? { dtype: config.floatX } : {});
}

function asList<T>(x: T | readonly T[]): readonly T[] {
  return Array.isArray(x) ? (x as readonly T[]) : [x as T];
}

/**
 * The L-operator: `evalPoints`ᵀ times the Jacobian of `f` with respect to `wrt`.
 * Shapes: one evaluation point of the shape of each `f`; results of the shapes of `wrt`.
 */
export function Lop<W extends TensorVariable | readonly TensorVariable[]>(
  f: TensorVariable | readonly TensorVariable[],
  wrt: W,
  evalPoints: TensorVariable | readonly TensorVariable[],
  options: Pick<GradOptions, "considerConstant" | "disconnectedInputs"> = {},
): W {
  const fs = asList(f);
  const points = asList(evalPoints);
  if (fs.length !== points.length) {
    throw new ArgumentError(`Lop: ${fs.length} outputs but ${points.length} evaluation points.`);
  }
  const stopAt = new Set<Variable>(asList(options.considerConstant ?? []));
  const list = asList<TensorVariable>(wrt as TensorVariable | readonly TensorVariable[]);
  const found = pullback(fs, list, points, algebra, stopAt);
  const isConnected = connected(fs, list, stopAt);
  const results = list.map((v, i) => finish(v, found[i] ?? null, isConnected[i]!, null, options));
  return (Array.isArray(wrt) ? results : results[0]) as W;
}

/**
 * The R-operator: the Jacobian of `f` with respect to `wrt` times `evalPoints`.
 * Derived: the L-op of the L-op, which is linear in its cotangent.
 */
export function Rop<F extends TensorVariable | readonly TensorVariable[]>(
  f: F,
  wrt: TensorVariable | readonly TensorVariable[],
  evalPoints: TensorVariable | readonly TensorVariable[],
  options: { disconnectedOutputs?: DisconnectedPolicy } = {},
): F {
  const fs = asList<TensorVariable>(f as TensorVariable | readonly TensorVariable[]);
  const ws = asList(wrt);
  const points = asList(evalPoints);
  if (ws.length !== points.length) {
    throw new ArgumentError(`Rop: ${ws.length} variables but ${points.length} evaluation points.`);
  }
  for (const [i, w] of ws.entries()) {
    if (w.ndim !== points[i]!.ndim) {
      throw new ShapeMismatchError(
        `Rop: the evaluation point of ${w.toString()} has rank ${points[i]!.ndim}, ` +
          `the variable has rank ${w.ndim}.`,
      );
    }
  }
  const policy = options.disconnectedOutputs ?? "raise";
  const results = fs.map((out) => {
    const u = out.type.makeVariable(null, 0, "cotangent") as TensorVariable;
    const back = pullback([out], ws, [u], algebra);
    const parts: Variable[] = [];
    const seeds: Variable[] = [];
    for (const [i, g] of back.entries()) {
      if (g instanceof NullGradient) {
        throw new NullTypeGradError(`Rop: ${ws[i]!.toString()}: ${g.reason}`, { op: "Rop" });
      }
      if (g === null) continue;
      parts.push(g);
      seeds.push(points[i]!);
    }
    const forward = parts.length === 0 ? null : pullback(parts, [u], seeds, algebra)[0]!;
    if (forward instanceof NullGradient) {
      throw new NullTypeGradError(`Rop: ${forward.reason}`, { op: "Rop" });
    }
    if (forward === null) {
      if (parts.length === 0 && policy === "raise") {
        throw new DisconnectedInputError(
          `Rop: ${out.toString()} does not depend on the given variables. ` +
            'Pass { disconnectedOutputs: "ignore" } to get zeros.',
          { op: "Rop" },
        );
      }
      return zeroGradient(out);
    }
    // The first sweep is linear in u, so u is gone from the value; zeros make that visible to the graph.
    return cloneReplace([forward], new Map([[u as Variable, zerosLike(out) as Variable]]))[0]!;
  });
  return (Array.isArray(f) ? results : results[0]) as F;
}

/**
 * The Jacobian of `expression` (rank 0 or 1) with respect to `wrt`: shape `[n, ...wrt.shape]` for a vector of n; a list for a list.
 * Where the number of rows is not known when the graph is built, or large, the rows are computed by a loop.
 */
export function jacobian<E extends TensorVariable, V extends TensorVariable>(
  expression: E,
  wrt: V,
  options?: GradOptions,
): TensorVariable<GradientOf<V["dtype"]>, Plus<E["ndim"], V["ndim"]>>;
export function jacobian(
  expression: TensorVariable,
  wrt: readonly TensorVariable[],
  options?: GradOptions,
): TensorVariable[];
export function jacobian(
  expression: TensorVariable,
  wrt: TensorVariable | readonly TensorVariable[],
  options: GradOptions = {},
): TensorVariable | TensorVariable[] {
  if (expression.ndim > 1) {
    throw new RankError(`jacobian: the expression must have rank 0 or 1, it has ${expression.ndim}.`);
  }
  const list = asList<TensorVariable>(wrt);
  const results = expression.ndim === 0 ? grad(expression, list, options) : jacobianOfVector(expression, list, options);
  return Array.isArray(wrt) ? [...results] : results[0]!;
}

/** Jacobians of more rows are loops. */
const MOST_ROWS = 16;

function jacobianOfVector(
  expression: TensorVariable,
  wrt: readonly TensorVariable[],
  options: GradOptions,
): TensorVariable[] {
  const rows = expression.type.shape[0] ?? null;
  if (rows === null || rows > MOST_ROWS) {
    const [found] = scan({
      fn: (i) => grad(at(expression, i), wrt, options),
      sequences: arange(shape(expression)[0]!),
      name: "jacobian",
      returnList: true,
    });
    return [...(found as readonly TensorVariable[])];
  }
  const parts = Array.from({ length: rows }, (_, i) => grad(at(expression, i), wrt, options));
  if (rows === 0) return wrt.map((v) => zeros([0, ...shape(v)], zeroGradient(v).dtype));
  return wrt.map((_, k) =>
    stack(
      parts.map((row) => row[k]!),
      { axis: 0 },
    ),
  );
}

/** The Hessian of a scalar `cost` with respect to a vector `wrt`: shape `[n, n]`; a list for a list. */
export function hessian<V extends TensorVariable>(
  cost: TensorVariable,
  wrt: V,
  options?: GradOptions,
): TensorVariable<GradientOf<V["dtype"]>, 2>;
export function hessian(cost: TensorVariable, wrt: readonly TensorVariable[], options?: GradOptions): TensorVariable[];
export function hessian(
  cost: TensorVariable,
  wrt: TensorVariable | readonly TensorVariable[],
  options: GradOptions = {},
): TensorVariable | TensorVariable[] {
  const list = asList<TensorVariable>(wrt);
  for (const v of list) {
    checkVariable(v, "each of wrt");
    if (v.ndim !== 1) throw new RankError(`hessian: wrt must be a vector, it has rank ${v.ndim}.`);
  }
  const second: GradOptions = { disconnectedInputs: "ignore", ...options };
  const results = list.map((v) => jacobian(grad(cost, v, options), v, second));
  return Array.isArray(wrt) ? results : results[0]!;
}

export interface SubgraphGradOptions {
  /** Gradients of the cost with respect to later variables, from which the sweep starts. */
  readonly start?: GradOptions["knownGrads"];
  /** A cost of its own, added to what `start` says. */
  readonly cost?: TensorVariable | null;
}

/**
 * Gradients through a part of a graph: from `start` (and `cost`) back to `wrt` and to `end`, the variables at which the next part stops.
 * @returns the gradients of `wrt` and those of `end`
 * @throws ArgumentError unless there is a start or a cost
 */
export function subgraphGrad(
  wrt: readonly TensorVariable[],
  end: readonly TensorVariable[],
  options: SubgraphGradOptions,
): [TensorVariable[], TensorVariable[]] {
  const list = [...wrt, ...end];
  const fixed = { considerConstant: end, disconnectedInputs: "ignore" } as const;
  const parts: (readonly TensorVariable[])[] = [];
  const { start, cost = null } = options;
  if (start !== undefined) parts.push(grad(null, list, { ...fixed, knownGrads: start }));
  if (cost !== null) parts.push(grad(cost, list, fixed));
  if (parts.length === 0) throw new ArgumentError("subgraphGrad: give a start, a cost, or both.");
  const sums = list.map((_, i) => parts.map((p) => p[i]!).reduce((a, b) => add(a, b)));
  return [sums.slice(0, wrt.length), sums.slice(wrt.length)];
}

/** For authors of ops: the gradient of input `i` is not defined. */
export function gradUndefined(op: Op, i: number, _x: Variable, comment = ""): NullGradient {
  return new NullGradient(`${op.toString()} has no gradient with respect to its input ${i}. ${comment}`.trim());
}

/** For authors of ops: the gradient of input `i` is defined, but nobody has written it yet. */
export function gradNotImplemented(op: Op, i: number, _x: Variable, comment = ""): NullGradient {
  return new NullGradient(
    `the gradient of ${op.toString()} with respect to its input ${i} is not implemented. ${comment}`.trim(),
  );
}
