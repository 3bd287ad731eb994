import type { IrBuilder } from "../../ir/build.ts";
import type { Expr, Ref } from "../../ir/node.ts";

/** A product of expressions with an integer factor. */
export interface Term {
  readonly factor: number;
  /** Sorted by id; none for the constant term. */
  readonly parts: readonly Expr[];
}

/** More terms than this are not multiplied out. */
const MAX_TERMS = 16;

/** Positions are asked about by each loop around them. */
const known = new WeakMap<Expr, readonly Term[]>();

/** An index expression as a sum of products; equal products are joined. */
export function linearTerms(e: Expr): readonly Term[] {
  let terms = known.get(e);
  if (terms === undefined) known.set(e, (terms = join(split(e))));
  return terms;
}

function split(e: Expr): readonly Term[] {
  if (e.kind === "const") return [{ factor: Number(e.value), parts: [] }];
  if (e.kind !== "op") return [{ factor: 1, parts: [e] }];
  const [a, b] = e.args as [Expr, Expr];
  switch (e.op) {
    case "add":
      return [...linearTerms(a), ...linearTerms(b)];
    case "sub":
      return [...linearTerms(a), ...linearTerms(b).map(negated)];
    case "neg":
      return linearTerms(a).map(negated);
    case "mul": {
      const left = linearTerms(a);
      const right = linearTerms(b);
      if (left.length * right.length > MAX_TERMS) return [{ factor: 1, parts: [e] }];
      return left.flatMap((x) => right.map((y) => product(x, y)));
    }
    default:
      return [{ factor: 1, parts: [e] }];
  }
}

function negated(term: Term): Term {
  return { factor: -term.factor, parts: term.parts };
}

function product(x: Term, y: Term): Term {
  const parts = [...x.parts, ...y.parts].sort((a, b) => a.id - b.id);
  return { factor: x.factor * y.factor, parts };
}

function join(list: readonly Term[]): readonly Term[] {
  if (list.length === 1 && list[0]!.factor !== 0) return list;
  const byParts = new Map<string, Term>();
  for (const term of list) {
    const key = term.parts.map((part) => part.id).join();
    const known = byParts.get(key);
    byParts.set(key, { factor: term.factor + (known?.factor ?? 0), parts: term.parts });
  }
  return [...byParts.values()].filter((term) => term.factor !== 0);
}

/** The expression of a term. */
export function termExpr(b: IrBuilder, term: Term): Expr {
  const product = term.parts.reduce<Expr | null>((sum, part) => (sum ? b.mul(sum, part) : part), null);
  if (product === null) return b.index(term.factor);
  return b.mul(product, b.index(term.factor));
}

/**
 * What one step of `ref` adds to `e`: an expression free of `ref`, or null where the step varies.
 * `dependsOn` tells whether an expression changes with `ref`.
 */
export function stepOf(b: IrBuilder, e: Expr, ref: Ref, dependsOn: (part: Expr) => boolean): Expr | null {
  let step: Expr = b.index(0);
  for (const term of linearTerms(e)) {
    const rest = term.parts.filter((part) => part !== ref);
    if (rest.some(dependsOn)) return null;
    const count = term.parts.length - rest.length;
    if (count > 1) return null;
    if (count === 1) step = b.add(step, termExpr(b, { factor: term.factor, parts: rest }));
  }
  return step;
}
