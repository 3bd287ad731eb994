/** Copies of stretches of memory. */
import type { IrBuilder } from "./build.ts";
import type { Buffer, Expr, Stmt } from "./node.ts";

/** A place in a buffer, in slots. */
export interface Place {
  readonly buffer: Buffer;
  readonly offset: Expr;
}

/** Slots that are copied at a time, so that threads can share the work. */
const STRETCH = 16_384;
/** From here on a call of the copying function pays. */
const CALL = 128;

/** Copies `count` slots between buffers that do not overlap, on several threads where there are many. */
export function copyRange(b: IrBuilder, to: Place, from: Place, count: Expr): Stmt[] {
  const copy = (offset: Expr, length: Expr): Stmt => ({
    kind: "call",
    fn: "copy",
    to: to.buffer,
    toOffset: b.add(to.offset, offset),
    from: from.buffer,
    fromOffset: b.add(from.offset, offset),
    count: length,
  });
  if (count.kind === "const" && Number(count.value) <= STRETCH) return [copy(b.index(0), count)];
  const stretch = b.natural("stretch");
  const start = b.mul(stretch, STRETCH);
  return [
    {
      kind: "for",
      ref: stretch,
      extent: b.idiv(b.add(count, STRETCH - 1), STRETCH),
      mode: "parallel",
      body: [copy(start, b.min(b.index(STRETCH), b.sub(count, start)))],
    },
  ];
}

/** The same inside of a parallel loop: one call, or a loop where there are few. */
export function copyRow(b: IrBuilder, to: Place, from: Place, count: Expr): Stmt[] {
  const i = b.natural("i");
  const value = b.load(from.buffer, b.add(from.offset, i));
  const loop: Stmt = {
    kind: "for",
    ref: i,
    extent: count,
    mode: "vector",
    body: [{ kind: "store", buffer: to.buffer, index: b.add(to.offset, i), value }],
  };
  const call: Stmt = {
    kind: "call",
    fn: "copy",
    to: to.buffer,
    toOffset: to.offset,
    from: from.buffer,
    fromOffset: from.offset,
    count,
  };
  const isLong = b.ge(count, CALL);
  if (isLong.kind === "const") return [isLong.value === true ? call : loop];
  return [{ kind: "if", cond: isLong, then: [call], else: [loop] }];
}
