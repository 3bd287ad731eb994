/**
 * The few largest or smallest elements of a line in one pass. A stretch of elements is looked at closely only if its largest is larger than the least
 * of those kept so far, which soon becomes rare: of n elements in random order about k log(n / k) are among the k largest of those before
 * them. What passes is collected; when there is no more room it is sorted, and all but k are dropped, so that elements in the worst order cost no
 * more than sorting them does.
 */
import { isDiscrete, type DType } from "../dtype.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { BlockHost } from "../ir/lowered.ts";
import { BYTES, type Buffer, type Expr, type Ref, type ScalarType, type Stmt } from "../ir/node.ts";
import { scalarTypeOf } from "../scalar/scalarTypes.ts";
import { loadElement, type Operand } from "./loops.ts";
import { RadixSort } from "./radixSort.ts";

/** Elements that are looked at together. */
const STRETCH = 128;
/** Stretches for which there is room beside twice the elements that are kept. */
const STRETCHES = 8;

/** An element and its position in the line. */
export interface Chosen {
  readonly value: Expr;
  readonly from: Expr;
}

/** Elements by their positions. */
export interface Line {
  readonly from: Operand;
  readonly place: (p: Expr) => Expr[];
}

/** What happens to the element at a place among those that are kept, which are in ascending order. */
export type Put = (place: Expr, chosen: Chosen) => Stmt[];

/** Storage for elements and their positions. */
interface Store {
  readonly values: Buffer;
  readonly from: Buffer;
}

export class Selection {
  readonly #b: IrBuilder;
  readonly #dtype: DType;
  readonly #few: number;
  readonly #isLargest: boolean;
  readonly #host: BlockHost;
  /** The type in which elements are compared. */
  readonly #wide: ScalarType;

  /** @param count how many of the largest; of the smallest where it is negative */
  constructor(b: IrBuilder, dtype: DType, count: number, host: BlockHost) {
    this.#b = b;
    this.#dtype = dtype;
    this.#few = Math.abs(count);
    this.#isLargest = count > 0;
    this.#host = host;
    this.#wide = dtype === "float16" ? "f32" : dtype === "bool" ? "i32" : scalarTypeOf(dtype);
  }

  /** Those of a line of `n` elements in so many parts, which threads share: what is kept of the parts is sorted once more. */
  ofParts(line: Line, n: Expr, parts: Expr, put: Put): Stmt[] {
    const b = this.#b;
    const few = this.#few;
    const total = b.mul(parts, few);
    const kept = this.#store("kept", total, false);
    const [part, start, length] = [b.natural("part"), b.natural("start"), b.natural("length")];
    const sorted = this.#sorted(kept, b.index(0), total, total, false);
    return [
      { kind: "let", ref: length, value: b.idiv(b.add(n, b.sub(parts, 1)), parts) },
      {
        kind: "for",
        ref: part,
        extent: parts,
        mode: "parallel",
        body: [
          { kind: "let", ref: start, value: b.mul(part, length) },
          ...this.ofLine(line, start, b.min(length, b.sub(n, start)), (place, chosen) =>
            this.#write(kept, b.add(b.mul(part, few), place), chosen),
          ),
        ],
      },
      ...sorted.sort,
      this.#each((place) => put(place, sorted.at(place))),
    ];
  }

  /** Those of elements `start` to `start + n` of a line, which are enough. For the body of a parallel loop. */
  ofLine(line: Line, start: Expr, n: Expr, put: Put): Stmt[] {
    const b = this.#b;
    const room = 2 * this.#few + STRETCHES * STRETCH;
    const [found, kept] = [this.#store("found", b.index(room), true), this.#store("kept", b.index(this.#few), true)];
    const [count, hasLimit, limit] = [b.ref("index", "count"), b.ref("bool", "hasLimit"), b.ref(this.#wide, "limit")];
    const [j, i, stretches] = [b.natural("j"), b.natural("i"), b.natural("stretches")];
    const [first, length, best] = [b.natural("first"), b.natural("length"), b.ref(this.#wide, "best")];
    const element = (p: Expr): Expr => loadElement(b, this.#dtype, line.from, line.place(p)) as Expr;
    // The largest are looked for from the end, so that of equal ones the last are met first, and collected towards the front: what was
    // collected is in the order of the line either way.
    const turned = (k: Expr, size: Expr): Expr => (this.#isLargest ? b.sub(b.sub(size, 1), k) : k);
    const begin = this.#isLargest ? b.sub(b.index(room), count) : b.index(0);
    const place = b.add(first, turned(i, length));
    const sorted = this.#sorted(found, begin, count, b.index(room), true);
    const look: Stmt = this.#loop(i, length, [
      {
        kind: "if",
        cond: b.or(b.not(hasLimit), this.#precedes(this.#widened(element(place)), limit)),
        then: [
          ...this.#write(found, turned(count, b.index(room)), { value: element(place), from: place }),
          { kind: "assign", ref: count, value: b.add(count, 1) },
        ],
        else: [],
      },
    ]);
    const least = b.load(kept.values, b.index(this.#isLargest ? 0 : this.#few - 1));
    const front = this.#isLargest ? b.index(room - this.#few) : b.index(0);
    const drop: Stmt[] = [
      ...sorted.sort,
      this.#each((k) => this.#write(kept, k, sorted.at(k))),
      this.#each((k) => this.#write(found, b.add(front, k), this.#read(kept, k))),
      { kind: "assign", ref: count, value: b.index(this.#few) },
      { kind: "assign", ref: limit, value: this.#widened(least) },
      { kind: "assign", ref: hasLimit, value: b.constant("bool", true) },
    ];
    const isFull = b.gt(b.add(count, STRETCH), room);
    return [
      { kind: "let", ref: stretches, value: b.idiv(b.add(n, STRETCH - 1), STRETCH) },
      { kind: "var", ref: count, init: b.index(0) },
      { kind: "var", ref: hasLimit, init: b.constant("bool", false) },
      { kind: "var", ref: limit, init: b.cast(b.index(0), this.#wide) },
      this.#loop(j, stretches, [
        { kind: "let", ref: first, value: b.add(start, b.mul(turned(j, stretches), STRETCH)) },
        { kind: "let", ref: length, value: b.min(b.index(STRETCH), b.sub(b.add(start, n), first)) },
        this.#extreme(best, length, (k) => this.#widened(element(b.add(first, k)))),
        { kind: "if", cond: b.or(b.not(hasLimit), this.#mayPrecede(best, limit)), then: [look], else: [] },
        { kind: "if", cond: b.or(isFull, b.eq(j, b.sub(stretches, 1))), then: drop, else: [] },
      ]),
      this.#each((k) => put(k, this.#read(kept, k))),
    ];
  }

  // --- storage -----------------------------------------------------------------------------------

  #buffer(name: string, type: ScalarType, size: Expr, isWorkers: boolean): Buffer {
    const buffer = isWorkers ? this.#b.workerBuffer(name, type, size) : this.#b.buffer(name, type, "temp", size);
    this.#host.adopt(buffer);
    return buffer;
  }

  #store(name: string, size: Expr, isWorkers: boolean): Store {
    const type = scalarTypeOf(this.#dtype);
    return {
      values: this.#buffer(name, type, size, isWorkers),
      from: this.#buffer(`${name}.from`, "u32", size, isWorkers),
    };
  }

  #write({ values, from }: Store, place: Expr, chosen: Chosen): Stmt[] {
    return [
      { kind: "store", buffer: values, index: place, value: chosen.value },
      { kind: "store", buffer: from, index: place, value: this.#b.cast(chosen.from, "u32") },
    ];
  }

  #read({ values, from }: Store, place: Expr): Chosen {
    return { value: this.#b.load(values, place), from: this.#b.cast(this.#b.load(from, place), "index") };
  }

  /** `count` elements of a store from `begin` on in order: the statements that sort them, and those that are kept, by their places. */
  #sorted(
    store: Store,
    begin: Expr,
    count: Expr,
    room: Expr,
    isWorkers: boolean,
  ): { readonly sort: readonly Stmt[]; at(place: Expr): Chosen } {
    const b = this.#b;
    const values = this.#buffer("sorted", scalarTypeOf(this.#dtype), room, isWorkers);
    const order = this.#buffer("order", "i64", room, isWorkers);
    const operand = (buffer: Buffer, offset: Expr): Operand => ({ buffer, layout: { offset, strides: [b.index(1)] } });
    const operands = {
      x: operand(store.values, begin),
      values: operand(values, b.index(0)),
      order: operand(order, b.index(0)),
    };
    const options = { isAlone: !isWorkers, isShort: true, room };
    const sort = new RadixSort(b, this.#dtype, count, operands, (p) => [p], this.#host, options);
    return {
      sort: sort.statements(),
      at: (place) => {
        const at = this.#isLargest ? b.add(b.sub(count, this.#few), place) : place;
        const from = b.load(store.from, b.add(begin, b.cast(b.load(order, at), "index")));
        return { value: b.load(values, at), from: b.cast(from, "index") };
      },
    };
  }

  // --- loops and comparisons ---------------------------------------------------------------------

  #loop(ref: Ref, extent: Expr, body: readonly Stmt[]): Stmt {
    return { kind: "for", ref, extent, mode: "serial", body };
  }

  /** For every place among those that are kept. */
  #each(body: (place: Expr) => readonly Stmt[]): Stmt {
    const k = this.#b.natural("k");
    return this.#loop(k, this.#b.index(this.#few), body(k));
  }

  #widened(e: Expr): Expr {
    return this.#b.cast(e, this.#wide);
  }

  /** The largest (smallest) of some elements; NaN where one of them is. */
  #extreme(target: Ref, count: Expr, element: (k: Expr) => Expr): Stmt {
    const k = this.#b.natural("k");
    const lanes = 64 / Math.max(4, BYTES[this.#wide]);
    const monoid = this.#isLargest ? "max" : "min";
    return {
      kind: "reduce",
      ref: k,
      extent: count,
      body: [],
      accs: [{ target, monoid, value: element(k) }],
      order: { lanes, block: STRETCH },
    };
  }

  /** Whether an element comes before the last one of those kept, seen from the end that is looked for. NaN is larger than any number. */
  #precedes(e: Expr, limit: Expr): Expr {
    const b = this.#b;
    const plain = this.#isLargest ? b.gt(e, limit) : b.lt(e, limit);
    if (isDiscrete(this.#dtype)) return plain;
    const [number, other] = this.#isLargest ? [limit, e] : [e, limit];
    return b.or(plain, b.and(b.eq(number, number), b.ne(other, other)));
  }

  /** The same of any of the elements with this extreme. */
  #mayPrecede(best: Expr, limit: Expr): Expr {
    const b = this.#b;
    // The least of elements with a NaN among them is NaN, whatever the others are.
    return this.#isLargest || isDiscrete(this.#dtype) ? this.#precedes(best, limit) : b.not(b.ge(best, limit));
  }
}
