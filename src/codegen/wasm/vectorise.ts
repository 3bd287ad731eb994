import type { IrBuilder } from "../../ir/build.ts";
import { BYTES } from "../../ir/node.ts";
import type { Expr, Load, Ref, Stmt } from "../../ir/node.ts";
import { scalarInstructions } from "../../ir/scalarInstructions.ts";
import type { InstructionName } from "../../ir/scalarInstructions.ts";
import { factsOf } from "./facts.ts";
import { valueOf } from "./segments.ts";
import type { Item, Segment } from "./segments.ts";
import { within } from "../../ir/traverse.ts";
import { VectorAnalysis } from "./vectorPlan.ts";
import { wovenStores } from "./wovenStores.ts";

/** A body that can run in vector lanes, and what is known of it. */
export interface VectorBody {
  readonly analysis: VectorAnalysis;
  readonly items: readonly Item[];
  /** Vector instructions of one iteration, roughly. */
  readonly cost: number;
  /** Whether lanes past the end may be computed (not stored): nothing out of range is read. */
  readonly mayOverrun: boolean;
  readonly guarded: boolean;
  readonly nested: boolean;
}

/** Most lanes that a reduction inside a vector loop may have in its order. */
const MAX_NESTED_LANES = 8;

/** Whether the statements are of kinds that vector code knows. */
export function hasVectorShape(body: readonly Stmt[]): boolean {
  const { defined, assigned } = factsOf(body);
  if ([...assigned].some((ref) => !defined.has(ref))) return false;
  return body.every(statementHasVectorShape);
}

function statementHasVectorShape(s: Stmt): boolean {
  switch (s.kind) {
    case "comment":
      return true;
    case "let":
    case "assign":
    case "var":
      return s.ref.type !== "f16";
    case "store":
      return s.buffer.type !== "f16";
    case "for":
      return s.body.every(statementHasVectorShape);
    case "if":
      return [...s.then, ...s.else].every(statementHasVectorShape);
    case "reduce":
      if (s.accs.some((acc) => acc.target.type === "f16")) return false;
      return s.order.lanes <= MAX_NESTED_LANES && s.body.every(statementHasVectorShape);
    default:
      return false;
  }
}

/**
 * Finds out how the iterations over `ref` run in lanes; null where they cannot or where scalar code
 * is as good.
 */
export function vectoriseBody(b: IrBuilder, ref: Ref, items: readonly Item[]): VectorBody | null {
  const survey = new Survey(b, ref);
  if (!survey.items(items)) return null;
  const { analysis } = survey;
  const vectorCost = (survey.vectorCost + analysis.lanes * survey.laneCost) / analysis.lanes;
  if (vectorCost > 0.8 * survey.scalarCost) return null;
  return {
    analysis,
    items,
    cost: survey.vectorCost + analysis.lanes * survey.laneCost,
    mayOverrun: survey.mayOverrun && !survey.nested,
    guarded: survey.guarded,
    nested: survey.nested,
  };
}

/** Nested work counts more than work outside of it. */
const NESTED_WEIGHT = 8;

class Survey {
  readonly analysis: VectorAnalysis;
  vectorCost = 0;
  /** Cost of scalar code that stands for one lane each. */
  laneCost = 0;
  scalarCost = 0;
  mayOverrun = true;
  guarded = false;
  nested = false;
  #weight = 1;
  /** Loads of one segment that go element by element. */
  readonly #strided = new Set<Load>();
  readonly #b: IrBuilder;

  constructor(b: IrBuilder, ref: Ref) {
    this.#b = b;
    this.analysis = new VectorAnalysis(b, ref);
  }

  items(items: readonly Item[]): boolean {
    return items.every((item) => this.#item(item));
  }

  #item(item: Item): boolean {
    if (item.kind === "segment") return this.#segment(item);
    const { analysis } = this;
    const { stmt, bodies } = item;
    this.nested = true;
    switch (stmt.kind) {
      case "if":
        return !analysis.varies(stmt.cond) && bodies.every((body) => this.items(body));
      case "for":
        return !analysis.varies(stmt.extent) && this.#nestedBody(bodies[0] ?? []);
      case "reduce": {
        if (analysis.varies(stmt.extent) || !this.#nestedBody(bodies[0] ?? [])) return false;
        for (const acc of stmt.accs) {
          analysis.declareVarying(acc.target);
          if (acc.position !== undefined) analysis.declareVarying(acc.position);
        }
        this.vectorCost += stmt.accs.length * NESTED_WEIGHT;
        this.scalarCost += stmt.accs.length * NESTED_WEIGHT;
        return true;
      }
      default:
        return false;
    }
  }

  #nestedBody(items: readonly Item[]): boolean {
    this.#weight *= NESTED_WEIGHT;
    const fits = this.items(items);
    this.#weight /= NESTED_WEIGHT;
    return fits;
  }

  #segment(segment: Segment): boolean {
    const { analysis } = this;
    if (segment.guards.length > 0) this.guarded = true;
    segment.stmts.forEach((s, i) => {
      const values = [segment.fast[i] as Expr, segment.slow[i] as Expr];
      if (s.kind === "var" || s.kind === "assign") analysis.declareVarying(s.ref);
      if (s.kind === "let" && values.some((value) => analysis.varies(value))) {
        analysis.declareVarying(s.ref);
      }
      if (s.kind === "let" && values[0] === values[1]) analysis.declareValue(s.ref, values[0]!);
      for (const value of values) this.#include(value, false);
      analysis.narrow(valueOf(s).type);
    });
    // Only now is known of everything in the segment whether it varies.
    analysis.groupLoads(this.#strided);
    this.#strided.clear();
    const woven = wovenStores(this.#b, segment.stmts, (e) => analysis.step(e));
    for (const s of segment.stmts) {
      const group = woven.get(s);
      // A vector of each store has elements of all.
      if (group !== undefined) this.#count(group.length, 1);
      else if (s.kind === "store") this.#store(s.index, BYTES[s.buffer.type]);
    }
    const counted = new Set<Expr>();
    for (const value of [...segment.fast, ...segment.guards]) this.#include(value, true, counted);
    return segment.stmts.every((s) => s.kind !== "store" || analysis.varies(s.index));
  }

  #store(index: Expr, bytes: number): void {
    const step = this.analysis.step(index);
    const adjacent = step !== null && step.kind === "const" && Number(step.value) === bytes;
    if (adjacent) {
      this.#count(1, 1);
      return;
    }
    this.laneCost += 2 * this.#weight;
    this.scalarCost += this.#weight;
    if (step === null) this.mayOverrun = false;
  }

  #count(vector: number, scalar: number): void {
    this.vectorCost += vector * this.#weight;
    this.scalarCost += scalar * this.#weight;
  }

  #include(root: Expr, counting: boolean, counted: Set<Expr> = new Set()): void {
    this.analysis.include(root, (e, plan) => {
      // Those of a group were met before it was known to be one.
      if (plan.kind === "lanes" || plan.kind === "strided") this.mayOverrun = false;
      if (plan.kind === "strided") this.#strided.add(e as Load);
      if (!counting || counted.has(e)) return;
      counted.add(e);
      if (plan.kind === "splat" || plan.kind === "ref") return;
      if (plan.kind === "lanes" || plan.kind === "strided") {
        const cost = [...within(e)].reduce((sum, part) => sum + costOf(part), 0);
        this.laneCost += (cost + 1) * this.#weight;
        this.scalarCost += cost * this.#weight;
        return;
      }
      const shuffles = plan.kind === "transposed" ? Math.log2(plan.group.length) : 0;
      this.#count(costOf(e) + shuffles, costOf(e));
    });
  }
}

function costOf(e: Expr): number {
  if (e.kind === "const" || e.kind === "ref" || e.kind === "bitcast") return 0;
  if (e.kind !== "op") return 1;
  const row = scalarInstructions[e.op as InstructionName];
  return row.cost;
}
