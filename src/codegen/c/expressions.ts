/** Expressions as C: one named temporary per distinct expression, so that what is shared is written once. */
import { BYTES } from "../../ir/node.ts";
import type { Buffer, Expr, Ref, ScalarType } from "../../ir/node.ts";
import { CompileError } from "../../errors.ts";
import { within } from "../../ir/traverse.ts";
import { mayEvaluateBoth } from "../expressions.ts";
import type { Prelude } from "./prelude.ts";
import { arithmetic, isFloat, literal, VALUE } from "./types.ts";

const INFIX: Readonly<Record<string, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  and: "&",
  or: "|",
  xor: "^",
};
const BUILTIN: Readonly<Record<string, string>> = {
  sqrt: "sqrt",
  floor: "floor",
  ceil: "ceil",
  trunc: "trunc",
  nearest: "rint",
  abs: "fabs",
  copysign: "copysign",
  fma: "fma",
};

/** Where lines of C are written. */
export interface Lines {
  line(text: string): void;
  /** Writes `body` one level deeper, between braces. */
  braces(head: string, body: () => void): void;
}

export class ExpressionWriter {
  readonly #lines: Lines;
  readonly #prelude: Prelude;
  /** Names of refs and pointers to buffers, visible until their block ends. */
  readonly #names = new Map<Expr | Buffer, string>();
  /** How names are declared: `const long long n_3`. */
  readonly #declarations = new Map<string, string>();
  /** Inside a function of its own: what was known before it began, and which of that it used. */
  #captured: { readonly outside: ReadonlySet<string>; readonly used: Map<Expr | Buffer, string> } | null = null;
  /** Temporaries of the present statement. */
  #temporaries = new Map<Expr, string>();
  #count = 0;

  constructor(lines: Lines, prelude: Prelude) {
    this.#lines = lines;
    this.#prelude = prelude;
  }

  /** Forgets temporaries: what comes next may read what was written in between. */
  next(): void {
    this.#temporaries = new Map();
  }

  /** Names declared in `body` end with it. */
  scope(body: () => void): void {
    const names = new Map(this.#names);
    this.next();
    body();
    this.#names.clear();
    for (const [e, name] of names) this.#names.set(e, name);
    this.next();
  }

  /** Whether this is the body of a function of its own. */
  get isInFunction(): boolean {
    return this.#captured !== null;
  }

  /** The names from outside that `body`, the inside of a function of its own, uses. */
  capture(body: () => void): ReadonlyMap<Expr | Buffer, string> {
    const used = new Map<Expr | Buffer, string>();
    this.#captured = { outside: new Set(this.#names.values()), used };
    this.scope(body);
    this.#captured = null;
    return used;
  }

  /** The name of a ref or the pointer to a buffer; undefined where it has none. */
  nameOf(what: Expr | Buffer): string | undefined {
    const name = this.#names.get(what);
    if (name !== undefined && this.#captured?.outside.has(name) === true) this.#captured.used.set(what, name);
    return name;
  }

  /** Gives a name, with the text that declares it. */
  setName(what: Expr | Buffer, name: string, declaration: string): void {
    this.#names.set(what, name);
    this.#declarations.set(name, declaration);
  }

  declarationOf(name: string): string {
    return this.#declarations.get(name)!;
  }

  /** Whether all that an expression needs is known here. */
  isKnown(e: Expr): boolean {
    return [...within(e)].every((x) => (x.kind === "ref" ? this.#names.has(x) : x.kind !== "load"));
  }

  fresh(stem: string): string {
    const letters = stem.replace(/[^A-Za-z0-9]+/g, "_").replace(/^(\d)/, "_$1");
    return `${letters}_${this.#count++}`;
  }

  /** A new name for a ref. */
  declare(ref: Ref): string {
    const name = this.fresh(ref.name);
    this.setName(ref, name, `const ${VALUE[ref.type]} ${name}`);
    return name;
  }

  /** A name or literal for the value of `e`; lines that compute it are written first. */
  value(e: Expr): string {
    if (e.kind === "const") return literal(e.type, e.value);
    const known = this.nameOf(e) ?? this.#temporaries.get(e);
    if (known !== undefined) return known;
    if (e.kind === "ref") throw new CompileError(`C: ${e.name} has no name.`);
    if (e.kind === "op" && e.op === "select") {
      const [condition, yes, no] = e.args as [Expr, Expr, Expr];
      if (!mayEvaluateBoth(condition, yes, no)) return this.#branches(e, condition, yes, no);
    }
    const text = this.#text(e);
    const name = `t${this.#count++}`;
    this.#lines.line(`const ${VALUE[e.type]} ${name} = ${text};`);
    this.#temporaries.set(e, name);
    return name;
  }

  #branches(e: Expr, condition: Expr, yes: Expr, no: Expr): string {
    const test = this.value(condition);
    const name = `t${this.#count++}`;
    this.#lines.line(`${VALUE[e.type]} ${name};`);
    for (const [head, arm] of [
      [`if (${test})`, yes],
      ["else", no],
    ] as const) {
      this.#lines.braces(head, () => {
        const outer = this.#temporaries;
        this.#temporaries = new Map(outer);
        this.#lines.line(`${name} = ${this.value(arm)};`);
        this.#temporaries = outer;
      });
    }
    this.#temporaries.set(e, name);
    return name;
  }

  #text(e: Exclude<Expr, { kind: "const" | "ref" }>): string {
    switch (e.kind) {
      case "load": {
        const element = `${this.nameOf(e.buffer)!}[${this.value(e.index)}]`;
        if (e.type === "f16") return `${this.#prelude.halfToFloat()}(${element})`;
        return e.type === "bool" ? `${element} != 0` : element;
      }
      case "cast":
        return this.cast(this.value(e.arg), e.arg.type, e.type);
      case "bitcast":
        return this.#bitcast(this.value(e.arg), e.arg.type, e.type);
      case "op":
        return this.#op(e.op, e.args, e.type);
    }
  }

  cast(x: string, from: ScalarType, to: ScalarType): string {
    const p = this.#prelude;
    if (to === "bool") return `${x} != 0`;
    if (isFloat(from) && !isFloat(to)) return `${p.saturate(arithmetic(from) as "f32", to)}(${x})`;
    if (to === "f16") return `${p.halfToFloat()}(${p.doubleToHalf()}((double)${x}))`;
    // Integers of 64 bits are rounded to double first, as everywhere.
    if (to === "f32" && !isFloat(from)) return `(float)(double)${x}`;
    return `(${VALUE[to]})${x}`;
  }

  #bitcast(x: string, from: ScalarType, to: ScalarType): string {
    const p = this.#prelude;
    if (from === "f16") return to === "f16" ? x : `(${VALUE[to]})${p.doubleToHalf()}((double)${x})`;
    if (to === "f16") return `${p.halfToFloat()}((unsigned short)${x})`;
    if (to === "bool") return `${x} != 0`;
    if (isFloat(from) !== isFloat(to)) return `${p.bits(from, to)}(${x})`;
    return `(${VALUE[to]})${x}`;
  }

  #op(name: string, args: readonly Expr[], type: ScalarType): string {
    const values = args.map((a) => this.value(a));
    const [a, b, c] = values as [string, string, string];
    const operand = args.at(-1)!.type;
    if (name === "select") return `${a} ? ${b} : ${c}`;
    if (name in INFIX) {
      const text = `${a} ${INFIX[name]} ${b}`;
      return type === "bool" || isFloat(type) || BYTES[type] >= 4 ? text : `(${VALUE[type]})(${text})`;
    }
    if (name === "neg") return isFloat(type) ? `-${a}` : `(${VALUE[type]})(0 - ${a})`;
    if (name === "not") return operand === "bool" ? `!${a}` : `(${VALUE[type]})~${a}`;
    return isFloat(operand) ? this.#floatOp(name, values, operand) : this.#integerOp(name, a, b, operand, args[1]);
  }

  #floatOp(name: string, values: readonly string[], type: ScalarType): string {
    const t = arithmetic(type) as "f32" | "f64";
    if (name === "min" || name === "max") return `${this.#prelude.extremum(name, t)}(${values.join(", ")})`;
    if (name === "mod") return `${this.#prelude.floatModulo(t)}(${values.join(", ")})`;
    const builtin = BUILTIN[name];
    if (builtin === undefined) throw new CompileError(`The C target has no ${name} of ${type}.`);
    return `__builtin_${builtin}${t === "f32" ? "f" : ""}(${values.join(", ")})`;
  }

  /** Shifts by a constant within the width are instructions; others have to ask. */
  #shift(name: "shl" | "shr", a: string, b: string, count: Expr | undefined, type: ScalarType): string {
    const n = count?.kind === "const" ? Number(count.value) : -1;
    if (n < 0 || n >= BYTES[type] * 8) return `${this.#prelude.shift(name, type)}(${a}, ${b})`;
    return `(${VALUE[type]})(${a} ${name === "shl" ? "<<" : ">>"} ${n})`;
  }

  #integerOp(name: string, a: string, b: string, type: ScalarType, count?: Expr): string {
    const p = this.#prelude;
    switch (name) {
      case "min":
        return `${a} < ${b} ? ${a} : ${b}`;
      case "max":
        return `${a} > ${b} ? ${a} : ${b}`;
      case "abs":
        return `${a} < 0 ? (${VALUE[type]})(0 - ${a}) : ${a}`;
      case "idiv":
        return `${p.floorDivide(type)}(${a}, ${b})`;
      case "imod":
        return `${p.floorModulo(type)}(${a}, ${b})`;
      case "shl":
      case "shr":
        return this.#shift(name, a, b, count, type);
      default:
        throw new CompileError(`The C target has no ${name} of ${type}.`);
    }
  }
}
