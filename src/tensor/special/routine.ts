/** Computations of one number by statements: locals, conditions, loops that run until a series has converged. All in double precision. */
import type { IrBuilder } from "../../ir/build.ts";
import { Kit } from "../../ir/decompose/kit.ts";
import type { Expr, Ref, Stmt } from "../../ir/node.ts";

/** Writes statements in the order of its calls. */
export class Routine {
  readonly b: IrBuilder;
  readonly k: Kit;
  #body: Stmt[] = [];

  constructor(b: IrBuilder) {
    this.b = b;
    this.k = new Kit(b, "f64");
  }

  /** What was written. */
  get statements(): readonly Stmt[] {
    return this.#body;
  }

  /** A value with a name, computed here and once. */
  let(name: string, value: Expr): Ref {
    const ref = this.b.ref(value.type, name);
    this.#body.push({ kind: "let", ref, value });
    return ref;
  }

  /** A local that changes. */
  var(name: string, value: Expr | number): Ref {
    const init = typeof value === "number" ? this.k.c(value) : value;
    const ref = this.b.ref(init.type, name);
    this.#body.push({ kind: "var", ref, init });
    return ref;
  }

  set(ref: Ref, value: Expr | number): void {
    this.#body.push({ kind: "assign", ref, value: typeof value === "number" ? this.k.c(value) : value });
  }

  if(cond: Expr, then: () => void, otherwise: () => void = () => undefined): void {
    this.#body.push({ kind: "if", cond, then: this.#nested(then), else: this.#nested(otherwise) });
  }

  /** Runs while `cond` holds, and `most` times at most. */
  while(cond: Expr, most: number, body: () => void): void {
    const left = this.var("left", most);
    const step = (): void => {
      body();
      this.set(left, this.k.minus(left, 1));
    };
    this.#body.push({ kind: "while", cond: this.k.and(cond, this.k.gt(left, 0)), body: this.#nested(step) });
  }

  fn(
    name:
      | "exp"
      | "log"
      | "log1p"
      | "expm1"
      | "lgamma"
      | "digamma"
      | "sin"
      | "cos"
      | "sinh"
      | "cosh"
      | "erf"
      | "erfc"
      | "floor",
    x: Expr,
  ): Expr {
    return this.b.op(name, x);
  }

  pow(x: Expr | number, y: Expr): Expr {
    return this.b.op("pow", typeof x === "number" ? this.k.c(x) : x, y);
  }

  #nested(write: () => void): Stmt[] {
    const outer = this.#body;
    this.#body = [];
    write();
    const inner = this.#body;
    this.#body = outer;
    return inner;
  }
}
