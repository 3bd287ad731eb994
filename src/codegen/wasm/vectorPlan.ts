import { mayEvaluateBoth } from "../expressions.ts";
import type { IrBuilder } from "../../ir/build.ts";
import { BYTES } from "../../ir/node.ts";
import type { Expr, Load, Ref, ScalarType } from "../../ir/node.ts";
import { children } from "../../ir/traverse.ts";
import { stepOf } from "./linear.ts";
import { loadGroups, type LoadGroup } from "./transposedLoads.ts";
import { hasVectorCast, hasVectorOp, isComparison } from "./vectorCode.ts";
import type { MaskWidth } from "./vectorCode.ts";

/** How the lanes of an expression are computed. */
export type VectorPlan =
  /** The same scalar in all lanes. */
  | { readonly kind: "splat" }
  /** The position of the loop itself. */
  | { readonly kind: "position" }
  /** A vector that was computed before. */
  | { readonly kind: "ref" }
  /** Adjacent elements; the step is one element. */
  | { readonly kind: "adjacent"; readonly address: Expr }
  /** Every second element, or elements backwards. */
  | { readonly kind: "shuffled"; readonly address: Expr; readonly stride: 2 | -1 }
  | { readonly kind: "strided"; readonly address: Expr; readonly step: Expr }
  /** Elements far apart whose neighbours are wanted too. */
  | { readonly kind: "transposed"; readonly group: LoadGroup; readonly address: Expr; readonly step: Expr }
  /** The smaller of two numbers, the first where one is NaN; `b < a ? b : a`. */
  | { readonly kind: "pseudo"; readonly op: "pmin" | "pmax"; readonly a: Expr; readonly b: Expr }
  | { readonly kind: "shift"; readonly op: "shl" | "shr"; readonly value: Expr; readonly count: number }
  | { readonly kind: "choose"; readonly condition: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly kind: "op"; readonly op: string; readonly args: readonly Expr[] }
  | { readonly kind: "cast" | "bitcast"; readonly arg: Expr }
  /** Each lane by scalar code. */
  | { readonly kind: "lanes" };

/**
 * What is known about the expressions in a loop whose iterations run side by side in vector lanes.
 */
export class VectorAnalysis {
  readonly ref: Ref;
  readonly #b: IrBuilder;
  readonly #varying = new Map<Expr, boolean>();
  readonly #plans = new Map<Expr, VectorPlan>();
  readonly #maskWidths = new Map<Expr, MaskWidth>();
  /** What names in the loop's body stand for. */
  readonly #named = new Map<Expr, Expr>();
  #lanes = 16;

  constructor(b: IrBuilder, ref: Ref) {
    this.#b = b;
    this.ref = ref;
    this.#varying.set(ref, true);
  }

  /** Iterations per vector; narrowed by the types that `include` meets. */
  get lanes(): number {
    return this.#lanes;
  }

  /** Lane width of the masks that are kept in locals: as wide as the loop's lanes allow. */
  get localMaskWidth(): MaskWidth {
    return (16 / this.#lanes) as MaskWidth;
  }

  /** Declares a local of the loop's body that differs between lanes. */
  declareVarying(ref: Ref): void {
    this.#varying.set(ref, true);
    this.narrow(ref.type);
  }

  /** Declares the value of an immutable local of the loop's body. */
  declareValue(ref: Ref, value: Expr): void {
    this.#named.set(ref, value);
  }

  varies(e: Expr): boolean {
    const known = this.#varying.get(e);
    if (known !== undefined) return known;
    const varies = children(e).some((child) => this.varies(child));
    this.#varying.set(e, varies);
    return varies;
  }

  /** What one iteration adds to a position or address; null where that differs. */
  step(e: Expr): Expr | null {
    return stepOf(this.#b, e, this.ref, (part) => this.varies(part));
  }

  plan(e: Expr): VectorPlan {
    const known = this.#plans.get(e);
    if (known !== undefined) return known;
    const plan = this.#makePlan(e);
    this.#plans.set(e, plan);
    return plan;
  }

  /** Plans loads of neighbours together, of some that would go element by element. */
  groupLoads(loads: Iterable<Load>): void {
    for (const group of loadGroups(loads, (address) => this.step(address))) {
      const { index } = group[0]!;
      const plan: VectorPlan = { kind: "transposed", group, address: index, step: this.step(index)! };
      for (const load of group) this.#plans.set(load, plan);
    }
  }

  /** The vector operands of a plan. */
  vectorOperands(plan: VectorPlan): readonly Expr[] {
    switch (plan.kind) {
      case "pseudo":
        return [plan.a, plan.b];
      case "shift":
        return [plan.value];
      case "choose":
        return this.varies(plan.condition) ? [plan.condition, plan.yes, plan.no] : [plan.yes, plan.no];
      case "op":
        return plan.args;
      case "cast":
      case "bitcast":
        return [plan.arg];
      default:
        return [];
    }
  }

  /** The scalar operands of a plan. */
  scalarOperands(e: Expr, plan: VectorPlan): readonly Expr[] {
    switch (plan.kind) {
      case "splat":
        return [e];
      case "adjacent":
      case "shuffled":
        return [plan.address];
      case "strided":
      case "transposed":
        return [plan.address, plan.step];
      case "choose":
        return this.varies(plan.condition) ? [] : [plan.condition];
      default:
        return [];
    }
  }

  /** Walks what a vector evaluation of `root` computes in vectors, narrowing the number of lanes. */
  include(root: Expr, visit: (e: Expr, plan: VectorPlan) => void = () => {}): void {
    const seen = new Set<Expr>();
    const work = [root];
    for (let e = work.pop(); e !== undefined; e = work.pop()) {
      if (seen.has(e)) continue;
      seen.add(e);
      const plan = this.plan(e);
      if (plan.kind !== "splat") this.narrow(e.type);
      visit(e, plan);
      work.push(...this.vectorOperands(plan));
    }
  }

  narrow(type: ScalarType): void {
    this.#lanes = Math.min(this.#lanes, 16 / BYTES[type]);
  }

  /** The lane width of a mask, in bytes. */
  maskWidth(e: Expr): MaskWidth {
    const known = this.#maskWidths.get(e);
    if (known !== undefined) return known;
    const width = this.#findMaskWidth(e);
    this.#maskWidths.set(e, width);
    return width;
  }

  #findMaskWidth(e: Expr): MaskWidth {
    const plan = this.plan(e);
    switch (plan.kind) {
      case "lanes":
      case "ref":
        return this.localMaskWidth;
      case "op":
        if (isComparison(plan.op) && plan.args[0]!.type !== "bool") {
          return BYTES[plan.args[0]!.type] as MaskWidth;
        }
        return this.#widest(plan.args);
      case "choose":
        return this.#widest([plan.condition, plan.yes, plan.no]);
      case "cast":
        return BYTES[plan.arg.type] as MaskWidth;
      default:
        return 1;
    }
  }

  #widest(args: readonly Expr[]): MaskWidth {
    const masks = args.filter((arg) => arg.type === "bool" && this.varies(arg));
    const widths = masks.map((arg) => this.maskWidth(arg));
    return Math.max(1, ...widths) as MaskWidth;
  }

  #makePlan(e: Expr): VectorPlan {
    if (!this.varies(e)) return { kind: "splat" };
    switch (e.kind) {
      case "const":
        return { kind: "splat" };
      case "ref":
        return e === this.ref ? { kind: "position" } : { kind: "ref" };
      case "load":
        return this.#planLoad(e);
      case "bitcast":
        if (e.type === "f16" || e.arg.type === "f16" || e.type === "bool") return { kind: "lanes" };
        return e.arg.type === "bool" ? { kind: "cast", arg: e.arg } : { kind: "bitcast", arg: e.arg };
      case "cast": {
        const plain = e.type === "bool" || e.arg.type === "bool";
        const supported = plain ? e.type !== "f16" && e.arg.type !== "f16" : hasVectorCast(e.arg.type, e.type);
        return supported ? { kind: "cast", arg: e.arg } : { kind: "lanes" };
      }
      case "op":
        return this.#planOp(e);
    }
  }

  #planLoad(e: Expr & { kind: "load" }): VectorPlan {
    const step = this.step(e.index);
    if (step === null || e.type === "f16") return { kind: "lanes" };
    const bytes = BYTES[e.type];
    const stride = step.kind === "const" ? Number(step.value) / bytes : null;
    if (stride === 1) return { kind: "adjacent", address: e.index };
    if (e.type === "bool") return { kind: "lanes" };
    if (stride === 2 || stride === -1) return { kind: "shuffled", address: e.index, stride };
    return { kind: "strided", address: e.index, step };
  }

  #planOp(e: Expr & { kind: "op" }): VectorPlan {
    const { op, args } = e;
    if (op === "select") {
      const [condition, yes, no] = args as [Expr, Expr, Expr];
      if (!mayEvaluateBoth(condition, yes, no)) return { kind: "lanes" };
      if (e.type === "f16") return { kind: "lanes" };
      return pseudoExtremum(this.#comparison(condition), yes, no) ?? { kind: "choose", condition, yes, no };
    }
    const type = args.at(-1)!.type;
    if (op === "shl" || op === "shr") {
      const [value, count] = args as [Expr, Expr];
      if (count.kind !== "const") return { kind: "lanes" };
      return { kind: "shift", op, value, count: Number(count.value) };
    }
    return hasVectorOp(op, type) ? { kind: "op", op, args } : { kind: "lanes" };
  }

  /** What a condition with a name says, where that holds still: of what cannot have changed since. */
  #comparison(condition: Expr): Expr {
    const value = this.#named.get(condition);
    const isSteady = (e: Expr): boolean => e.kind === "const" || this.#named.has(e);
    return value !== undefined && children(value).every(isSteady) ? value : condition;
  }
}

/** `a < b ? b : a` and its like are single instructions. */
function pseudoExtremum(condition: Expr, yes: Expr, no: Expr): VectorPlan | null {
  if (condition.kind !== "op" || (yes.type !== "f32" && yes.type !== "f64")) return null;
  const [left, right] = condition.args as [Expr, Expr];
  const less = condition.op === "lt" ? [left, right] : condition.op === "gt" ? [right, left] : null;
  if (less === null) return null;
  const [low, high] = less as [Expr, Expr];
  if (low === yes && high === no) return { kind: "pseudo", op: "pmin", a: no, b: yes };
  if (low === no && high === yes) return { kind: "pseudo", op: "pmax", a: no, b: yes };
  return null;
}
