/** Sorting many lines, several at a time: each in a lane of a network. */
import { isDiscrete, type DType } from "../dtype.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { BlockHost } from "../ir/lowered.ts";
import { BYTES, type Buffer, type Expr, type LoopMode, type Ref, type ScalarType, type Stmt } from "../ir/node.ts";
import { isFloatType, isUnsigned, isWide } from "../ir/scalarInstructions.ts";
import { scalarTypeOf } from "../scalar/scalarTypes.ts";
import { loadElement, storeElement, type Operand } from "./loops.ts";
import { restoreNaNs, restoreZeros } from "./sortedFloats.ts";
import { PLACES, SortNetwork } from "./sortNetwork.ts";

/** Lines in a group: two vectors of 128 bits, one of 256 or 512. */
export const LANES = 8;

/** Fewer lines are sorted one by one. */
export const LEAST_LINES = 3;

/** Elements that are looked at together for zeros. */
const STRETCH = 1024;

export interface GroupSortOptions {
  readonly dtype: DType;
  /** Elements of a line. */
  readonly n: Expr;
  readonly lines: Expr;
  readonly x: Operand;
  readonly values: Operand;
  /** The index of the element at a position of a line. */
  readonly place: (line: Expr, p: Expr) => Expr[];
  readonly host: BlockHost;
}

/** Up to how many elements of a line this is faster than counting digits; a power of two. */
export function mostInGroups(dtype: DType): number {
  // float16 is converted one by one.
  return dtype === "float16" ? 256 : 16_384;
}

/** What the network compares: the elements themselves, if they compare in vectors; infinity for NaN. */
class Keys {
  readonly type: ScalarType;
  /** No key is larger. */
  readonly largest: Expr;
  readonly #b: IrBuilder;
  readonly #element: ScalarType;

  constructor(b: IrBuilder, dtype: DType) {
    this.#b = b;
    this.#element = scalarTypeOf(dtype);
    // As many lanes as there are lines must make whole vectors.
    this.type = BYTES[this.#element] === 1 ? "i16" : dtype === "float16" ? "f32" : this.#element;
    const bits = BigInt(8 * BYTES[this.type] - (isUnsigned(this.type) ? 0 : 1));
    const most = 2n ** bits - 1n;
    this.largest = isFloatType(this.type)
      ? b.constant(this.type, Infinity)
      : b.constant(this.type, isWide(this.type) ? most : Number(most));
  }

  of(x: Expr): Expr {
    const b = this.#b;
    const key = b.cast(x, this.type);
    return isFloatType(this.type) ? b.select(b.ne(key, key), this.largest, key) : key;
  }

  element(key: Expr): Expr {
    return this.#b.cast(key, this.#element);
  }
}

/** The statements that sort all lines of a plane. */
export class GroupSort {
  readonly #b: IrBuilder;
  readonly #o: GroupSortOptions;
  readonly #keys: Keys;
  readonly #buffer: Buffer;
  /** The first line of the group, and how many there are. */
  readonly #first: Ref;
  readonly #count: Ref;

  constructor(b: IrBuilder, options: GroupSortOptions) {
    this.#b = b;
    this.#o = options;
    this.#keys = new Keys(b, options.dtype);
    this.#buffer = b.workerBuffer("keys", this.#keys.type, b.mul(this.#room(), LANES));
    options.host.adopt(this.#buffer);
    [this.#first, this.#count] = [b.natural("first"), b.natural("count")];
  }

  statements(mode: "serial" | "parallel"): Stmt[] {
    const b = this.#b;
    const { n, lines, dtype } = this.#o;
    const group = b.natural("group");
    const [first, count] = [this.#first, this.#count];
    const body: Stmt[] = [
      { kind: "let", ref: first, value: b.mul(group, LANES) },
      { kind: "let", ref: count, value: b.min(b.sub(lines, first), LANES) },
      ...this.#pack(),
      ...new SortNetwork(b, { buffer: this.#buffer, lanes: LANES }).sort(n),
      this.#unpack(),
      ...(isDiscrete(dtype) ? [] : this.#restore()),
    ];
    return [{ kind: "for", ref: group, extent: b.idiv(b.add(lines, LANES - 1), LANES), mode, body }];
  }

  /** As many places as the network may touch: the next power of two. */
  #room(): Expr {
    const b = this.#b;
    const { n, dtype } = this.#o;
    if (n.kind === "const") return b.index(Math.max(PLACES, 2 ** Math.ceil(Math.log2(Number(n.value)))));
    return b.add(b.mul(b.min(n, mostInGroups(dtype) / 2), 2), PLACES);
  }

  #loop(extent: Expr, body: (i: Expr) => readonly Stmt[], mode: LoopMode = "serial"): Stmt {
    const ref = this.#b.natural("i");
    return { kind: "for", ref, extent, mode, body: body(ref) };
  }

  /** For the lanes at a place: `body` where there is a line, `other` where there is none. */
  #lanes(body: (lane: Expr) => readonly Stmt[], other: ((lane: Expr) => readonly Stmt[]) | null): Stmt {
    const b = this.#b;
    const all = b.index(LANES);
    const rest = b.sub(all, this.#count);
    return {
      kind: "if",
      cond: b.eq(this.#count, all),
      then: [this.#loop(all, body, "vector")],
      else: [
        this.#loop(this.#count, body),
        ...(other === null ? [] : [this.#loop(rest, (lane) => other(b.add(this.#count, lane)))]),
      ],
    };
  }

  #slot(p: Expr, lane: Expr): Expr {
    return this.#b.add(this.#b.mul(p, LANES), lane);
  }

  #write(slot: Expr, value: Expr): Stmt {
    return { kind: "store", buffer: this.#buffer, index: slot, value };
  }

  /** Keys of all lines, those at one position side by side; the largest key where there are no elements. */
  #pack(): Stmt[] {
    const b = this.#b;
    const { n, dtype, x, place } = this.#o;
    const { largest } = this.#keys;
    const size = b.ref("index", "size");
    const key = (p: Expr, lane: Expr): Expr =>
      this.#keys.of(loadElement(b, dtype, x, place(b.add(this.#first, lane), p)) as Expr);
    const elements = this.#loop(n, (p) => [
      this.#lanes(
        (lane) => [this.#write(this.#slot(p, lane), key(p, lane))],
        (lane) => [this.#write(this.#slot(p, lane), largest)],
      ),
    ]);
    const end = b.mul(n, LANES);
    const rest = (total: Expr): Stmt =>
      this.#loop(b.sub(b.mul(total, LANES), end), (i) => [this.#write(b.add(end, i), largest)], "vector");
    if (n.kind === "const") return [elements, rest(this.#room())];
    return [
      elements,
      { kind: "var", ref: size, init: b.index(PLACES) },
      { kind: "while", cond: b.lt(size, n), body: [{ kind: "assign", ref: size, value: b.mul(size, 2) }] },
      rest(size),
    ];
  }

  #unpack(): Stmt {
    const b = this.#b;
    const { n, values, place } = this.#o;
    return this.#loop(n, (p) => [
      this.#lanes((lane) => {
        const element = this.#keys.element(b.load(this.#buffer, this.#slot(p, lane)));
        return storeElement(b, values, place(b.add(this.#first, lane), p), element);
      }, null),
    ]);
  }

  /** What keys do not tell. */
  #restore(): Stmt[] {
    const b = this.#b;
    const { n, dtype, x, values, place } = this.#o;
    const [i, hasZero] = [b.natural("i"), b.ref("bool", "hasZero")];
    const inLines = (restore: typeof restoreZeros): Stmt =>
      this.#loop(this.#count, (lane) => restore(b, dtype, n, x, values, (p) => place(b.add(this.#first, lane), p)));
    return [
      {
        kind: "reduce",
        ref: i,
        extent: b.mul(n, LANES),
        body: [],
        accs: [{ target: hasZero, monoid: "or", value: b.eq(b.load(this.#buffer, i), 0) }],
        order: { lanes: 16, block: STRETCH },
      },
      { kind: "if", cond: hasZero, then: [inLines(restoreZeros)], else: [] },
      inLines(restoreNaNs),
    ];
  }
}
