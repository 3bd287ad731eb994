/**
 * Loops of a program that do the same with other buffers and sizes, as the layers of a network do: equal up to the names of what they
 * define and of what they are given. One function serves them all.
 */
import type { Buffer, Expr, For, Ref, Stmt } from "../../ir/node.ts";
import { factsOf } from "./facts.ts";

/** Loops of one form. */
export interface Repeated {
  readonly first: For;
  /** Whether each thing that the form is given differs between the loops. */
  readonly differs: boolean[];
}

/** A loop of such a form, and what it gives, in the order of the form. */
export interface Repetition {
  readonly form: Repeated;
  readonly given: readonly Ref[];
}

/** The loops among `body` whose form occurs more than once. */
export function repeatedLoops(body: readonly Stmt[]): Map<Stmt, Repetition> {
  const loops = body.filter((s): s is For => s.kind === "for");
  const found = new Map<Stmt, Repetition>();
  if (loops.length < 2) return found;
  const byKey = new Map<string, Repetition>();
  for (const s of loops) {
    const { defined, assigned } = factsOf([s]);
    if ([...assigned].some((ref) => !defined.has(ref))) continue;
    const { key, given } = new LoopForm(s);
    const before = byKey.get(key);
    if (before === undefined) {
      byKey.set(key, { form: { first: s, differs: given.map(() => false) }, given });
      continue;
    }
    const { form, given: others } = before;
    for (const [i, ref] of given.entries()) if (ref !== others[i]) form.differs[i] = true;
    found.set(form.first, before).set(s, { form, given });
  }
  return found;
}

/** A loop as text in which refs, buffers and expressions are numbered as they are met. */
class LoopForm {
  key = "";
  readonly given: Ref[] = [];
  readonly #numbers = new Map<Expr | Buffer, number>();

  constructor(s: For) {
    this.#stmt(s);
  }

  #number(x: Expr | Buffer): void {
    this.#numbers.set(x, this.#numbers.size);
  }

  #define(ref: Ref): void {
    this.#number(ref);
    this.key += `${ref.type} `;
  }

  #body(body: readonly Stmt[]): void {
    this.key += "{";
    for (const s of body) this.#stmt(s);
    this.key += "}";
  }

  #stmt(s: Stmt): void {
    this.key += `\n${s.kind} `;
    switch (s.kind) {
      case "for":
        this.key += `${s.mode} `;
        this.#exprs(s.extent);
        this.#define(s.ref);
        return this.#body(s.body);
      case "reduce":
        this.key += `${s.order.lanes} ${s.order.block} `;
        this.#exprs(s.extent);
        this.#define(s.ref);
        this.#body(s.body);
        for (const acc of s.accs) {
          this.key += `${acc.monoid} `;
          this.#exprs(acc.value);
          this.#define(acc.target);
          if (acc.position !== undefined) this.#define(acc.position);
        }
        return;
      case "let":
      case "var":
        this.#exprs(s.kind === "let" ? s.value : s.init);
        return this.#define(s.ref);
      case "assign":
        return this.#exprs(s.ref, s.value);
      case "store":
        this.#buffer(s.buffer);
        return this.#exprs(s.index, s.value);
      case "if":
        this.#exprs(s.cond);
        this.#body(s.then);
        return this.#body(s.else);
      case "while":
        this.#exprs(s.cond);
        return this.#body(s.body);
      case "call":
        if (s.fn === "copy") {
          this.key += "copy ";
          this.#buffer(s.to);
          this.#buffer(s.from);
          return this.#exprs(s.toOffset, s.fromOffset, s.count);
        }
        this.key += "gemm ";
        this.#exprs(s.m, s.n, s.k, s.alpha, s.beta);
        for (const m of [s.a, s.b, s.c]) {
          this.#buffer(m.buffer);
          this.#exprs(m.offset, m.rowStride, m.colStride);
        }
        return;
      case "fail":
        this.key += s.code;
        return;
      case "comment":
    }
  }

  #buffer(buffer: Buffer): void {
    const known = this.#numbers.get(buffer);
    if (known === undefined) this.#number(buffer);
    this.key += known === undefined ? `${buffer.type} ` : `#${known} `;
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
        this.#buffer(e.buffer);
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
