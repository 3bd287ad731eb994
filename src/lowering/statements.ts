/** Statements with their expressions replaced, and what running them changes. */
import type { Buffer, Expr, MatrixOperand, Ref, Stmt } from "../ir/node.ts";
import { walk } from "../ir/traverse.ts";

/** The statement with `f` applied to every expression in it. */
export function mapStmt(s: Stmt, f: (e: Expr) => Expr): Stmt {
  const body = (list: readonly Stmt[]): readonly Stmt[] => list.map((x) => mapStmt(x, f));
  const matrix = (m: MatrixOperand): MatrixOperand => ({
    buffer: m.buffer,
    offset: f(m.offset),
    rowStride: f(m.rowStride),
    colStride: f(m.colStride),
  });
  switch (s.kind) {
    case "for":
      return { ...s, extent: f(s.extent), body: body(s.body) };
    case "let":
    case "assign":
      return { ...s, value: f(s.value) };
    case "var":
      return { ...s, init: f(s.init) };
    case "store":
      return { ...s, index: f(s.index), value: f(s.value) };
    case "reduce":
      return {
        ...s,
        extent: f(s.extent),
        body: body(s.body),
        accs: s.accs.map((a) => ({ ...a, value: f(a.value) })),
      };
    case "if":
      return { ...s, cond: f(s.cond), then: body(s.then), else: body(s.else) };
    case "while":
      return { ...s, cond: f(s.cond), body: body(s.body) };
    case "call":
      if (s.fn === "copy") {
        return { ...s, toOffset: f(s.toOffset), fromOffset: f(s.fromOffset), count: f(s.count) };
      }
      return {
        ...s,
        m: f(s.m),
        n: f(s.n),
        k: f(s.k),
        alpha: f(s.alpha),
        beta: f(s.beta),
        a: matrix(s.a),
        b: matrix(s.b),
        c: matrix(s.c),
      };
    default:
      return s;
  }
}

/** What running a statement changes: scalars defined or assigned in it, buffers written. */
export interface Effects {
  readonly refs: Set<Ref>;
  readonly buffers: Set<Buffer>;
}

export function effectsOf(root: Stmt): Effects {
  const refs = new Set<Ref>();
  const buffers = new Set<Buffer>();
  walk([root], (s) => {
    switch (s.kind) {
      case "for":
      case "let":
      case "var":
      case "assign":
        refs.add(s.ref);
        break;
      case "reduce":
        refs.add(s.ref);
        for (const a of s.accs) {
          refs.add(a.target);
          if (a.position !== undefined) refs.add(a.position);
        }
        break;
      case "store":
        buffers.add(s.buffer);
        break;
      case "call":
        buffers.add(s.fn === "copy" ? s.to : s.c.buffer);
        break;
      default:
    }
  });
  return { refs, buffers };
}
