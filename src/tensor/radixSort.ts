/**
 * Sorting a line of real numbers by the bits of its elements: each becomes an unsigned key of the same order, and the keys are put in order
 * of one digit after the other, the least first (Knuth, The Art of Computer Programming 3, 5.2.5). Every pass keeps the order of equal
 * digits, so that equal elements stay in their old order.
 */
import { isDiscrete, type DType } from "../dtype.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { BlockHost } from "../ir/lowered.ts";
import { type Buffer, type Expr, type LoopMode, type Ref, type Stmt } from "../ir/node.ts";
import { loadElement, storeElement, type Operand } from "./loops.ts";
import { restoreZeros } from "./sortedFloats.ts";
import { SortKeys } from "./sortKeys.ts";

/** The operands of a sort; results that nobody reads are left out. */
export interface SortOperands {
  readonly x: Operand;
  readonly values?: Operand;
  readonly order?: Operand;
  readonly ranks?: Operand;
}

export interface RadixSortOptions {
  /** Is it the only line, so that threads can share its parts? */
  readonly isAlone?: boolean;
  /** Has it at most some thousand elements? */
  readonly isShort?: boolean;
  /** How many elements it may have, where their number is not known before the program runs. */
  readonly room?: Expr;
}

/** Up to here elements are inserted one by one. */
const FEW = 40;
/** From here on wider digits pay for their counters. */
const MANY = 8192;
/** From here on a line is worth several threads: so many parts, whatever their number. */
const [LONG, PARTS] = [65_536, 8];

/** A key and the position that its element came from (null where positions are not asked for). */
interface Keyed {
  readonly key: Expr;
  readonly from: Expr | null;
}

/** Where keys come from and go to, by their place. */
interface Source {
  at(place: Expr): Keyed;
}
interface Target {
  put(place: Expr, item: Keyed): Stmt[];
}

/** The statements that sort one line of `n` elements; `place` gives the index of the element at a position of the line. */
export class RadixSort {
  readonly #b: IrBuilder;
  readonly #dtype: DType;
  readonly #n: Expr;
  readonly #operands: SortOperands;
  readonly #place: (p: Expr) => Expr[];
  readonly #host: BlockHost;
  readonly #keys: SortKeys;
  readonly #isAlone: boolean;
  readonly #isShort: boolean;
  readonly #room: Expr;
  readonly #hasPositions: boolean;

  constructor(
    b: IrBuilder,
    dtype: DType,
    n: Expr,
    operands: SortOperands,
    place: (p: Expr) => Expr[],
    host: BlockHost,
    { isAlone = false, isShort = false, room = n }: RadixSortOptions,
  ) {
    this.#b = b;
    this.#dtype = dtype;
    this.#n = n;
    this.#operands = operands;
    this.#place = place;
    this.#host = host;
    this.#keys = new SortKeys(b, dtype);
    this.#isAlone = isAlone;
    this.#isShort = isShort;
    this.#room = room;
    this.#hasPositions = operands.order !== undefined || operands.ranks !== undefined;
  }

  statements(): Stmt[] {
    const b = this.#b;
    const n = this.#n;
    const [one, other] = [this.#store("one"), this.#store("other")];
    const { bits } = this.#keys;
    const wide = (): Stmt[] => this.#passes(bits > 16 ? 11 : 8, one, other);
    const few = this.#isShort ? b.constant("bool", true) : b.lt(n, MANY);
    const many = bits > 16 ? this.#choose(few, () => this.#narrow(one, other), wide) : wide();
    return [
      ...this.#choose(
        b.lt(n, FEW),
        () => this.#insert(one),
        () => many,
      ),
      ...this.#zeros(),
    ];
  }

  /** Keys do not tell the signs of zeros. */
  #zeros(): Stmt[] {
    const { x, values } = this.#operands;
    if (values === undefined || isDiscrete(this.#dtype)) return [];
    return restoreZeros(this.#b, this.#dtype, this.#n, x, values, this.#place);
  }

  #choose(cond: Expr, yes: () => readonly Stmt[], no: () => readonly Stmt[]): Stmt[] {
    if (cond.kind === "const") return [...(cond.value === true ? yes : no)()];
    return [{ kind: "if", cond, then: yes(), else: no() }];
  }

  // --- where keys lie ----------------------------------------------------------------------------

  #buffer(name: string, type: "u32" | "u64", size: Expr): Buffer {
    const buffer = this.#isAlone ? this.#b.buffer(name, type, "temp", size) : this.#b.workerBuffer(name, type, size);
    this.#host.adopt(buffer);
    return buffer;
  }

  #store(name: string): Source & Target {
    const b = this.#b;
    const keys = this.#buffer(`${name}.keys`, this.#keys.type, this.#room);
    const positions = this.#hasPositions ? this.#buffer(`${name}.from`, "u32", this.#room) : null;
    return {
      at: (place) => ({
        key: b.load(keys, place),
        from: positions === null ? null : b.cast(b.load(positions, place), "index"),
      }),
      put: (place, { key, from }) => [
        { kind: "store", buffer: keys, index: place, value: key },
        ...(positions === null
          ? []
          : [{ kind: "store", buffer: positions, index: place, value: b.cast(from!, "u32") } as const]),
      ],
    };
  }

  /** The unsorted elements. */
  get #input(): Source {
    return {
      at: (place) => {
        const element = loadElement(this.#b, this.#dtype, this.#operands.x, this.#place(place)) as Expr;
        return { key: this.#keys.of(element), from: this.#hasPositions ? place : null };
      },
    };
  }

  /** The results. */
  get #output(): Target {
    const b = this.#b;
    const { values, order, ranks } = this.#operands;
    return {
      put: (place, { key, from }) => [
        ...(values === undefined ? [] : storeElement(b, values, this.#place(place), this.#keys.element(key))),
        ...(order === undefined ? [] : storeElement(b, order, this.#place(place), b.cast(from!, "i64"))),
        ...(ranks === undefined ? [] : storeElement(b, ranks, this.#place(from!), b.cast(place, "i64"))),
      ],
    };
  }

  #loop(ref: Ref, extent: Expr, body: readonly Stmt[], mode: LoopMode = "serial"): Stmt {
    return { kind: "for", ref, extent, mode, body };
  }

  /** An item whose parts are scalars: what it is read from may be written over. */
  #named({ key, from }: Keyed): { readonly item: Keyed; readonly lets: Stmt[] } {
    const b = this.#b;
    const own = b.ref(key.type, "key");
    const lets: Stmt[] = [{ kind: "let", ref: own, value: key }];
    if (from === null || from.kind === "ref") return { item: { key: own, from }, lets };
    const position = b.natural("from");
    lets.push({ kind: "let", ref: position, value: from });
    return { item: { key: own, from: position }, lets };
  }

  #move(from: Source, to: Target): Stmt {
    const i = this.#b.natural("i");
    return this.#loop(i, this.#n, to.put(i, from.at(i)));
  }

  // --- few elements ------------------------------------------------------------------------------

  #insert(sorted: Source & Target): Stmt[] {
    const b = this.#b;
    const i = b.natural("i");
    const j = b.ref("index", "j");
    const { item, lets } = this.#named(this.#input.at(i));
    const before = sorted.at(b.max(b.sub(j, 1), 0));
    return [
      this.#loop(i, this.#n, [
        ...lets,
        { kind: "var", ref: j, init: i },
        {
          kind: "while",
          cond: b.and(b.gt(j, 0), b.gt(before.key, item.key)),
          body: [...sorted.put(j, before), { kind: "assign", ref: j, value: b.sub(j, 1) }],
        },
        ...sorted.put(j, item),
      ]),
      this.#move(sorted, this.#output),
    ];
  }

  // --- digits ------------------------------------------------------------------------------------

  /** Digits of 8 bits, all counted in one pass; keys are made before and elements after, which vectors can do. */
  #narrow(one: Source & Target, other: Source & Target): Stmt[] {
    const b = this.#b;
    const size = 256;
    const digits = this.#keys.bits / 8;
    const counts = this.#buffer("counts", "u32", b.index(digits * size));
    const [d, i] = [b.natural("d"), b.natural("i")];
    const { item, lets } = this.#named({ key: one.at(i).key, from: null });
    const count = Array.from({ length: digits }, (_, digit): Stmt[] => {
      const slot = b.natural("slot");
      return [
        { kind: "let", ref: slot, value: b.add(this.#digit(item.key, this.#shift(8 * digit), 8), digit * size) },
        { kind: "store", buffer: counts, index: slot, value: b.add(b.load(counts, slot), 1) },
      ];
    });
    const none: Stmt = { kind: "store", buffer: counts, index: d, value: b.constant("u32", 0) };
    const stmts: Stmt[] = [
      this.#loop(d, b.index(digits * size), [none], "vector"),
      this.#move(this.#input, one),
      this.#loop(i, this.#n, [...lets, ...count.flat()]),
      ...Array.from({ length: digits }, (_, k) => this.#starts(size, counts, b.index(1), b.index(k * size))).flat(),
    ];
    let [from, to] = [one, other];
    for (let digit = 0; digit < digits; digit++) {
      const [base, j] = [b.index(digit * size), b.natural("j")];
      stmts.push(this.#loop(j, this.#n, this.#deal(from.at(j), to, this.#shift(8 * digit), 8, counts, base)));
      [from, to] = [to, from];
    }
    // There is an even number of digits.
    stmts.push(this.#move(one, this.#output));
    return stmts;
  }

  /** A pass for each digit of `width` bits; the first reads the elements, the last writes the results. */
  #passes(width: number, one: Source & Target, other: Source & Target): Stmt[] {
    const b = this.#b;
    const { bits } = this.#keys;
    const parts = b.ref("index", "parts");
    const isLong = b.ge(this.#n, LONG);
    const count = this.#isAlone ? b.select(isLong, b.index(PARTS), b.index(1)) : b.index(1);
    const counts = this.#buffer("counts", "u32", b.mul(count, 2 ** width));
    const stmts: Stmt[] = count.kind === "const" ? [] : [{ kind: "let", ref: parts, value: count }];
    let from: Source = this.#input;
    for (let digit = 0; digit * width < bits; digit++) {
      const isLast = (digit + 1) * width >= bits;
      const store = digit % 2 === 0 ? one : other;
      const shift = this.#shift(digit * width);
      const to = isLast ? this.#output : store;
      stmts.push(...this.#pass(from, to, shift, width, counts, count.kind === "const" ? count : parts));
      from = store;
    }
    return stmts;
  }

  /**
   * Puts the items of `from` into `to` in the order of one digit. Each of the parts of the line counts its own digits; part p's items with
   * digit d come after all with smaller digits, and after those of earlier parts with the same.
   */
  #pass(from: Source, to: Target, shift: Expr, width: number, counts: Buffer, parts: Expr): Stmt[] {
    const b = this.#b;
    const size = 2 ** width;
    const isWhole = parts.kind === "const";
    const length = isWhole ? this.#n : b.idiv(b.add(this.#n, b.sub(parts, 1)), parts);
    const read = (at: Expr): Expr => b.load(counts, at);
    /** `body` for every item of every part. */
    const walk = (before: (base: Expr) => Stmt[], body: (place: Expr, base: Expr) => Stmt[]): Stmt[] => {
      const i = b.natural("i");
      if (isWhole) return [...before(b.index(0)), this.#loop(i, this.#n, body(i, b.index(0)))];
      const part = b.natural("part");
      const start = b.natural("start");
      const base = b.mul(part, size);
      return [
        this.#loop(
          part,
          parts,
          [
            { kind: "let", ref: start, value: b.mul(part, length) },
            ...before(base),
            this.#loop(i, b.min(length, b.sub(this.#n, start)), body(b.add(start, i), base)),
          ],
          "parallel",
        ),
      ];
    };
    const at = b.natural("at");
    const clear = (base: Expr): Stmt[] => {
      const d = b.natural("d");
      return [
        this.#loop(d, b.index(size), [
          { kind: "store", buffer: counts, index: b.add(base, d), value: b.constant("u32", 0) },
        ]),
      ];
    };
    const count = (place: Expr, base: Expr): Stmt[] => [
      { kind: "let", ref: at, value: b.add(base, this.#digit(from.at(place).key, shift, width)) },
      { kind: "store", buffer: counts, index: at, value: b.add(read(at), 1) },
    ];
    const put = (place: Expr, base: Expr): Stmt[] => this.#deal(from.at(place), to, shift, width, counts, base);
    return [...walk(clear, count), ...this.#starts(size, counts, parts, b.index(0)), ...walk(() => [], put)];
  }

  #shift(by: number): Expr {
    const { type } = this.#keys;
    return this.#b.constant(type, type === "u64" ? BigInt(by) : by);
  }

  #digit(key: Expr, shift: Expr, width: number): Expr {
    const b = this.#b;
    const { type } = this.#keys;
    const mask = b.constant(type, type === "u64" ? 2n ** BigInt(width) - 1n : 2 ** width - 1);
    return b.cast(b.and(b.shr(key, shift), mask), "index");
  }

  /** Puts an item where the next one with its digit goes, which `counts` tells from `base` on. */
  #deal(from: Keyed, to: Target, shift: Expr, width: number, counts: Buffer, base: Expr): Stmt[] {
    const b = this.#b;
    const { item, lets } = this.#named(from);
    const [slot, goal] = [b.natural("slot"), b.natural("goal")];
    return [
      ...lets,
      { kind: "let", ref: slot, value: b.add(base, this.#digit(item.key, shift, width)) },
      { kind: "let", ref: goal, value: b.cast(b.load(counts, slot), "index") },
      { kind: "store", buffer: counts, index: slot, value: b.cast(b.add(goal, 1), "u32") },
      ...to.put(goal, item),
    ];
  }

  /** From how many there are to where the first of them goes, for the counters of each part, from `base` on. */
  #starts(size: number, counts: Buffer, parts: Expr, base: Expr): Stmt[] {
    const b = this.#b;
    const [d, part] = [b.natural("d"), b.natural("part")];
    const [total, own] = [b.ref("u32", "total"), b.ref("u32", "own")];
    const isWhole = parts.kind === "const";
    const at = b.add(base, isWhole ? d : b.add(b.mul(part, size), d));
    const body: Stmt[] = [
      { kind: "let", ref: own, value: b.load(counts, at) },
      { kind: "store", buffer: counts, index: at, value: total },
      { kind: "assign", ref: total, value: b.add(total, own) },
    ];
    return [
      { kind: "var", ref: total, init: b.constant("u32", 0) },
      this.#loop(d, b.index(size), isWhole ? body : [this.#loop(part, parts, body)]),
    ];
  }
}
