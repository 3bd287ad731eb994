/** What a legal program is. Run on every program in the tests; a violation is a defect of a lowering. */
import { InternalError } from "../errors.ts";
import type { Accumulator, Buffer, Expr, MatrixOperand, Program, Ref, Stmt } from "./node.ts";
import { printExpr } from "./print.ts";
import { scalarInstructions, type InstructionName } from "./scalarInstructions.ts";

/** @throws InternalError naming the first statement that breaks a rule */
export function verifyProgram(program: Program): void {
  new Verifier(program).run();
}

class Verifier {
  readonly #program: Program;
  readonly #buffers: ReadonlySet<Buffer>;
  /** Refs in scope; the value says whether the ref may be assigned. */
  readonly #scope = new Map<Ref, boolean>();
  readonly #defined = new Set<Ref>();
  #path: string[] = [];

  constructor(program: Program) {
    this.#program = program;
    this.#buffers = new Set(program.buffers);
  }

  run(): void {
    const { sizes, checks, buffers, body, failures } = this.#program;
    for (const { ref, value } of sizes) {
      this.#need(ref.type === "index", `size ${ref.name} is ${ref.type}`);
      if (value !== null) this.#expr(value);
      this.#define(ref, false);
    }
    for (const c of checks) {
      this.#expr(c.cond);
      this.#need(c.cond.type === "bool", `check of type ${c.cond.type}`);
      this.#need(c.failure >= 0 && c.failure < failures.length, `check without message ${c.failure}`);
    }
    const names = new Set<number>();
    for (const b of buffers) {
      this.#need(!names.has(b.id), `buffer ${b.name} declared twice`);
      names.add(b.id);
      this.#expr(b.size);
      this.#need(b.size.type === "index", `size of ${b.name} is ${b.size.type}`);
      this.#need((b.role === "constant") === (b.data !== undefined), `data of ${b.role} ${b.name}`);
    }
    this.#body(body);
  }

  #fail(message: string): never {
    const where = this.#path.length === 0 ? "" : ` in ${this.#path.join(" > ")}`;
    throw new InternalError(`illegal program ${this.#program.name}: ${message}${where}`);
  }

  #need(ok: boolean, message: string): void {
    if (!ok) this.#fail(message);
  }

  #define(ref: Ref, mutable: boolean): void {
    this.#need(!this.#defined.has(ref), `${ref.name} is defined twice`);
    this.#defined.add(ref);
    this.#scope.set(ref, mutable);
  }

  /** Statements in order; what they define is gone afterwards. */
  #body(body: readonly Stmt[], ...refs: readonly Ref[]): void {
    const outer = new Set(this.#scope.keys());
    for (const ref of refs) this.#define(ref, false);
    for (const s of body) this.#stmt(s);
    for (const ref of Array.from(this.#scope.keys())) if (!outer.has(ref)) this.#scope.delete(ref);
  }

  #typed(e: Expr, type: string, what: string): void {
    this.#expr(e);
    this.#need(e.type === type, `${what} is ${e.type}, not ${type}`);
  }

  #stmt(s: Stmt): void {
    switch (s.kind) {
      case "for":
        return this.#within(`for ${s.ref.name}`, () => {
          this.#typed(s.extent, "index", "extent");
          this.#need(s.ref.type === "index", `loop variable is ${s.ref.type}`);
          this.#body(s.body, s.ref);
        });
      case "let":
        this.#typed(s.value, s.ref.type, s.ref.name);
        return this.#define(s.ref, false);
      case "var":
        this.#typed(s.init, s.ref.type, s.ref.name);
        return this.#define(s.ref, true);
      case "assign":
        this.#typed(s.value, s.ref.type, s.ref.name);
        return this.#need(this.#scope.get(s.ref) === true, `assignment to ${s.ref.name}`);
      case "store":
        this.#typed(s.index, "index", `position in ${s.buffer.name}`);
        this.#typed(s.value, s.buffer.type, `value for ${s.buffer.name}`);
        return this.#writable(s.buffer);
      case "reduce":
        return this.#within(`reduce ${s.ref.name}`, () => this.#reduce(s));
      case "if":
        this.#typed(s.cond, "bool", "condition");
        this.#within("then", () => this.#body(s.then));
        return this.#within("else", () => this.#body(s.else));
      case "while":
        this.#typed(s.cond, "bool", "condition");
        return this.#within("while", () => this.#body(s.body));
      case "call":
        return this.#call(s);
      case "fail":
        return this.#need(s.code >= 1 && s.code <= this.#program.failures.length, `fail ${s.code}`);
      case "comment":
        return;
    }
  }

  #within(name: string, check: () => void): void {
    this.#path.push(name);
    check();
    this.#path.pop();
  }

  #reduce(s: Stmt & { kind: "reduce" }): void {
    this.#typed(s.extent, "index", "extent");
    const { lanes, block } = s.order;
    const power = lanes >= 1 && (lanes & (lanes - 1)) === 0;
    this.#need(power && block >= lanes && block % lanes === 0, `order ${lanes}/${block}`);
    // The accumulators' elements are seen from inside the loop, their results from outside.
    const outer = new Set(this.#scope.keys());
    this.#define(s.ref, false);
    for (const inner of s.body) this.#stmt(inner);
    for (const a of s.accs) this.#accumulator(a);
    for (const ref of Array.from(this.#scope.keys())) if (!outer.has(ref)) this.#scope.delete(ref);
    for (const a of s.accs) {
      this.#define(a.target, false);
      if (a.position !== undefined) this.#define(a.position, false);
    }
  }

  #accumulator(a: Accumulator): void {
    this.#typed(a.value, a.target.type, a.target.name);
    const logical = a.monoid === "and" || a.monoid === "or";
    if (logical) this.#need(a.target.type === "bool", `${a.monoid} of ${a.target.type}`);
    const searching = a.monoid === "argmax" || a.monoid === "argmin";
    this.#need(searching === (a.position !== undefined), `position of ${a.monoid}`);
    if (a.position !== undefined) this.#need(a.position.type === "index", "position type");
  }

  #call(s: Stmt & { kind: "call" }): void {
    if (s.fn === "copy") {
      for (const e of [s.toOffset, s.fromOffset, s.count]) this.#typed(e, "index", "copy");
      this.#need(s.to.type === s.from.type && s.to !== s.from, `copy ${s.from.name} to ${s.to.name}`);
      this.#known(s.from);
      return this.#writable(s.to);
    }
    for (const e of [s.m, s.n, s.k]) this.#typed(e, "index", "gemm size");
    const type = s.c.buffer.type;
    for (const m of [s.a, s.b, s.c]) this.#matrix(m, type);
    this.#typed(s.alpha, type, "alpha");
    this.#typed(s.beta, type, "beta");
    // Rows of one buffer may be operand and result, as the states of a loop are.
    const isApart = (m: MatrixOperand): boolean => m.buffer !== s.c.buffer || m.offset !== s.c.offset;
    this.#need(isApart(s.a) && isApart(s.b), "gemm writes what it reads");
    this.#writable(s.c.buffer);
  }

  #matrix(m: MatrixOperand, type: string): void {
    this.#known(m.buffer);
    this.#need(m.buffer.type === type, `gemm operand ${m.buffer.name} is ${m.buffer.type}`);
    for (const e of [m.offset, m.rowStride, m.colStride]) this.#typed(e, "index", "gemm stride");
  }

  #known(b: Buffer): void {
    this.#need(this.#buffers.has(b), `buffer ${b.name} is not declared`);
  }

  #writable(b: Buffer): void {
    this.#known(b);
    this.#need(b.role !== "constant", `constant ${b.name} is written`);
  }

  /** Iterative: expressions may be deep. */
  #expr(root: Expr): void {
    const seen = new Set<Expr>();
    const work = [root];
    for (let e = work.pop(); e !== undefined; e = work.pop()) {
      if (seen.has(e)) continue;
      seen.add(e);
      if (e.kind === "ref") this.#need(this.#scope.has(e), `${e.name} is used where it is not defined`);
      else if (e.kind === "load") {
        this.#known(e.buffer);
        this.#need(e.index.type === "index" && e.type === e.buffer.type, `load ${printExpr(e)}`);
        work.push(e.index);
      } else if (e.kind === "op") {
        const row = scalarInstructions[e.op as InstructionName];
        this.#need(row !== undefined, `unknown instruction ${e.op}`);
        this.#need(row.arity === e.args.length, `${e.op} of ${e.args.length}`);
        work.push(...e.args);
      } else if (e.kind !== "const") work.push(e.arg);
    }
  }
}
