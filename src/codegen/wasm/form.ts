/**
 * What makes two pieces of a program the same code: their text, but for the names of refs and buffers. Pieces of one form do the same with
 * what they are given.
 */
import type { Buffer, Comment, Expr, Program, Ref, Stmt } from "../../ir/node.ts";

/** Programs with the same key do the same with buffers and sizes in the same places. */
export function programKey({ buffers, sizes, body }: Program): string {
  const form = new Form();
  for (const buffer of buffers) form.buffer(buffer);
  for (const { ref } of sizes) form.define(ref);
  return form.body(body).key;
}

/** Statements as text in which refs, buffers and expressions are numbered as they are met. */
export class Form {
  key = "";
  /** Refs that were used without being defined. */
  readonly given: Ref[] = [];
  readonly #numbers = new Map<Expr | Buffer, number>();

  /** A ref that is defined here. */
  define(ref: Ref): this {
    this.#number(ref);
    this.key += `${ref.type} `;
    return this;
  }

  buffer(buffer: Buffer): this {
    const known = this.#numbers.get(buffer);
    if (known === undefined) this.#number(buffer);
    this.key += known === undefined ? `${buffer.type} ` : `#${known} `;
    return this;
  }

  body(body: readonly Stmt[]): this {
    this.key += "{";
    for (const s of body) if (s.kind !== "comment") this.#stmt(s);
    this.key += "}";
    return this;
  }

  #number(x: Expr | Buffer): void {
    this.#numbers.set(x, this.#numbers.size);
  }

  #stmt(s: Exclude<Stmt, Comment>): void {
    this.key += `\n${s.kind} `;
    switch (s.kind) {
      case "for":
        this.key += `${s.mode} `;
        this.#exprs(s.extent);
        this.define(s.ref);
        return void this.body(s.body);
      case "reduce":
        this.key += `${s.order.lanes} ${s.order.block} `;
        this.#exprs(s.extent);
        this.define(s.ref);
        this.body(s.body);
        for (const acc of s.accs) {
          this.key += `${acc.monoid} `;
          this.#exprs(acc.value);
          this.define(acc.target);
          if (acc.position !== undefined) this.define(acc.position);
        }
        return;
      case "let":
      case "var":
        this.#exprs(s.kind === "let" ? s.value : s.init);
        return void this.define(s.ref);
      case "assign":
        return this.#exprs(s.ref, s.value);
      case "store":
        this.buffer(s.buffer);
        return this.#exprs(s.index, s.value);
      case "if":
        this.#exprs(s.cond);
        this.body(s.then);
        return void this.body(s.else);
      case "while":
        this.#exprs(s.cond);
        return void this.body(s.body);
      case "call":
        if (s.fn === "copy") {
          this.key += "copy ";
          this.buffer(s.to);
          this.buffer(s.from);
          return this.#exprs(s.toOffset, s.fromOffset, s.count);
        }
        this.key += "gemm ";
        this.#exprs(s.m, s.n, s.k, s.alpha, s.beta);
        for (const m of [s.a, s.b, s.c]) {
          this.buffer(m.buffer);
          this.#exprs(m.offset, m.rowStride, m.colStride);
        }
        return;
      case "fail":
        this.key += s.code;
    }
  }

  #exprs(...list: readonly Expr[]): void {
    for (const e of list) this.#expr(e);
  }

  #expr(e: Expr): void {
    const known = this.#numbers.get(e);
    if (known !== undefined) {
      this.key += `#${known} `;
      return;
    }
    switch (e.kind) {
      case "const":
        this.key += `${e.type}:${Object.is(e.value, -0) ? "-0" : String(e.value)} `;
        return;
      case "ref":
        // Used without being defined: given from outside.
        this.given.push(e);
        this.key += `given ${e.type} `;
        break;
      case "load":
        this.key += "load ";
        this.buffer(e.buffer);
        this.#expr(e.index);
        break;
      case "op":
        this.key += `${e.op}(`;
        for (const arg of e.args) this.#expr(arg);
        this.key += ")";
        break;
      default:
        this.key += `${e.kind} ${e.type} `;
        this.#expr(e.arg);
    }
    this.#number(e);
  }
}
