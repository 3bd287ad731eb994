/**
 * What is chosen among many, written one after the other. The many are taken in parts, which threads share: what is chosen is counted in each
 * part, which tells where the part writes, and then written. No branch depends on a single choice, which a processor cannot guess.
 */
import type { IrBuilder } from "../../ir/build.ts";
import type { BlockArgs, Layout } from "../../ir/lowered.ts";
import type { Buffer, Expr, Ref, Stmt } from "../../ir/node.ts";

export interface Choice {
  /** How many there are to choose from. */
  readonly size: Expr;
  isChosen(at: Expr): Expr;
  /** Writes what belongs to the one at `at` as the `to`-th of those that are chosen. */
  put(at: Expr, to: Expr): readonly Stmt[];
  /** Is writing so cheap that it need not be known before whether one is chosen? The next is written over those that are not. */
  readonly isCheap: boolean;
}

/** At most so many parts, each of so many at least. */
const [PARTS, LEAST] = [32, 8192];
/** Taken at a time. */
const BLOCK = 64;
/** Where no more than one of so many is chosen, blocks of which none is are passed over. */
const SPARSE = 128;

/** The statements that write what is chosen, and how many they are to `count`. */
export function compact(b: IrBuilder, { host, count }: Pick<BlockArgs, "host" | "count">, choice: Choice): Stmt[] {
  const starts = b.buffer("starts", "i32", "temp", b.index(PARTS + 1));
  host.adopt(starts);
  const { size } = choice;
  const [length, parts, found] = [b.natural("length"), b.natural("parts"), b.natural("found")];
  const [p, part] = [b.natural("p"), b.natural("part")];
  const ceil = (x: Expr, by: Expr | number): Expr => b.idiv(b.add(x, b.sub(by, b.index(1))), by);
  const total = b.ref("index", "total");
  const before = b.natural("before");
  return [
    { kind: "let", ref: length, value: b.max(b.mul(ceil(size, b.index(PARTS * BLOCK)), BLOCK), LEAST) },
    { kind: "let", ref: parts, value: ceil(size, length) },
    {
      kind: "for",
      ref: p,
      extent: parts,
      mode: "parallel",
      body: counted(b, choice, starts, p, length),
    },
    // From how many each part has to where it starts.
    { kind: "var", ref: total, init: b.index(0) },
    {
      kind: "for",
      ref: part,
      extent: parts,
      mode: "serial",
      body: [
        { kind: "let", ref: before, value: total },
        { kind: "assign", ref: total, value: b.add(total, b.cast(b.load(starts, part), "index")) },
        { kind: "store", buffer: starts, index: part, value: b.cast(before, "i32") },
      ],
    },
    { kind: "store", buffer: starts, index: parts, value: b.cast(total, "i32") },
    ...(count === undefined
      ? []
      : [{ kind: "store", buffer: count, index: b.index(0), value: b.cast(total, "i32") } as const]),
    { kind: "let", ref: found, value: total },
    { kind: "if", cond: b.gt(found, 0), then: [written(b, host, choice, starts, parts, length)], else: [] },
  ];
}

/** Counts part `p`. */
function counted(b: IrBuilder, { size, isChosen }: Choice, starts: Buffer, p: Ref, length: Expr): Stmt[] {
  const [first, k] = [b.natural("first"), b.natural("k")];
  const sum = b.ref("i32", "sum");
  return [
    { kind: "let", ref: first, value: b.mul(p, length) },
    {
      kind: "reduce",
      ref: k,
      extent: b.min(length, b.sub(size, first)),
      body: [],
      accs: [{ target: sum, monoid: "sum", value: b.cast(isChosen(b.add(first, k)), "i32") }],
      order: { lanes: 16, block: 1024 },
    },
    { kind: "store", buffer: starts, index: p, value: sum },
  ];
}

/** Writes what is chosen, part by part. No part writes outside of its place, whatever is read the second time. */
function written(
  b: IrBuilder,
  host: BlockArgs["host"],
  choice: Choice,
  starts: Buffer,
  parts: Expr,
  length: Expr,
): Stmt {
  const [part, first, stop] = [b.natural("part"), b.natural("first"), b.natural("stop")];
  const [from, end] = [b.natural("from"), b.natural("end")];
  const [at, to] = [b.ref("index", "at"), b.ref("index", "to")];
  const all = b.natural("i");
  const place = (k: Expr): Expr => b.cast(b.load(starts, k), "index");
  const bounds = { stop, end, at, to };
  const isSparse = b.le(b.mul(b.sub(end, from), SPARSE), b.sub(stop, first));
  const some: Stmt[] = choice.isCheap
    ? [{ kind: "if", cond: isSparse, then: passingOver(b, choice, bounds), else: atOnce(b, choice, bounds) }]
    : byPositions(b, host, choice, bounds);
  return {
    kind: "for",
    ref: part,
    extent: parts,
    mode: "parallel",
    body: [
      { kind: "let", ref: first, value: b.mul(part, length) },
      { kind: "let", ref: stop, value: b.min(b.add(first, length), choice.size) },
      { kind: "let", ref: from, value: place(part) },
      { kind: "let", ref: end, value: place(b.add(part, 1)) },
      {
        kind: "if",
        cond: b.eq(b.sub(end, from), b.sub(stop, first)),
        then: [
          {
            kind: "for",
            ref: all,
            extent: b.sub(stop, first),
            mode: choice.isCheap ? "vector" : "serial",
            body: choice.put(b.add(first, all), b.add(from, all)),
          },
        ],
        else: [{ kind: "var", ref: at, init: first }, { kind: "var", ref: to, init: from }, ...some],
      },
    ],
  };
}

/** A part: what is left of it starts at `at` and goes to `to`. */
interface Bounds {
  readonly stop: Expr;
  readonly end: Expr;
  readonly at: Ref;
  readonly to: Ref;
}

/** Blocks are looked at closely where one in them is chosen. */
function passingOver(b: IrBuilder, { isChosen, put }: Choice, { stop, end, at, to }: Bounds): Stmt[] {
  const [j, k, size] = [b.natural("j"), b.natural("k"), b.natural("size")];
  const any = b.ref("bool", "any");
  const i = b.add(at, j);
  const look: Stmt = {
    kind: "if",
    cond: b.and(isChosen(i), b.lt(to, end)),
    then: [...put(i, to), { kind: "assign", ref: to, value: b.add(to, 1) }],
    else: [],
  };
  return [
    {
      kind: "while",
      cond: b.and(b.lt(at, stop), b.lt(to, end)),
      body: [
        { kind: "let", ref: size, value: b.min(b.index(BLOCK), b.sub(stop, at)) },
        {
          kind: "reduce",
          ref: k,
          extent: size,
          body: [],
          accs: [{ target: any, monoid: "or", value: isChosen(b.add(at, k)) }],
          order: { lanes: 16, block: BLOCK },
        },
        {
          kind: "if",
          cond: any,
          then: [{ kind: "for", ref: j, extent: size, mode: "serial", body: [look] }],
          else: [],
        },
        { kind: "assign", ref: at, value: b.add(at, BLOCK) },
      ],
    },
  ];
}

/** Everything is written where the next that is chosen belongs; the last few one by one, so that nothing is written behind them. */
function atOnce(b: IrBuilder, { isChosen, put }: Choice, { stop, end, at, to }: Bounds): Stmt[] {
  const j = b.natural("j");
  const step = (i: Expr): Stmt[] => [
    ...put(i, to),
    { kind: "assign", ref: to, value: b.add(to, b.cast(isChosen(i), "index")) },
  ];
  return [
    {
      kind: "while",
      cond: b.and(b.le(b.add(at, BLOCK), stop), b.le(b.add(to, BLOCK), end)),
      body: [
        { kind: "for", ref: j, extent: b.index(BLOCK), mode: "serial", body: step(b.add(at, j)) },
        { kind: "assign", ref: at, value: b.add(at, BLOCK) },
      ],
    },
    {
      kind: "while",
      cond: b.and(b.lt(at, stop), b.lt(to, end)),
      body: [...step(at), { kind: "assign", ref: at, value: b.add(at, 1) }],
    },
  ];
}

/** The positions of the next few that are chosen, without a branch, and then what belongs to them. */
function byPositions(
  b: IrBuilder,
  host: BlockArgs["host"],
  { isChosen, put }: Choice,
  { stop, end, at, to }: Bounds,
): Stmt[] {
  const chosen = b.workerBuffer("chosen", "u32", b.index(BLOCK));
  host.adopt(chosen);
  const [j, k, here, few, many] = [
    b.natural("j"),
    b.natural("k"),
    b.natural("here"),
    b.natural("few"),
    b.ref("index", "many"),
  ];
  const i = b.add(at, j);
  return [
    {
      kind: "while",
      cond: b.and(b.lt(at, stop), b.lt(to, end)),
      body: [
        { kind: "var", ref: many, init: b.index(0) },
        {
          kind: "for",
          ref: j,
          extent: b.min(b.index(BLOCK), b.sub(stop, at)),
          mode: "serial",
          body: [
            { kind: "store", buffer: chosen, index: many, value: b.cast(i, "u32") },
            { kind: "assign", ref: many, value: b.add(many, b.cast(isChosen(i), "index")) },
          ],
        },
        { kind: "let", ref: few, value: b.min(many, b.sub(end, to)) },
        {
          kind: "for",
          ref: k,
          extent: few,
          mode: "serial",
          body: [{ kind: "let", ref: here, value: b.cast(b.load(chosen, k), "index") }, ...put(here, b.add(to, k))],
        },
        { kind: "assign", ref: to, value: b.add(to, few) },
        { kind: "assign", ref: at, value: b.add(at, BLOCK) },
      ],
    },
  ];
}

// --- positions in several axes -------------------------------------------------------------------

/** The index of the `at`-th element in C order. */
export function unravel(b: IrBuilder, sizes: readonly Expr[], at: Expr): Expr[] {
  const index: Expr[] = [];
  let rest = at;
  for (let axis = sizes.length - 1; axis > 0; axis--) {
    index.unshift(b.imod(rest, sizes[axis]!));
    rest = b.idiv(rest, sizes[axis]!);
  }
  return [rest, ...index];
}

/** The first axes of a layout as one with a fixed step; null where they cannot be seen to be. */
export function flattened(b: IrBuilder, { offset, strides }: Layout, sizes: readonly Expr[]): Layout | null {
  const last = sizes.length - 1;
  for (let axis = 0; axis < last; axis++) {
    const [outer, inner, n] = [strides[axis]!, strides[axis + 1]!, sizes[axis + 1]!];
    if (outer !== b.mul(inner, n) && outer !== b.mul(n, inner)) return null;
  }
  return { offset, strides: [strides[last]!, ...strides.slice(sizes.length)] };
}
