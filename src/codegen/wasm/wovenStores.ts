/**
 * Stores that lie between each other, such as real and imaginary parts, or what a step of 2 writes and what it leaves: lane by lane they
 * would be single elements far apart, woven into each other they are whole vectors.
 */
import type { IrBuilder } from "../../ir/build.ts";
import { BYTES } from "../../ir/node.ts";
import type { Expr, ScalarType, Store } from "../../ir/node.ts";
import { add, mul, op, sub } from "./functionBuilder.ts";
import type { FunctionBuilder, Local, Operand } from "./functionBuilder.ts";
import { linearTerms } from "./linear.ts";
import type { Simple } from "./segments.ts";
import { storeAdjacent } from "./vectorMemory.ts";

/** More stores than this are no cheaper woven than one by one. */
const MOST = 4;

/** Stores of one segment that fill all elements together, by their addresses. */
export type Woven = readonly Store[];

/** The group of each store that is in one. `step` tells what an iteration adds to an address. */
export function wovenStores(
  b: IrBuilder,
  stmts: readonly Simple[],
  step: (address: Expr) => Expr | null,
): ReadonlyMap<Simple, Woven> {
  const stores = stmts.filter((s) => s.kind === "store");
  const groups = new Map<Simple, Woven>();
  for (let i = 0; i < stores.length - 1; i++) {
    const count = strideOf(stores[i]!, step);
    if (count === null || count < 2 || count > MOST) continue;
    const group = inOrder(b, stores.slice(i, i + count));
    if (group === null || group.length < count || group.some((s) => strideOf(s, step) !== count)) continue;
    for (const s of group) groups.set(s, group);
    i += count - 1;
  }
  return groups;
}

/** Elements from one iteration to the next, where they are a whole number. */
function strideOf({ buffer, index }: Store, step: (address: Expr) => Expr | null): number | null {
  const bytes = step(index);
  if (bytes?.kind !== "const") return null;
  const elements = Number(bytes.value) / BYTES[buffer.type];
  return Number.isInteger(elements) ? elements : null;
}

/** Stores by their addresses, if those are of neighbours in one buffer; else null. */
function inOrder(b: IrBuilder, stores: readonly Store[]): Woven | null {
  const { buffer, index } = stores[0]!;
  const places = new Map<number, Store>();
  for (const s of stores) {
    const distance = s.buffer === buffer ? constantOf(b.sub(s.index, index)) : null;
    if (distance === null) return null;
    places.set(distance / BYTES[buffer.type], s);
  }
  const first = Math.min(...places.keys());
  const ordered = stores.map((_, k) => places.get(first + k));
  return ordered.every((s) => s !== undefined) ? ordered : null;
}

/** The number that an expression is whatever its refs are; null where it depends on them. */
function constantOf(e: Expr): number | null {
  const terms = linearTerms(e);
  if (terms.some(({ parts }) => parts.length > 0)) return null;
  return terms.reduce((sum, { factor }) => sum + factor, 0);
}

/** Whether the lanes of `count` stores are whole vectors together. */
export function isWhole(lanes: number, count: number, type: ScalarType): boolean {
  return (lanes * count * BYTES[type]) % 16 === 0;
}

/** Writes lane 0 of all vectors, then lane 1 of all, and so on, as part `part` at an address: `count` lanes of each, all where it is null. */
export function storeWoven(
  f: FunctionBuilder,
  lanes: number,
  type: ScalarType,
  address: Operand,
  part: number,
  vectors: readonly Local[],
  count: Local | null,
): void {
  const bytes = BYTES[type];
  const whole = 16 / bytes;
  const elements = lanes * vectors.length;
  const start = f.local("i32");
  f.set(start, address);
  for (let first = 0; first < elements; first += whole) {
    const woven: Operand = () => weave(f, bytes, vectors, first);
    if (count === null) {
      f.store("v128.store", (part * elements + first) * bytes, start, woven);
      continue;
    }
    const left = f.local("i32");
    f.set(left, sub(mul(count, vectors.length), first));
    f.if(op("i32.gt_s", left, 0), () => {
      storeAdjacent(f, whole, type, add(start, first * bytes), 0, woven, left);
    });
    f.release(left);
  }
  f.release(start);
}

/** Leaves the vector that begins with element `first` on the stack: one after the other, the sources put their elements into it. */
function weave(f: FunctionBuilder, bytes: number, vectors: readonly Local[], first: number): void {
  const elements = Array.from({ length: 16 / bytes }, (_, i) => first + i);
  const sourceOf = (e: number): number => e % vectors.length;
  const [start, ...others] = [...new Set(elements.map(sourceOf))];
  f.get(vectors[start!]!);
  others.forEach((source, round) => {
    const pick = elements.flatMap((e, place) => {
      const lane = Math.floor(e / vectors.length);
      // Those of the start are still where they were in the first round; afterwards each is in its place.
      const from = sourceOf(e) === source ? 16 / bytes + lane : round === 0 ? lane : place;
      return Array.from({ length: bytes }, (_, i) => from * bytes + i);
    });
    f.shuffle(pick, vectors[source]!);
  });
}
