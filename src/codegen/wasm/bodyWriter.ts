/** Statements as WebAssembly, inside one function. */
import type { Call, Expr, For, If, Reduce, Ref, Stmt, While } from "../../ir/node.ts";
import type { Evaluator } from "./evaluator.ts";
import { Expander } from "../expand.ts";
import { factsOf, Invariance, invariantParts } from "./facts.ts";
import type { FrameLayout } from "./frame.ts";
import { mul, op } from "./functionBuilder.ts";
import type { FunctionBuilder, Local, Operand } from "./functionBuilder.ts";
import { ReductionWriter, type ReductionState } from "./reduction.ts";
import { BYTES } from "../../ir/node.ts";
import { REGISTER } from "./scalarTypes.ts";
import { prepare } from "./segments.ts";
import { writeScalarSegment, type OnDefine } from "./segmentWriter.ts";
import { isNest, planJammedLoop, writeJammedLoop } from "./jammedLoop.ts";
import { planVectorLoop, writeVectorLoop } from "./vectorLoop.ts";

/** Multiplications that a product must have for several threads to be worth their while. */
const LEAST_PRODUCT = 1e6;

/** A loop that may become a function of its own. */
export type Loop = For | Reduce;

export interface BodyWriterParts {
  readonly ev: Evaluator;
  readonly frame: FrameLayout;
  /** The local that holds the address of the frame. */
  readonly pointer: Local;
  /** Called after each definition of a scalar. */
  readonly onDefine: OnDefine;
  /** Writes a loop elsewhere; false when it is to be written here. */
  readonly outline: ((writer: BodyWriter, s: Loop) => boolean) | null;
}

export class BodyWriter {
  readonly ev: Evaluator;
  readonly f: FunctionBuilder;
  readonly frame: FrameLayout;
  readonly pointer: Local;
  readonly #parts: BodyWriterParts;

  constructor(parts: BodyWriterParts) {
    this.#parts = parts;
    this.ev = parts.ev;
    this.f = parts.ev.f;
    this.frame = parts.frame;
    this.pointer = parts.pointer;
  }

  /** A new expander that leaves what has a local already. */
  expander(): Expander {
    return new Expander(this.ev.b, (e) => this.ev.scalars.has(e));
  }

  write(body: readonly Stmt[]): void {
    const items = prepare(body, this.expander(), { deep: false, slowOnly: true });
    for (const item of items) {
      if (item.kind === "segment") writeScalarSegment(this.ev, item, this.#parts.onDefine);
      else this.#control(item.stmt);
    }
  }

  #control(s: Stmt): void {
    switch (s.kind) {
      case "for":
        return this.#for(s);
      case "reduce":
        return this.#reduce(s);
      case "if":
        return this.#if(s);
      case "while":
        return this.#while(s);
      case "call":
        return this.#call(s);
      case "fail":
        this.f.return(s.code);
        return;
      default:
        throw new RangeError(`no code for ${s.kind}`);
    }
  }

  /** Evaluates a scalar into a new local. */
  local(e: Expr): Local {
    const local = this.f.local(REGISTER[e.type]);
    this.ev.evaluation([e], [], () => this.f.set(local, this.ev.value(e)));
    return local;
  }

  // --- loops -----------------------------------------------------------------------------------

  #for(s: For): void {
    if (this.#parts.outline?.(this, s) === true) return;
    const end = this.local(s.extent);
    this.f.if(op("i32.gt_s", end, 0), () => this.range(s, 0, end));
    this.f.release(end);
  }

  /** The iterations from `start` to `end`, of which there is at least one. */
  range(s: For, start: Operand, end: Local): void {
    const { ev, f } = this;
    ev.scope(() => {
      this.hoist(s.body, s.ref);
      const jammed = planJammedLoop(this, s);
      if (jammed !== null) return writeJammedLoop(this, s, jammed, start, end);
      const plan = s.mode !== "vector" || isNest(s) ? null : planVectorLoop(this, s.ref, s.body);
      if (plan !== null) return writeVectorLoop(this, s, plan, start, end);
      const at = ev.declare(s.ref);
      f.set(at, start);
      this.scalarLoop(s, at, end);
    });
  }

  /** Iterations one after the other from what `at` holds. */
  scalarLoop(s: For, at: Local, end: Local): void {
    const { ev, f } = this;
    f.loop((next) => {
      // Loops inside may be functions of their own, which read the round from the frame.
      this.#parts.onDefine(s.ref, at);
      ev.scope(() => this.write(s.body));
      f.tee(at, op("i32.add", at, 1));
      f.push(end).op("i32.lt_s").brIf(next);
    });
  }

  /** Computes what does not change in the rounds of a loop. */
  hoist(body: readonly Stmt[], ref: Ref | null): void {
    const { ev, f } = this;
    const found = invariantParts(body, new Invariance(ref, factsOf(body))).filter((e) => !ev.scalars.has(e));
    const expander = this.expander();
    const values = found.map((e) => expander.expand(e).slow);
    ev.evaluation(values, [], () => {
      found.forEach((e, i) => {
        f.push(ev.value(values[i]!));
        f.set(ev.declare(e));
      });
    });
  }

  #reduce(s: Reduce): void {
    if (this.#parts.outline?.(this, s) === true) return;
    const { ev, f } = this;
    const end = this.local(s.extent);
    const writer = new ReductionWriter(this, s);
    const states = writer.states();
    f.if(op("i32.gt_s", end, 0), () => ev.scope(() => writer.range(states, 0, end)));
    f.release(end);
    this.results(s, writer, states);
  }

  /** Gives the targets of a reduction their values. */
  results(s: Reduce, writer: ReductionWriter, states: readonly ReductionState[]): void {
    const { ev, f } = this;
    const { onDefine } = this.#parts;
    s.accs.forEach((acc, i) => {
      const state = states[i]!;
      writer.finish(state);
      f.set(ev.declare(acc.target));
      onDefine(acc.target, ev.scalars.get(acc.target)!);
      if (acc.position !== undefined) {
        f.get(state.position!).set(ev.declare(acc.position));
        onDefine(acc.position, ev.scalars.get(acc.position)!);
      }
    });
    writer.release(states);
  }

  // --- the rest --------------------------------------------------------------------------------

  #if(s: If): void {
    const { ev, f } = this;
    const cond = this.local(s.cond);
    const branch = (body: readonly Stmt[]) => (): void => ev.scope(() => this.write(body));
    if (s.then.length === 0) f.if(op("i32.eqz", cond), branch(s.else));
    else f.if(cond, branch(s.then), s.else.length === 0 ? undefined : branch(s.else));
    f.release(cond);
  }

  #while(s: While): void {
    const { ev, f } = this;
    f.block((exit) => {
      f.loop((next) => {
        ev.evaluation([s.cond], [], () => f.push(ev.value(s.cond)).op("i32.eqz"));
        f.brIf(exit);
        ev.scope(() => this.write(s.body));
        f.br(next);
      });
    });
  }

  #call(s: Call): void {
    const { ev, f } = this;
    if (s.fn === "copy") {
      ev.evaluation([s.toOffset, s.fromOffset, s.count], [], () => {
        f.copyMemory(ev.value(s.toOffset), ev.value(s.fromOffset), mul(ev.value(s.count), BYTES[s.to.type]));
      });
      return;
    }
    const type = REGISTER[s.c.buffer.type];
    if (type !== "f32" && type !== "f64") throw new RangeError(`no matrix product of ${s.c.buffer.type}`);
    const matrices = [s.a, s.b, s.c].flatMap((m) => [m.offset, m.rowStride, m.colStride]);
    const args = [s.m, s.n, s.k, ...matrices, s.alpha, s.beta];
    const { helpers } = ev.context;
    ev.evaluation(args, [], () => {
      const product = (name: string): void => {
        f.call(helpers.gemm(name, type), ...args.map((e) => ev.value(e)));
      };
      if (!helpers.threads) return product(`gemm_${type}`);
      const double = (e: Expr): Operand => op("f64.convert_i32_s", ev.value(e));
      const work = op("f64.mul", op("f64.mul", double(s.m), double(s.n)), double(s.k));
      f.if(
        op("f64.ge", work, (w) => void w.f64(LEAST_PRODUCT)),
        () => product(`parallel_gemm_${type}`),
        () => product(`gemm_${type}`),
      );
    });
  }
}
