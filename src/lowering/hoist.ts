/**
 * Names for shared work. Sizes computed from sizes become sizes of the program; what does not change in a loop is computed before it; an
 * expression used several times in a row of statements is computed once.
 */
import type { IrBuilder } from "../ir/build.ts";
import type { Expr, Ref, Size, Stmt } from "../ir/node.ts";
import { allExprs, children, ownExprs, within, withinAll } from "../ir/traverse.ts";
import { substitution } from "../ir/substitution.ts";
import { effectsOf, mapStmt, type Effects } from "./statements.ts";

/** Sizes of a program: given ones, then those computed from them. */
export class ProgramSizes {
  readonly list: Size[];
  readonly #b: IrBuilder;
  readonly #refs = new Set<Expr>();
  readonly #derived = new Map<Expr, Ref>();
  readonly #isSize = new Map<Expr, boolean>();

  constructor(b: IrBuilder, given: readonly Ref[]) {
    this.#b = b;
    this.list = given.map((ref) => ({ ref, value: null }));
    for (const ref of given) this.#refs.add(ref);
  }

  /** Is `e` computed from sizes and constants alone? */
  isSize(e: Expr): boolean {
    if (e.kind === "const") return true;
    if (e.kind === "ref") return this.#refs.has(e);
    if (e.kind === "load") return false;
    let known = this.#isSize.get(e);
    if (known === undefined) {
      known = children(e).every((a) => this.isSize(a));
      this.#isSize.set(e, known);
    }
    return known;
  }

  /** `e`, an index expression of sizes, as a size of the program. */
  derive(e: Expr): Expr {
    if (e.kind === "const" || e.kind === "ref") return e;
    let ref = this.#derived.get(e);
    if (ref === undefined) {
      ref = this.#b.ref("index", `n${this.#derived.size}`);
      this.#derived.set(e, ref);
      this.#refs.add(ref);
      this.list.push({ ref, value: e });
    }
    return ref;
  }

  /** The statements with the largest size expressions replaced by derived sizes. */
  deriveAll(body: readonly Stmt[]): Stmt[] {
    const table = new Map<Expr, Expr>();
    const seen = new Set<Expr>();
    const find = (e: Expr): void => {
      if (e.kind === "const" || e.kind === "ref" || seen.has(e)) return;
      seen.add(e);
      if (e.type === "index" && this.isSize(e)) table.set(e, this.derive(e));
      else children(e).forEach(find);
    };
    for (const e of allExprs(body)) find(e);
    if (table.size === 0) return [...body];
    const replace = substitution(this.#b, table);
    return body.map((s) => mapStmt(s, replace));
  }
}

/** Statements with loop-invariant and repeated work named. */
export function hoist(b: IrBuilder, body: readonly Stmt[]): Stmt[] {
  return new Hoister(b).body(body);
}

class Hoister {
  readonly #b: IrBuilder;

  constructor(b: IrBuilder) {
    this.#b = b;
  }

  body(body: readonly Stmt[]): Stmt[] {
    const out: Stmt[] = [];
    // Invariants of the loops of this body that read no storage: the next loop may have the same.
    const known = new Map<Expr, Ref>();
    let segment: Stmt[] = [];
    const close = (): void => {
      out.push(...this.#shareWork(segment));
      segment = [];
    };
    for (const s of body) {
      switch (s.kind) {
        case "let":
          segment.push(s);
          break;
        case "store":
          // Its value is read before it writes: it may be the last of a row of statements.
          segment.push(s);
          close();
          break;
        case "for":
        case "reduce":
        case "while":
          close();
          out.push(...this.#loop(s, known));
          break;
        case "if":
          close();
          out.push({ ...s, then: this.body(s.then), else: this.body(s.else) });
          break;
        default:
          close();
          out.push(s);
      }
    }
    close();
    return out;
  }

  // --- loops -----------------------------------------------------------------------------------

  #loop(s: Stmt & { kind: "for" | "reduce" | "while" }, known: Map<Expr, Ref>): Stmt[] {
    const effects = effectsOf(s);
    const invariant = new Map<Expr, boolean>();
    const found = new Map<Expr, Ref>();
    const seen = new Set<Expr>();
    const visit = (e: Expr): void => {
      if (e.kind === "const" || e.kind === "ref" || seen.has(e)) return;
      seen.add(e);
      if (this.#isInvariant(e, effects, invariant)) {
        found.set(e, known.get(e) ?? this.#b.ref(e.type, "c"));
        return;
      }
      children(e).forEach(visit);
    };
    if (s.kind === "while") visit(s.cond);
    if (s.kind === "reduce") for (const a of s.accs) visit(a.value);
    for (const x of s.body) this.#visitStmt(x, visit);
    const lets: Stmt[] = [];
    for (const [value, ref] of found) {
      if (known.get(value) === ref) continue;
      lets.push({ kind: "let", ref, value });
      if (!readsStorage(value)) known.set(value, ref);
    }
    const inner = found.size === 0 ? s : (mapInside(s, substitution(this.#b, found)) as typeof s);
    return [...lets, this.#inside(inner)];
  }

  #inside(s: Stmt & { kind: "for" | "reduce" | "while" }): Stmt {
    if (s.kind !== "reduce") return { ...s, body: this.body(s.body) };
    // The accumulators' elements are part of the iteration: work shared with them is named in the body.
    const marks = s.accs.map((a): Stmt => ({ kind: "let", ref: this.#b.ref(a.value.type, "x"), value: a.value }));
    const body = this.body([...s.body, ...marks]);
    const values = new Map<Ref, Expr>();
    const rest: Stmt[] = [];
    const own = new Set<Expr>(marks.map((m) => (m as Stmt & { kind: "let" }).ref));
    // An element that another one is computed from stays a scalar of the body.
    const shared = withinAll(body.flatMap(ownExprs));
    for (const x of body) {
      if (x.kind === "let" && own.has(x.ref)) {
        values.set(x.ref, shared.has(x.ref) ? x.ref : x.value);
        if (!shared.has(x.ref)) continue;
      }
      rest.push(x);
    }
    const accs = s.accs.map((a, i) => ({ ...a, value: values.get((marks[i] as Stmt & { kind: "let" }).ref)! }));
    return { ...s, body: rest, accs };
  }

  /** Expressions that every iteration evaluates; those under a condition stay where they are. */
  #visitStmt(s: Stmt, visit: (e: Expr) => void): void {
    for (const e of ownExprs(s)) visit(e);
    if (s.kind === "reduce") for (const a of s.accs) visit(a.value);
    if (s.kind === "for" || s.kind === "reduce") for (const x of s.body) this.#visitStmt(x, visit);
  }

  #isInvariant(e: Expr, effects: Effects, memo: Map<Expr, boolean>): boolean {
    if (e.kind === "const") return true;
    if (e.kind === "ref") return !effects.refs.has(e);
    let known = memo.get(e);
    if (known === undefined) {
      const isWritten = e.kind === "load" && effects.buffers.has(e.buffer);
      known = !isWritten && children(e).every((a) => this.#isInvariant(a, effects, memo));
      memo.set(e, known);
    }
    return known;
  }

  // --- straight lines --------------------------------------------------------------------------

  /** Names what several expressions of a row of statements share. */
  #shareWork(segment: readonly Stmt[]): Stmt[] {
    const uses = new Map<Expr, number>();
    const count = (e: Expr): void => {
      if (e.kind === "const" || e.kind === "ref") return;
      const n = (uses.get(e) ?? 0) + 1;
      uses.set(e, n);
      if (n > 1) return;
      children(e).forEach(count);
    };
    for (const s of segment) for (const e of ownExprs(s)) count(e);
    if (![...uses].some(([e, n]) => n > 1 && isWorthNaming(e))) return [...segment];
    const out: Stmt[] = [];
    const named = new Map<Expr, Expr>();
    const memo = new Map<Expr, Expr>();
    const name = (e: Expr, isRoot: boolean): Expr => {
      if (e.kind === "const" || e.kind === "ref") return e;
      const known = named.get(e) ?? memo.get(e);
      if (known !== undefined) return known;
      const inner = this.#rebuild(e, (x) => name(x, false));
      if (isRoot || uses.get(e)! < 2 || !isWorthNaming(e)) {
        memo.set(e, inner);
        return inner;
      }
      const ref = this.#b.ref(e.type, "t");
      out.push({ kind: "let", ref, value: inner });
      named.set(e, ref);
      return ref;
    };
    for (const s of segment) {
      if (s.kind === "let") {
        out.push({ ...s, value: name(s.value, true) });
        // Later uses of the same expression are this scalar.
        if (s.value.kind !== "ref" && s.value.kind !== "const") named.set(s.value, s.ref);
      } else out.push(mapStmt(s, (e) => name(e, false)));
    }
    return out;
  }

  #rebuild(e: Expr, f: (e: Expr) => Expr): Expr {
    const b = this.#b;
    switch (e.kind) {
      case "op":
        return b.op(e.op as never, ...e.args.map(f));
      case "load":
        return b.load(e.buffer, f(e.index));
      case "cast":
        return b.cast(f(e.arg), e.type);
      case "bitcast":
        return b.bitcast(f(e.arg), e.type);
      default:
        return e;
    }
  }
}

/** Positions stay as they are: targets read the step of a loop from them. */
function isWorthNaming(e: Expr): boolean {
  return e.type !== "index";
}

function readsStorage(e: Expr): boolean {
  return [...within(e)].some((part) => part.kind === "load");
}

function mapInside(s: Stmt & { kind: "for" | "reduce" | "while" }, f: (e: Expr) => Expr): Stmt {
  const mapped = mapStmt(s, f);
  // The number of iterations is evaluated outside the loop already.
  if (mapped.kind === "while" || s.kind === "while") return mapped;
  return { ...mapped, extent: s.extent } as Stmt;
}
