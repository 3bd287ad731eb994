/** Loops whose iterations run side by side in vector lanes. */
import type { For, Ref, Stmt } from "../../ir/node.ts";
import type { BodyWriter } from "./bodyWriter.ts";
import { add, op, sub } from "./functionBuilder.ts";
import type { Local, Operand } from "./functionBuilder.ts";
import { prepare, type Segment } from "./segments.ts";
import { writeVectorSegment } from "./segmentWriter.ts";
import type { VectorAnalysis } from "./vectorPlan.ts";
import { hasVectorShape, vectoriseBody } from "./vectorise.ts";

/** How a loop body runs in vector lanes. */
export interface VectorLoopPlan {
  readonly analysis: VectorAnalysis;
  readonly segments: readonly Segment[];
  /** Vector instructions of one iteration, roughly. */
  readonly cost: number;
  readonly mayOverrun: boolean;
  readonly guarded: boolean;
}

/** Finds how a body can run in lanes; null where it cannot or scalar code is as good. */
export function planVectorLoop(writer: BodyWriter, ref: Ref, body: readonly Stmt[]): VectorLoopPlan | null {
  if (!hasVectorShape(body)) return null;
  const items = prepare(body, writer.expander(), { deep: true, slowOnly: false });
  const segments = items.flatMap((item) => (item.kind === "segment" ? [item] : []));
  if (segments.length < items.length) return null;
  const plan = vectoriseBody(writer.ev.b, ref, items);
  return plan === null ? null : { ...plan, segments };
}

/**
 * Vectors per round: light bodies are bound by the loop's own instructions. Heavy ones are bound by their work, and dear to
 * write twice: they take one vector at a time, the last one with fewer lanes stored (0).
 */
function partsOf({ cost, guarded, mayOverrun }: VectorLoopPlan): number {
  if (guarded || cost > 16) return mayOverrun ? 0 : 1;
  return cost > 8 ? 2 : 4;
}

/** Writes the iterations from `start` to `end`, of which there is at least one. */
export function writeVectorLoop(writer: BodyWriter, s: For, plan: VectorLoopPlan, start: Operand, end: Local): void {
  const { ev, f } = writer;
  const { lanes } = plan.analysis;
  const parts = partsOf(plan);
  const at = ev.declare(s.ref);
  f.set(at, start);
  const rounds = start === 0 ? wholeRounds(s, lanes) : 0;
  if (rounds > 0) return writeKnownRounds(writer, plan, at, rounds);
  if (parts > 0) writeWholeRounds(writer, plan, at, end, parts);
  const rest = (): void => {
    if (!plan.mayOverrun) return writer.scalarLoop(s, at, end);
    const count = f.local("i32");
    f.loop((next) => {
      f.set(count, sub(end, at));
      writeVectors(writer, plan, at, 1, count);
      f.tee(at, add(at, lanes));
      f.push(end).op("i32.lt_s").brIf(next);
    });
    f.release(count);
  };
  if (parts > 0) f.if(op("i32.lt_s", at, end), rest);
  else rest();
}

/** How many vectors a loop of known extent takes, if it is a multiple of them; else 0. */
function wholeRounds({ extent }: For, lanes: number): number {
  if (extent.kind !== "const") return 0;
  const rounds = Number(extent.value) / lanes;
  return Number.isInteger(rounds) ? rounds : 0;
}

/** So many vectors and nothing else, one at a time where they are many. */
function writeKnownRounds(writer: BodyWriter, plan: VectorLoopPlan, at: Local, rounds: number): void {
  const { f } = writer;
  const { lanes } = plan.analysis;
  if (rounds === 1) return writeVectors(writer, plan, at, 1, null);
  f.loop((next) => {
    writeVectors(writer, plan, at, 1, null);
    f.tee(at, add(at, lanes));
    f.push(rounds * lanes)
      .op("i32.lt_s")
      .brIf(next);
  });
}

function writeWholeRounds(writer: BodyWriter, plan: VectorLoopPlan, at: Local, end: Local, parts: number): void {
  const { f } = writer;
  const { lanes } = plan.analysis;
  const whole = f.local("i32");
  f.set(whole, sub(end, lanes * parts - 1));
  f.if(op("i32.lt_s", at, whole), () => {
    f.loop((next) => {
      writeVectors(writer, plan, at, parts, null);
      f.tee(at, add(at, lanes * parts));
      f.push(whole).op("i32.lt_s").brIf(next);
    });
  });
  f.release(whole);
}

/** One round of a vector loop. With `count`, at most that many lanes are stored. */
export function writeVectors(
  writer: BodyWriter,
  { analysis, segments }: VectorLoopPlan,
  at: Local,
  parts: number,
  count: Local | null,
  then: () => void = () => {},
): void {
  const { ev } = writer;
  ev.within({ analysis, at, lanes: analysis.lanes, parts }, () => {
    ev.scope(() => {
      for (const segment of segments) writeVectorSegment(ev, segment, count);
      then();
    });
  });
}
