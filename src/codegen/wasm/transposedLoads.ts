/**
 * Loads that lie side by side and move together, far from one iteration to the next: those of one iteration are one vector, and the vectors
 * of as many iterations as there are lanes are transposed in registers.
 */
import { BYTES } from "../../ir/node.ts";
import type { Expr, Load, ScalarType } from "../../ir/node.ts";
import { add, mul } from "./functionBuilder.ts";
import type { FunctionBuilder, Local, Operand } from "./functionBuilder.ts";
import { linearTerms } from "./linear.ts";

/** Loads of all elements of a vector, by their addresses. */
export type LoadGroup = readonly Load[];

/** The groups among loads with the same step each; `step` tells what an iteration adds to an address. */
export function loadGroups(loads: Iterable<Load>, step: (address: Expr) => Expr | null): LoadGroup[] {
  const neighbours = new Map<string, Map<number, Load>>();
  for (const load of loads) {
    const terms = linearTerms(load.index);
    const names = terms.flatMap(({ factor, parts }) =>
      parts.length === 0 ? [] : [`${factor}:${parts.map((part) => part.id).join(".")}`],
    );
    const key = `${load.type} ${step(load.index)?.id} ${names.sort().join()}`;
    const offset = terms.find(({ parts }) => parts.length === 0)?.factor ?? 0;
    const list = neighbours.get(key) ?? new Map<number, Load>();
    neighbours.set(key, list.set(offset, load));
  }
  return [...neighbours.values()].flatMap(wholeVectors);
}

function wholeVectors(loads: ReadonlyMap<number, Load>): LoadGroup[] {
  const groups: LoadGroup[] = [];
  const offsets = [...loads.keys()].sort((a, b) => a - b);
  while (offsets.length > 0) {
    const first = offsets[0]!;
    const bytes = BYTES[loads.get(first)!.type];
    const group = Array.from({ length: 16 / bytes }, (_, k) => loads.get(first + k * bytes));
    const isWhole = group.every((load) => load !== undefined);
    if (isWhole) groups.push(group);
    offsets.splice(0, isWhole ? group.length : 1);
  }
  return groups;
}

/** A vector for each load of a group whose first address is given: that load in `lanes` iterations. The locals are the caller's. */
export function loadTransposed(
  f: FunctionBuilder,
  lanes: number,
  type: ScalarType,
  start: Operand,
  stride: Operand,
  part: number,
): Local[] {
  const bytes = BYTES[type];
  const width = 16 / bytes;
  const { address, step } = f.named("i32", "address", "step");
  f.set(step, stride);
  f.set(address, add(start, mul(step, part * lanes)));
  let rows = f.locals("v128", lanes);
  rows.forEach((row, lane) => {
    if (lane > 0) f.set(address, add(address, step));
    f.set(row, (g) => g.load("v128.load", 0, address));
  });
  f.release(address, step);
  // Each round puts the elements of two vectors in turn; after the last one all vectors do so.
  for (let apart = lanes / 2, round = 1; round < lanes; round *= 2) {
    rows = Array.from({ length: apart }, (_, i) => zip(f, bytes, rows[i]!, rows[i + apart]!)).flat();
  }
  if (lanes === width) return rows;
  // Fewer lanes than a vector has room for: several loads lie in each, one after the other.
  const columns = Array.from({ length: width }, (_, k) => {
    const column = f.local("v128");
    const from = (k * lanes) % width;
    const row = rows[Math.floor((k * lanes) / width)]!;
    f.set(column, (g) =>
      g.shuffle(
        Array.from({ length: 16 }, (_, i) => (from * bytes + i) % 16),
        row,
        row,
      ),
    );
    return column;
  });
  f.release(...rows);
  return columns;
}

/** The elements of two vectors in turn, as two vectors in their place. */
function zip(f: FunctionBuilder, bytes: number, a: Local, b: Local): [Local, Local] {
  const half = (first: number): number[] =>
    Array.from({ length: 16 / bytes }, (_, i) => (i % 2) * (16 / bytes) + first + (i >> 1)).flatMap((element) =>
      Array.from({ length: bytes }, (_, i) => element * bytes + i),
    );
  const low = f.local("v128");
  f.set(low, (g) => g.shuffle(half(0), a, b));
  f.set(b, (g) => g.shuffle(half(8 / bytes), a, b));
  f.release(a);
  return [low, b];
}
