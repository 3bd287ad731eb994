/**
 * Index arithmetic in normal form: a sum of products of atoms with integer coefficients. Two sizes or offsets that are equal as
 * polynomials become the same expression object, and the step of an offset along a loop can be read off.
 */
import type { IrBuilder } from "../ir/build.ts";
import type { Expr, Ref } from "../ir/node.ts";

/** `coefficient * atoms[0] * atoms[1] ...`; atoms are in order of id. */
export interface Term {
  readonly coefficient: number;
  readonly atoms: readonly Expr[];
}

/** Terms by the ids of their atoms. */
export type Polynomial = ReadonlyMap<string, Term>;

const ZERO: Polynomial = new Map();

export class IndexAlgebra {
  readonly b: IrBuilder;
  readonly #polynomials = new Map<Expr, Polynomial>();
  readonly #masks = new Map<Expr, number>();
  readonly #bits = new Map<Ref, number>();

  constructor(b: IrBuilder) {
    this.b = b;
  }

  /** Declares a loop variable, so that `mask` sees it. At most 30. */
  declareLoop(ref: Ref): void {
    this.#bits.set(ref, 1 << this.#bits.size);
  }

  /** Lets the values of `refs` (scalars computed in a loop) depend on the loops in `mask`. */
  declareScalar(ref: Ref, mask: number): void {
    this.#masks.set(ref, mask);
  }

  bit(ref: Ref): number {
    return this.#bits.get(ref) ?? 0;
  }

  /** Which loop variables `e` depends on, one bit each. */
  mask(e: Expr): number {
    if (e.kind === "ref") return this.#bits.get(e) ?? this.#masks.get(e) ?? 0;
    if (e.kind === "const") return 0;
    const known = this.#masks.get(e);
    if (known !== undefined) return known;
    let mask = 0;
    if (e.kind === "op") for (const a of e.args) mask |= this.mask(a);
    else mask = this.mask(e.kind === "load" ? e.index : e.arg);
    this.#masks.set(e, mask);
    return mask;
  }

  /** The normal form of an index expression, as the expression that stands for all equal ones. */
  normal(e: Expr): Expr {
    return e.kind === "const" || e.kind === "ref" ? e : this.expression(this.polynomial(e));
  }

  polynomial(e: Expr): Polynomial {
    let p = this.#polynomials.get(e);
    if (p === undefined) this.#polynomials.set(e, (p = this.#expand(e)));
    return p;
  }

  #expand(e: Expr): Polynomial {
    if (e.kind === "const") return constantPolynomial(Number(e.value));
    if (e.kind === "op" && e.type === "index") {
      const [x, y] = e.args as readonly [Expr, Expr];
      if (e.op === "add") return sum(this.polynomial(x), this.polynomial(y), 1);
      if (e.op === "sub") return sum(this.polynomial(x), this.polynomial(y), -1);
      if (e.op === "neg") return sum(ZERO, this.polynomial(x), -1);
      if (e.op === "mul") return product(this.polynomial(x), this.polynomial(y));
      const args = e.args.map((a) => (a.type === "index" ? this.normal(a) : a));
      const same = args.every((a, i) => a === e.args[i]);
      if (!same) return this.polynomial(this.b.op(e.op as never, ...args));
    }
    return new Map([[String(e.id), { coefficient: 1, atoms: [e] }]]);
  }

  /** A sum in canonical order, outer loop variables first, so that prefixes can be computed once outside. */
  expression(p: Polynomial): Expr {
    const { b } = this;
    const terms = [...p.values()];
    if (terms.length > 1) terms.sort((s, t) => this.#termOrder(s) - this.#termOrder(t) || compareAtoms(s, t));
    let total: Expr | null = null;
    let constant = 0;
    for (const { coefficient, atoms } of terms) {
      if (atoms.length === 0) {
        constant += coefficient;
        continue;
      }
      let value = atoms.reduce((x, y) => b.mul(x, y));
      if (coefficient === -1 && total !== null) {
        total = b.sub(total, value);
        continue;
      }
      if (coefficient !== 1) value = b.mul(value, coefficient);
      total = total === null ? value : b.add(total, value);
    }
    if (total === null) return b.index(constant);
    return constant === 0 ? total : b.add(total, constant);
  }

  #termOrder(t: Term): number {
    let mask = 0;
    for (const a of t.atoms) mask |= this.mask(a);
    return mask;
  }

  /** The factor of `ref` in `p`; null when `p` is not linear in it. */
  coefficient(p: Polynomial, ref: Ref): Polynomial | null {
    const bit = this.bit(ref);
    const result = new Map<string, Term>();
    for (const { coefficient, atoms } of p.values()) {
      if (!atoms.some((a) => (this.mask(a) & bit) !== 0)) continue;
      const rest = atoms.filter((a) => a !== ref);
      if (rest.length !== atoms.length - 1) return null;
      if (rest.some((a) => (this.mask(a) & bit) !== 0)) return null;
      addTerm(result, { coefficient, atoms: rest });
    }
    return result;
  }

  multiply(...factors: readonly Expr[]): Expr {
    const rest = factors.filter((f) => f.kind !== "const" || f.value !== 1);
    if (rest.length === 0) return this.b.index(1);
    if (rest.length === 1) return this.normal(rest[0]!);
    return this.expression(rest.map((f) => this.polynomial(f)).reduce(product));
  }

  equal(p: Polynomial, q: Polynomial): boolean {
    if (p.size !== q.size) return false;
    for (const [key, term] of p) if (q.get(key)?.coefficient !== term.coefficient) return false;
    return true;
  }

  /**
   * The value of an integer scalar expression as an index: conversions between integer types are looked through, since
   * sizes fit every one of them.
   */
  asIndex(e: Expr): Expr {
    const { b } = this;
    if (e.type === "index") return e;
    switch (e.kind) {
      case "const":
        return b.index(Number(e.value));
      case "cast":
        if (isInteger(e.arg)) return this.asIndex(e.arg);
        break;
      case "op":
        if (TRANSPARENT.has(e.op)) {
          return this.normal(
            b.op(e.op as never, ...e.args.map((a) => (isInteger(a) ? this.asIndex(a) : this.#condition(a)))),
          );
        }
        break;
      default:
    }
    return b.cast(e, "index");
  }

  #condition(e: Expr): Expr {
    if (e.kind !== "op" || !e.args.every(isInteger)) return e;
    return this.b.op(e.op as never, ...e.args.map((a) => this.asIndex(a)));
  }
}

const TRANSPARENT: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "idiv",
  "imod",
  "min",
  "max",
  "neg",
  "abs",
  "select",
]);

function isInteger(e: Expr): boolean {
  return e.type === "index" || e.type[0] === "i" || e.type[0] === "u";
}

export function constantPolynomial(value: number): Polynomial {
  return value === 0 ? ZERO : new Map([["", { coefficient: value, atoms: [] }]]);
}

function addTerm(into: Map<string, Term>, { coefficient, atoms }: Term): void {
  const key = atoms.length === 1 ? String(atoms[0]!.id) : atoms.map((a) => a.id).join(",");
  const total = (into.get(key)?.coefficient ?? 0) + coefficient;
  if (total === 0) into.delete(key);
  else into.set(key, { coefficient: total, atoms });
}

function sum(p: Polynomial, q: Polynomial, sign: 1 | -1): Polynomial {
  if (q.size === 0) return p;
  const result = new Map(p);
  for (const { coefficient, atoms } of q.values()) addTerm(result, { coefficient: sign * coefficient, atoms });
  return result;
}

export function product(p: Polynomial, q: Polynomial): Polynomial {
  const result = new Map<string, Term>();
  for (const s of p.values()) {
    for (const t of q.values()) {
      const atoms =
        s.atoms.length === 0
          ? t.atoms
          : t.atoms.length === 0
            ? s.atoms
            : [...s.atoms, ...t.atoms].sort((x, y) => x.id - y.id);
      addTerm(result, { coefficient: s.coefficient * t.coefficient, atoms });
    }
  }
  return result;
}

function compareAtoms(s: Term, t: Term): number {
  for (let i = 0; i < Math.min(s.atoms.length, t.atoms.length); i++) {
    const d = s.atoms[i]!.id - t.atoms[i]!.id;
    if (d !== 0) return d;
  }
  return s.atoms.length - t.atoms.length;
}
