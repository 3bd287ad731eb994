/**
 * Two loops of which the outer one reads along the memory and the inner one writes along it: as many rounds of the outer one as a vector
 * has elements run together, so that the inner one finds whole vectors to transpose.
 */
import { BYTES } from "../../ir/node.ts";
import type { Expr, For, Let, Ref, Stmt, Store } from "../../ir/node.ts";
import { allExprs, costOf, within, withinAll } from "../../ir/traverse.ts";
import { substitution } from "../../ir/substitution.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { BodyWriter } from "./bodyWriter.ts";
import { add, op, sub } from "./functionBuilder.ts";
import type { Local, Operand } from "./functionBuilder.ts";
import { stepOf } from "./linear.ts";
import { planVectorLoop, type VectorLoopPlan, writeVectorLoop } from "./vectorLoop.ts";

/** Dearer bodies gain little by faster loads, and are large enough once: instructions of one round of the outer loop, and of all. */
const MOST_COST = { round: 12, all: 128 };

/** Whether a loop holds nothing but another vector loop, whose lanes lie side by side. */
export function isNest(s: For): boolean {
  const [inner, ...others] = s.body;
  return others.length === 0 && inner?.kind === "for" && inner.mode === "vector";
}

export interface JammedLoop {
  /** Rounds of the outer loop in one. */
  readonly rounds: number;
  readonly inner: For;
  readonly plan: VectorLoopPlan;
}

/** How two nested loops run so; null where nothing is read along the outer one, or where it would gain nothing. */
export function planJammedLoop(writer: BodyWriter, s: For): JammedLoop | null {
  const { b } = writer.ev;
  const inner = s.body[0];
  if (s.mode !== "vector" || !isNest(s) || inner?.kind !== "for") return null;
  if (within(inner.extent).has(s.ref) || inner.body.some((x) => x.kind !== "let" && x.kind !== "store")) return null;
  // Dear functions are not worth trying.
  if (costOf(inner.body.map((x) => (x as Let | Store).value)) > 4 * MOST_COST.round) return null;
  const sizes = crossedSizes(b, s.ref, inner);
  if (sizes.length === 0) return null;
  const rounds = 16 / Math.min(...sizes);
  const body = Array.from({ length: rounds }, (_, k) => roundOf(b, s.ref, k, inner.body)).flat();
  const jammed: For = { ...inner, body };
  const plan = planVectorLoop(writer, inner.ref, body);
  const isLight = plan !== null && !plan.guarded && plan.cost <= Math.min(MOST_COST.round * rounds, MOST_COST.all);
  return isLight ? { rounds, inner: jammed, plan } : null;
}

/** Sizes of the elements that are read one after the other along `outer`, and far apart along the inner loop. */
function crossedSizes(b: IrBuilder, outer: Ref, inner: For): number[] {
  const lets = inner.body.flatMap((x) => (x.kind === "let" ? [x.ref] : []));
  const step = (index: Expr, ref: Ref): Expr | null =>
    stepOf(b, index, ref, (part) => [ref, ...lets].some((r) => within(part).has(r)));
  return [...withinAll(allExprs(inner.body))].flatMap((e) => {
    if (e.kind !== "load" || e.type === "bool" || e.type === "f16") return [];
    const [along, across] = [step(e.index, outer), step(e.index, inner.ref)];
    const bytes = BYTES[e.type];
    const isCrossed = along?.kind === "const" && Number(along.value) === bytes && across !== null;
    return isCrossed && !(across.kind === "const" && Math.abs(Number(across.value)) <= 2 * bytes) ? [bytes] : [];
  });
}

/** The statements of round `ref + k`. */
function roundOf(b: IrBuilder, ref: Ref, k: number, body: readonly Stmt[]): Stmt[] {
  const table = new Map<Expr, Expr>([[ref, b.add(ref, b.index(k))]]);
  return body.map((x) => {
    // What was named before is another thing in each round.
    const replace = substitution(b, table);
    if (x.kind === "store") return { ...x, index: replace(x.index), value: replace(x.value) };
    if (x.kind !== "let") return x;
    const own = b.ref(x.ref.type, x.ref.name);
    const value = replace(x.value);
    table.set(x.ref, own);
    return { kind: "let", ref: own, value };
  });
}

/** Writes the rounds of the outer loop from `start` to `end`, of which there is at least one. */
export function writeJammedLoop(writer: BodyWriter, s: For, jammed: JammedLoop, start: Operand, end: Local): void {
  const { ev, f } = writer;
  const { rounds, inner, plan } = jammed;
  const at = ev.declare(s.ref);
  const [whole, innerEnd] = [f.local("i32"), writer.local(inner.extent)];
  f.set(at, start).set(whole, sub(end, rounds - 1));
  f.if(op("i32.and", op("i32.lt_s", at, whole), op("i32.gt_s", innerEnd, 0)), () => {
    f.loop((next) => {
      ev.scope(() => {
        writer.hoist(inner.body, inner.ref);
        writeVectorLoop(writer, inner, plan, 0, innerEnd);
      });
      f.tee(at, add(at, rounds));
      f.push(whole).op("i32.lt_s").brIf(next);
    });
  });
  f.release(whole, innerEnd);
  f.if(op("i32.lt_s", at, end), () => writer.scalarLoop(s, at, end));
}
