import type { IrBuilder } from "../../ir/build.ts";
import { BYTES } from "../../ir/node.ts";
import type { Expr, Ref, ScalarType } from "../../ir/node.ts";
import { add, op } from "./functionBuilder.ts";
import type { FunctionBuilder, Local, Operand } from "./functionBuilder.ts";
import { children } from "../../ir/traverse.ts";
import type { LaneOp, PlainOp } from "./opcodes.ts";
import { ScopedMap } from "./scopedMap.ts";
import { loadTransposed } from "./transposedLoads.ts";
import { pushConstant, scalarBitcast, scalarCast, scalarOp } from "./scalarCode.ts";
import type { CodeContext } from "./scalarCode.ts";
import { isUnsigned, REGISTER, SCALAR_LOAD, SCALAR_STORE } from "./scalarTypes.ts";
import {
  constantBytes,
  convertMask,
  integerShape,
  pushVectorConstant,
  shapeOf,
  splat,
  vectorCast,
  vectorOp,
  vectorShift,
} from "./vectorCode.ts";
import type { MaskWidth } from "./vectorCode.ts";
import { mayEvaluateBoth } from "../expressions.ts";
import { loadAdjacent, loadShuffled, loadStrided } from "./vectorMemory.ts";
import type { VectorAnalysis, VectorPlan } from "./vectorPlan.ts";

/** How often each expression is still wanted, and the locals of those computed already. */
interface Memo {
  readonly uses: Map<Expr, number>;
  readonly values: Map<Expr, Local>;
}

/** A loop whose iterations run in vector lanes. */
export interface VectorLoop {
  readonly analysis: VectorAnalysis;
  /** The position of the first lane. */
  readonly at: Local;
  readonly lanes: number;
  /** How many vectors are computed for each expression. */
  readonly parts: number;
}

/** Scalar code for one lane of a vector loop. */
interface Lane {
  readonly index: number;
  readonly part: number;
  readonly position: Local;
}

function newMemo(): Memo {
  return { uses: new Map(), values: new Map() };
}

/**
 * Writes the code of expressions in one function. Expressions wanted several times in one
 * evaluation are computed once; locals are handed back after the last use.
 */
export class Evaluator {
  readonly b: IrBuilder;
  readonly f: FunctionBuilder;
  readonly context: CodeContext;
  /** Refs and expressions that have a scalar local. */
  readonly scalars: ScopedMap<Expr, Local> = new ScopedMap();
  /** Refs and expressions that have vector locals: one per part, or one for all. */
  readonly vectors: ScopedMap<Expr, readonly Local[]> = new ScopedMap();
  /** Whether constants of vectors go to locals set at the function's entry, for speed. */
  keepConstants = true;
  #loop: VectorLoop | null = null;
  #lane: Lane | null = null;
  #scalarMemo: Memo = newMemo();
  #vectorMemo: Memo = newMemo();
  readonly #constants = new Map<string, Local>();

  constructor(b: IrBuilder, context: CodeContext) {
    this.b = b;
    this.f = context.f;
    this.context = context;
  }

  get vectorLoop(): VectorLoop | null {
    return this.#loop;
  }

  /** Writes `body` for a vector loop (or none). */
  within(loop: VectorLoop | null, body: () => void): void {
    const outer = this.#loop;
    this.#loop = loop;
    body();
    this.#loop = outer;
  }

  /** Forgets locals declared by `body` when it ends. */
  scope(body: () => void): void {
    const scalars = this.scalars.mark();
    const vectors = this.vectors.mark();
    body();
    this.scalars.rewind(scalars, (local) => this.f.release(local));
    this.vectors.rewind(vectors, (locals) => this.f.release(...locals));
  }

  /** Declares a scalar local for a ref or an expression. */
  declare(e: Expr): Local {
    const local = this.f.local(REGISTER[e.type]);
    this.scalars.set(e, local);
    return local;
  }

  declareVector(e: Expr, count: number): readonly Local[] {
    const locals = this.f.locals("v128", count);
    this.vectors.set(e, locals);
    return locals;
  }

  /** Makes `roots` known before they are evaluated, so that what they share is computed once. */
  evaluation(scalarRoots: readonly Expr[], vectorRoots: readonly Expr[], body: () => void): void {
    const [outerScalar, outerVector] = [this.#scalarMemo, this.#vectorMemo];
    this.#scalarMemo = newMemo();
    this.#vectorMemo = newMemo();
    for (const root of vectorRoots) this.#countVector(root);
    for (const root of scalarRoots) this.#countScalar(root);
    body();
    for (const memo of [this.#scalarMemo, this.#vectorMemo]) {
      this.f.release(...memo.values.values());
    }
    [this.#scalarMemo, this.#vectorMemo] = [outerScalar, outerVector];
  }

  #countScalar(root: Expr): void {
    const { uses } = this.#scalarMemo;
    const work = [root];
    for (let e = work.pop(); e !== undefined; e = work.pop()) {
      if (isLeaf(e) || (this.scalars.has(e) && this.#lane === null)) continue;
      const count = uses.get(e) ?? 0;
      uses.set(e, count + 1);
      if (count === 0) work.push(...children(e));
    }
  }

  #countVector(root: Expr): void {
    const { analysis } = this.#loop as VectorLoop;
    const { uses } = this.#vectorMemo;
    const work = [root];
    for (let e = work.pop(); e !== undefined; e = work.pop()) {
      if (isLeaf(e) || this.vectors.has(e)) continue;
      const count = uses.get(e) ?? 0;
      uses.set(e, count + 1);
      if (count > 0) continue;
      const plan = analysis.plan(e);
      for (const operand of analysis.scalarOperands(e, plan)) this.#countScalar(operand);
      work.push(...analysis.vectorOperands(plan));
    }
  }

  /** Leaves a memoised value on the stack, or computes and perhaps memoises it. */
  #remember(memo: Memo, e: Expr, compute: () => void, type: "v128" | null): void {
    const known = memo.values.get(e);
    const left = (memo.uses.get(e) ?? 1) - 1;
    memo.uses.set(e, left);
    if (known !== undefined) {
      this.f.get(known);
      if (left <= 0) {
        memo.values.delete(e);
        this.f.release(known);
      }
      return;
    }
    compute();
    if (left <= 0) return;
    const local = this.f.local(type ?? REGISTER[e.type]);
    memo.values.set(e, local);
    this.f.tee(local);
  }

  // ------------------------------------------------------------------------------- scalar code

  /** An operand that computes `e` as a scalar. */
  value(e: Expr): Operand {
    return () => this.scalar(e);
  }

  scalar(e: Expr): void {
    if (e.kind === "const") return pushConstant(this.f, e.type, e.value);
    const lane = this.#lane;
    if (lane !== null) {
      if (e === this.#loop?.analysis.ref) {
        this.f.get(lane.position);
        return;
      }
      const vector = this.vectors.get(e);
      if (vector !== undefined) return this.#extract(e, vector[lane.part % vector.length] as Local, lane.index);
    }
    const local = this.scalars.get(e);
    // What is known of the first lane says nothing of another one.
    if (local !== undefined && (lane === null || this.#loop?.analysis.varies(e) !== true)) {
      this.f.get(local);
      return;
    }
    if (e.kind === "ref") throw new RangeError(`ref ${e.name} has no local`);
    this.#remember(this.#scalarMemo, e, () => this.#computeScalar(e), null);
  }

  #computeScalar(e: Exclude<Expr, { kind: "const" | "ref" }>): void {
    switch (e.kind) {
      case "load":
        this.f.load(SCALAR_LOAD[e.type], 0, this.value(e.index));
        if (e.type === "f16") this.f.call(this.context.helpers.halfToFloat());
        return;
      case "cast":
        this.scalar(e.arg);
        return scalarCast(this.context, e.arg.type, e.type);
      case "bitcast":
        this.scalar(e.arg);
        return scalarBitcast(this.context, e.arg.type, e.type);
      case "op":
        return this.#scalarOp(e);
    }
  }

  #scalarOp(e: Expr & { kind: "op" }): void {
    if (e.op !== "select") {
      return scalarOp(
        this.context,
        e.op,
        e.args.at(-1)!.type,
        e.args.map((arg) => this.value(arg)),
      );
    }
    const [condition, yes, no] = e.args as [Expr, Expr, Expr];
    if (mayEvaluateBoth(condition, yes, no)) {
      return scalarOp(
        this.context,
        "select",
        e.type,
        [condition, yes, no].map((arg) => this.value(arg)),
      );
    }
    this.f.choose(
      REGISTER[e.type],
      this.value(condition),
      () => this.#branch(() => this.scalar(yes)),
      () => this.#branch(() => this.scalar(no)),
    );
  }

  /** What is computed first in a branch is not there after it. */
  #branch(body: () => void): void {
    const { values } = this.#scalarMemo;
    const before = new Map(values);
    body();
    for (const [e, local] of values) {
      if (before.get(e) === local) continue;
      values.delete(e);
      this.f.release(local);
    }
  }

  /** `store` of a scalar at an address. */
  storeScalar(type: ScalarType, address: Operand, value: Operand): void {
    const { f, context } = this;
    f.push(address, value);
    if (type === "f16") f.op("f64.promote_f32").call(context.helpers.doubleToHalf());
    f.store(SCALAR_STORE[type]);
  }

  /** Reads one lane of a vector as a scalar; masks give 0 or 1. */
  #extract(e: Expr, vector: Local, lane: number): void {
    const { f } = this;
    if (e.type === "bool") {
      const width = (this.#loop as VectorLoop).analysis.maskWidth(e);
      this.#extractLane(integerShape(width), lane, vector, width < 4);
      if (width === 8) f.op("i32.wrap_i64");
      f.i32(1).op("i32.and");
      return;
    }
    const small = BYTES[e.type] < 4;
    this.#extractLane(shapeOf(e.type), lane, vector, small, isUnsigned(e.type));
  }

  #extractLane(shape: string, lane: number, vector: Local, small: boolean, unsigned = false): void {
    const suffix = small ? (unsigned ? "_u" : "_s") : "";
    this.f.lane(`${shape}.extract_lane${suffix}` as LaneOp, lane, vector);
  }

  // ------------------------------------------------------------------------------- vector code

  /** An operand that computes part `part` of `e`. */
  part(e: Expr, part: number): Operand {
    return () => this.vector(e, part);
  }

  /** Leaves the lanes of `e` on the stack; a bool as a mask of its own lane width. */
  vector(e: Expr, part: number): void {
    if (e.kind === "const") return this.#constant(e.type, e.value);
    const locals = this.vectors.get(e);
    if (locals !== undefined) {
      this.f.get(locals[part % locals.length] as Local);
      return;
    }
    this.#remember(this.#vectorMemo, e, () => this.#computeVector(e, part), "v128");
  }

  /** The lanes of a bool as a mask of some lane width. */
  mask(e: Expr, part: number, width: MaskWidth): void {
    this.vector(e, part);
    const { analysis } = this.#loop as VectorLoop;
    if (analysis.varies(e)) convertMask(this.f, analysis.maskWidth(e), width);
  }

  #constant(type: ScalarType, value: number | bigint | boolean): void {
    if (!this.keepConstants) return pushVectorConstant(this.f, type, value);
    const bytes = constantBytes(type, value);
    const key = bytes.join();
    let local = this.#constants.get(key);
    if (local === undefined) {
      local = this.f.constantVector(bytes);
      this.#constants.set(key, local);
    }
    this.f.get(local);
  }

  #computeVector(e: Expr, part: number): void {
    const { analysis, lanes } = this.#loop as VectorLoop;
    const { f } = this;
    const plan = analysis.plan(e);
    switch (plan.kind) {
      case "splat":
        this.#splat(e);
        return;
      case "position":
        return this.#positions(part);
      case "ref":
        throw new RangeError(`${(e as Ref).name} has no vector`);
      case "adjacent":
        return loadAdjacent(f, lanes, e.type, this.value(plan.address), part);
      case "shuffled":
        return loadShuffled(f, lanes, e.type, this.value(plan.address), plan.stride, part);
      case "strided":
        return loadStrided(f, lanes, e.type, this.value(plan.address), this.value(plan.step), part);
      case "transposed":
        return this.#transposed(e, plan, part);
      case "pseudo":
        f.op(`${shapeOf(e.type)}.${plan.op}` as PlainOp, this.part(plan.a, part), this.part(plan.b, part));
        return;
      case "shift":
        return vectorShift(f, plan.op, e.type, this.part(plan.value, part), plan.count);
      case "choose":
        return this.#choose(e, plan, part);
      case "op":
        return this.#vectorOp(e, plan, part);
      case "bitcast":
        return this.vector(plan.arg, part);
      case "cast":
        return this.#vectorCast(e, plan.arg, part);
      case "lanes":
        return this.#eachLane(e, part, lanes);
    }
  }

  /** Computes all loads of a group with the first of them. */
  #transposed(e: Expr, { group, address, step }: VectorPlan & { kind: "transposed" }, part: number): void {
    const { lanes } = this.#loop as VectorLoop;
    const { uses, values } = this.#vectorMemo;
    const columns = loadTransposed(this.f, lanes, e.type, this.value(address), this.value(step), part);
    group.forEach((load, k) => {
      const column = columns[k]!;
      if (load === e) this.f.get(column);
      if (load !== e && (uses.get(load) ?? 0) > 0) values.set(load, column);
      else this.f.release(column);
    });
  }

  #splat(e: Expr): void {
    if (e.kind === "load" && !this.scalars.has(e) && BYTES[e.type] >= 4 && e.type !== "f16") {
      const wide = BYTES[e.type] === 8;
      this.f.load(wide ? "v128.load64_splat" : "v128.load32_splat", 0, this.value(e.index));
      return;
    }
    this.scalar(e);
    splat(this.f, e.type);
  }

  #positions(part: number): void {
    const { at, lanes } = this.#loop as VectorLoop;
    const steps = new Uint8Array(new Int32Array([0, 1, 2, 3].map((lane) => lane + part * lanes)).buffer);
    this.f.op("i32x4.splat", at).v128(steps).op("i32x4.add");
  }

  #choose(e: Expr, plan: VectorPlan & { kind: "choose" }, part: number): void {
    const { analysis } = this.#loop as VectorLoop;
    const { f } = this;
    const { condition, yes, no } = plan;
    const width = e.type === "bool" ? analysis.maskWidth(e) : (BYTES[e.type] as MaskWidth);
    const branch = (arm: Expr): Operand =>
      e.type === "bool" ? () => this.mask(arm, part, width) : this.part(arm, part);
    if (!analysis.varies(condition)) {
      f.op("select", branch(yes), branch(no), this.value(condition));
      return;
    }
    const mask: Operand = () => this.mask(condition, part, width);
    if (isZero(no)) f.op("v128.and", branch(yes), mask);
    else if (isZero(yes)) f.op("v128.andnot", branch(no), mask);
    else f.op("v128.bitselect", branch(yes), branch(no), mask);
  }

  #vectorOp(e: Expr, plan: VectorPlan & { kind: "op" }, part: number): void {
    const { analysis } = this.#loop as VectorLoop;
    const type = plan.args[0]!.type;
    const width = type === "bool" ? analysis.maskWidth(e) : 1;
    const args = plan.args.map(
      (arg): Operand => (type === "bool" ? () => this.mask(arg, part, width) : this.part(arg, part)),
    );
    vectorOp(this.f, plan.op, type, args);
  }

  #vectorCast(e: Expr, arg: Expr, part: number): void {
    const { f } = this;
    const [from, to] = [arg.type, e.type];
    if (from === "bool") {
      // A set bit pattern cut down to that of one.
      f.op(
        "v128.and",
        () => this.mask(arg, part, BYTES[to] as MaskWidth),
        () => this.#constant(to, 1),
      );
    } else if (to === "bool") {
      vectorOp(f, "ne", from, [this.part(arg, part), () => this.#constant(from, 0)]);
    } else {
      this.vector(arg, part);
      vectorCast(f, from, to);
    }
  }

  /** Scalar code for each lane. */
  #eachLane(e: Expr, part: number, lanes: number): void {
    const { f } = this;
    const { analysis, at } = this.#loop as VectorLoop;
    const width = e.type === "bool" ? analysis.maskWidth(e) : (BYTES[e.type] as MaskWidth);
    const shape = e.type === "bool" ? integerShape(width) : shapeOf(e.type);
    const position = f.local("i32");
    const vector = f.local("v128");
    f.set(vector, (g) => g.v128(new Uint8Array(16)));
    for (let lane = 0; lane < lanes; lane++) {
      f.set(position, add(at, part * lanes + lane));
      f.get(vector);
      this.lane({ index: lane, part, position }, e);
      if (e.type === "bool") {
        f.set(position).push(op("i32.sub", 0, position));
        if (width === 8) f.op("i64.extend_i32_s");
      }
      f.lane(`${shape}.replace_lane` as LaneOp, lane).set(vector);
    }
    f.get(vector);
    f.release(position, vector);
  }

  /** Leaves one lane of `e` on the stack, computed by scalar code. */
  lane(lane: Lane, e: Expr): void {
    const outer = this.#lane;
    this.#lane = lane;
    const scalars = this.#scalarMemo;
    this.#scalarMemo = newMemo();
    this.#countScalar(e);
    this.scalar(e);
    this.f.release(...this.#scalarMemo.values.values());
    this.#scalarMemo = scalars;
    this.#lane = outer;
  }
}

function isLeaf(e: Expr): boolean {
  return e.kind === "const" || e.kind === "ref";
}

/** True for the constant whose bits are all clear. */
function isZero(e: Expr): boolean {
  if (e.kind !== "const") return false;
  return e.type === "bool" ? e.value === false : Number(e.value) === 0 && !Object.is(e.value, -0);
}
