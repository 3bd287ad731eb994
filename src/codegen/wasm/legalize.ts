import { children } from "../../ir/traverse.ts";
import { IrBuilder } from "../../ir/build.ts";
import { BYTES } from "../../ir/node.ts";
import type { Accumulator, Buffer, Call, Expr, Let, MatrixOperand, Program, Reduce, Ref, Stmt } from "../../ir/node.ts";
import type { InstructionName } from "../../ir/scalarInstructions.ts";
import { linearTerms, termExpr } from "./linear.ts";

/**
 * A program in the form that the renderer works on: all expressions belong to one new builder, the
 * `index` of loads and stores is a byte address in memory, arithmetic on float16 is done in
 * float32, `let`s of sizes and positions are written out where they are used, and the elements of
 * reductions are `let`s at the end of their bodies.
 */
export interface LegalProgram {
  readonly b: IrBuilder;
  readonly body: readonly Stmt[];
  /** The ref that holds the byte offset of each buffer, in the order of the program's buffers. */
  readonly bases: readonly Ref[];
  readonly sizes: readonly Ref[];
}

export function legalize(program: Program): LegalProgram {
  return new Legalizer(program).run();
}

/** Exact on float16 values held as float32, so that no rounding is needed. */
const EXACT_HALF = new Set(["neg", "abs", "min", "max", "floor", "ceil", "trunc", "nearest", "copysign", "select"]);

class Legalizer {
  readonly #program: Program;
  readonly #b: IrBuilder = new IrBuilder();
  readonly #exprs = new Map<Expr, Expr>();
  readonly #buffers = new Map<Buffer, Buffer>();
  readonly #bases = new Map<Buffer, Ref>();
  /** Nesting depth of the loop that gives a ref its values. */
  readonly #depths = new Map<Expr, number>();
  readonly #mutable = new Set<Expr>();
  #depth = 0;

  constructor(program: Program) {
    this.#program = program;
  }

  run(): LegalProgram {
    const { buffers, sizes, body } = this.#program;
    const bases = buffers.map((buffer) => this.#declare(buffer));
    const sizeRefs = sizes.map((size) => this.#define(size.ref));
    return { b: this.#b, body: this.#body(body), bases, sizes: sizeRefs };
  }

  #declare(buffer: Buffer): Ref {
    const b = this.#b;
    const legal = b.buffer(buffer.name, buffer.type, buffer.role, b.index(0));
    const base = b.ref("index", `${buffer.name}.base`);
    this.#buffers.set(buffer, legal);
    this.#bases.set(legal, base);
    this.#depths.set(base, 0);
    return base;
  }

  #define(ref: Ref): Ref {
    const legal = this.#b.ref(ref.type, ref.name);
    this.#exprs.set(ref, legal);
    this.#depths.set(legal, this.#depth);
    return legal;
  }

  #buffer(buffer: Buffer): Buffer {
    const legal = this.#buffers.get(buffer);
    if (legal === undefined) throw new RangeError(`buffer ${buffer.name} is not declared`);
    return legal;
  }

  #body(body: readonly Stmt[]): Stmt[] {
    return body.flatMap((stmt) => this.#stmt(stmt));
  }

  #inner<T>(make: () => T): T {
    this.#depth++;
    const made = make();
    this.#depth--;
    return made;
  }

  #stmt(s: Stmt): Stmt[] {
    switch (s.kind) {
      case "comment":
        return [];
      case "let": {
        const value = this.#expr(s.value);
        if (s.ref.type === "index" && this.#isPlain(value)) {
          this.#exprs.set(s.ref, value);
          return [];
        }
        return [{ kind: "let", ref: this.#define(s.ref), value }];
      }
      case "var": {
        const init = this.#expr(s.init);
        // Its depth is that of the innermost loop: it may change anywhere.
        const ref = this.#inner(() => this.#inner(() => this.#define(s.ref)));
        this.#mutable.add(ref);
        return [{ kind: "var", ref, init }];
      }
      case "assign":
        return [{ ...s, ref: this.#expr(s.ref) as Ref, value: this.#expr(s.value) }];
      case "store": {
        const buffer = this.#buffer(s.buffer);
        return [{ ...s, buffer, index: this.#address(buffer, s.index), value: this.#expr(s.value) }];
      }
      case "for": {
        const extent = this.#expr(s.extent);
        return [this.#inner(() => ({ ...s, extent, ref: this.#define(s.ref), body: this.#body(s.body) }))];
      }
      case "reduce": {
        const extent = this.#expr(s.extent);
        return [this.#reduce(s, extent)];
      }
      case "if":
        return [{ ...s, cond: this.#expr(s.cond), then: this.#body(s.then), else: this.#body(s.else) }];
      case "while":
        return [{ ...s, cond: this.#expr(s.cond), body: this.#inner(() => this.#body(s.body)) }];
      case "call":
        return [this.#call(s)];
      case "fail":
        return [s];
    }
  }

  /** The elements become `let`s at the end of the body. */
  #reduce(s: Reduce, extent: Expr): Reduce {
    const { ref, body, elements } = this.#inner(() => {
      const position = this.#define(s.ref);
      const statements = this.#body(s.body);
      const lets = s.accs.map((acc): Let => {
        const element = this.#b.ref(acc.value.type, "element");
        this.#depths.set(element, this.#depth);
        return { kind: "let", ref: element, value: this.#expr(acc.value) };
      });
      return { ref: position, body: [...statements, ...lets], elements: lets };
    });
    const accs = s.accs.map((acc, i) => this.#accumulator(acc, (elements[i] as Let).ref));
    return { ...s, extent, ref, body, accs };
  }

  #accumulator(acc: Accumulator, value: Expr): Accumulator {
    const legal = { ...acc, value, target: this.#define(acc.target) };
    if (acc.position === undefined) return legal;
    return { ...legal, position: this.#define(acc.position) };
  }

  #call(s: Call): Call {
    if (s.fn === "copy") {
      const [to, from] = [this.#buffer(s.to), this.#buffer(s.from)];
      return {
        ...s,
        to,
        from,
        toOffset: this.#address(to, s.toOffset),
        fromOffset: this.#address(from, s.fromOffset),
        count: this.#expr(s.count),
      };
    }
    const matrix = (m: MatrixOperand): MatrixOperand => {
      const buffer = this.#buffer(m.buffer);
      return {
        buffer,
        offset: this.#address(buffer, m.offset),
        rowStride: this.#expr(m.rowStride),
        colStride: this.#expr(m.colStride),
      };
    };
    const [m, n, k, alpha, beta] = [s.m, s.n, s.k, s.alpha, s.beta].map((e) => this.#expr(e)) as [
      Expr,
      Expr,
      Expr,
      Expr,
      Expr,
    ];
    return { ...s, m, n, k, alpha, beta, a: matrix(s.a), b: matrix(s.b), c: matrix(s.c) };
  }

  #expr(e: Expr): Expr {
    const known = this.#exprs.get(e);
    if (known !== undefined) return known;
    const legal = this.#copy(e);
    this.#exprs.set(e, legal);
    return legal;
  }

  #copy(e: Expr): Expr {
    const b = this.#b;
    switch (e.kind) {
      case "const":
        return b.constant(e.type, e.value);
      case "ref":
        throw new RangeError(`ref ${e.name} is used before it is defined`);
      case "load": {
        const buffer = this.#buffer(e.buffer);
        return b.load(buffer, this.#address(buffer, e.index));
      }
      case "cast":
        return b.cast(this.#expr(e.arg), e.type);
      case "bitcast":
        return b.bitcast(this.#expr(e.arg), e.type);
      case "op":
        return this.#op(
          e.op as InstructionName,
          e.args.map((arg) => this.#expr(arg)),
        );
    }
  }

  #op(name: InstructionName, args: readonly Expr[]): Expr {
    const b = this.#b;
    const type = args.at(-1)?.type;
    if (type !== "f16" || EXACT_HALF.has(name)) return b.op(name, ...args);
    const wide = b.op(name, ...args.map((arg) => b.cast(arg, "f32")));
    return wide.type === "bool" ? wide : b.cast(wide, "f16");
  }

  /**
   * The byte address of an element, its terms ordered so that what changes in inner loops is added
   * last: all that comes before can be computed outside.
   */
  #address(buffer: Buffer, index: Expr): Expr {
    const b = this.#b;
    const base = this.#bases.get(buffer) as Ref;
    const bytes = BYTES[buffer.type];
    const terms = linearTerms(this.#expr(index)).map((term) => ({
      factor: term.factor * bytes,
      parts: term.parts,
    }));
    const depth = (term: { parts: readonly Expr[] }): number =>
      Math.max(0, ...term.parts.map((part) => this.#depthOf(part)));
    const ordered = [...terms].sort((x, y) => depth(x) - depth(y));
    return ordered.reduce<Expr>((sum, term) => b.add(sum, termExpr(b, term)), base);
  }

  /** True for expressions that have the same value anywhere in the scope of their refs. */
  #isPlain(e: Expr): boolean {
    if (e.kind === "load" || this.#mutable.has(e)) return false;
    return children(e).every((child) => this.#isPlain(child));
  }

  #depthOf(e: Expr): number {
    const known = this.#depths.get(e);
    if (known !== undefined) return known;
    const depth = Math.max(0, ...children(e).map((child) => this.#depthOf(child)));
    this.#depths.set(e, depth);
    return depth;
  }
}
