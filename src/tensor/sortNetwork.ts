/**
 * Sorting several lines at once by exchanges whose places do not depend on the elements: one line in each lane of vectors.
 *
 * The merges are bitonic ones in the form in which every exchange has the same direction (Knuth, The Art of Computer Programming 3, 5.3.4): of two
 * sorted halves each place is compared with its mirror image in the other half, then, in halves of halves, with the one at the same place.
 * Places past the end hold what is larger than everything and stay as they are: blocks that begin there are left out. What the exchanges of a
 * stage read and write goes through memory, which would take longer than the exchanges do; so three stages at a time are done on eight
 * places, which are closed under them.
 */
import type { IrBuilder } from "../ir/build.ts";
import type { Buffer, Expr, Ref, Stmt } from "../ir/node.ts";
import { isFloatType, isWide } from "../ir/scalarInstructions.ts";

/** Two of eight places; the smaller of their elements goes to the first. */
export type Exchange = readonly [low: number, high: number];

/** How many places are worked on at a time. */
export const PLACES = 8;

const MIRRORED: readonly Exchange[] = [
  [0, 7],
  [1, 6],
  [2, 5],
  [3, 4],
];
const FOUR_APART: readonly Exchange[] = [
  [0, 4],
  [1, 5],
  [2, 6],
  [3, 7],
];
const TWO_APART: readonly Exchange[] = [
  [0, 2],
  [1, 3],
  [4, 6],
  [5, 7],
];
const ADJACENT: readonly Exchange[] = [
  [0, 1],
  [2, 3],
  [4, 5],
  [6, 7],
];

/** Puts eight elements in order. */
export const EIGHT: readonly Exchange[] = [
  ...ADJACENT,
  ...TWO_APART,
  ...([
    [1, 2],
    [5, 6],
    [0, 4],
    [3, 7],
    [1, 5],
    [2, 6],
    [1, 4],
    [3, 6],
    [2, 4],
    [3, 5],
    [3, 4],
  ] as const),
];

/** The first one, two or three stages of a merge. */
const FIRST: readonly (readonly Exchange[])[] = [
  MIRRORED,
  [...MIRRORED, ...TWO_APART],
  [...MIRRORED, ...TWO_APART, ...ADJACENT],
];

/** Three later stages. */
const LATER: readonly Exchange[] = [...FOUR_APART, ...TWO_APART, ...ADJACENT];

/** The keys of several lines, those at one place side by side. */
export interface LaneKeys {
  readonly buffer: Buffer;
  readonly lanes: number;
}

export class SortNetwork {
  readonly #b: IrBuilder;
  readonly #keys: LaneKeys;

  constructor(b: IrBuilder, keys: LaneKeys) {
    this.#b = b;
    this.#keys = keys;
  }

  /** Sorts `n` places of all lanes. Up to the next power of two, 8 at least, there are others, which hold the largest keys. */
  sort(n: Expr): Stmt[] {
    const b = this.#b;
    const g = b.natural("g");
    const first = b.mul(g, PLACES);
    const blocks = b.idiv(b.add(n, PLACES - 1), PLACES);
    const eights = this.#groups(g, blocks, (place) => b.add(first, place), EIGHT);
    if (n.kind === "const" && Number(n.value) <= PLACES) return [eights];
    const [half, kind] = [b.ref("index", "half"), b.ref("index", "kind")];
    return [
      eights,
      { kind: "var", ref: half, init: b.index(PLACES) },
      { kind: "var", ref: kind, init: b.index(0) },
      {
        kind: "while",
        cond: b.lt(half, n),
        body: [
          ...this.#merge(n, half, kind),
          { kind: "assign", ref: half, value: b.mul(half, 2) },
          { kind: "assign", ref: kind, value: b.select(b.eq(kind, 2), 0, b.add(kind, 1)) },
        ],
      },
    ];
  }

  /** Merges sorted blocks of `size` places in pairs; a merge of 2^k places has k stages, of which k mod 3 or three come first. */
  #merge(n: Expr, size: Expr, kind: Expr): Stmt[] {
    const b = this.#b;
    const [half, groups, distance] = [b.natural("h"), b.natural("groups"), b.ref("index", "distance")];
    const pairs = b.idiv(b.add(n, b.sub(half, 1)), b.mul(half, 2));
    const first = (stages: number): Stmt[] => [
      this.#first(half, groups, stages),
      { kind: "assign", ref: distance, value: b.idiv(half, 4 * 2 ** stages) },
    ];
    return [
      { kind: "let", ref: half, value: size },
      { kind: "let", ref: groups, value: b.mul(pairs, b.idiv(half, 4)) },
      { kind: "var", ref: distance, init: b.index(0) },
      {
        kind: "if",
        cond: b.eq(kind, 0),
        then: first(1),
        else: [{ kind: "if", cond: b.eq(kind, 1), then: first(2), else: first(3) }],
      },
      {
        kind: "while",
        cond: b.gt(distance, 0),
        body: [
          ...this.#later(b.min(b.mul(groups, PLACES), n), distance),
          { kind: "assign", ref: distance, value: b.idiv(distance, PLACES) },
        ],
      },
    ];
  }

  /** The mirrored stage of blocks of 2 `half` places, and those that follow, to `stages` in all. */
  #first(half: Expr, groups: Expr, stages: number): Stmt {
    const b = this.#b;
    const g = b.natural("g");
    // The places of a group in the lower half: i, one or two that the stages need, and its neighbours.
    const step = 2 ** (3 - stages);
    const inner = b.and(g, b.sub(b.idiv(half, 4), 1));
    const start = b.mul(b.sub(g, inner), PLACES);
    const i = b.mul(inner, step);
    const near = stages === 3 ? b.idiv(half, 4) : b.index(1);
    const far = stages === 1 ? b.index(2) : b.idiv(half, 2);
    const offset = (place: number): Expr => b.add(b.mul(near, place % 2), b.mul(far, Math.floor(place / 2)));
    const low = b.add(start, i);
    const high = b.add(b.sub(start, i), b.sub(b.mul(half, 2), 1));
    const place = (k: number): Expr => (k < 4 ? b.add(low, offset(k)) : b.sub(high, offset(7 - k)));
    return this.#groups(g, groups, place, FIRST[stages - 1]!);
  }

  /** Three stages of the blocks of 8 `distance` places that begin before `end`. */
  #later(end: Expr, distance: Expr): Stmt[] {
    const b = this.#b;
    const [d, g] = [b.natural("d"), b.natural("g")];
    const inner = b.and(g, b.sub(d, 1));
    const start = b.add(b.mul(b.sub(g, inner), PLACES), inner);
    const size = b.mul(d, PLACES);
    const blocks = b.idiv(b.add(end, b.sub(size, 1)), size);
    return [
      { kind: "let", ref: d, value: distance },
      this.#groups(g, b.mul(blocks, d), (place) => b.add(start, b.mul(d, place)), LATER),
    ];
  }

  /** Exchanges on eight places in each of so many groups. */
  #groups(group: Ref, count: Expr, place: (k: number) => Expr, exchanges: readonly Exchange[]): Stmt {
    const b = this.#b;
    const { buffer, lanes } = this.#keys;
    const lane = b.natural("lane");
    const index = (k: number): Expr => b.add(b.mul(place(k), lanes), lane);
    const body: Stmt[] = [];
    const named = (name: string, value: Expr): Expr => {
      const ref = b.ref(buffer.type, name);
      body.push({ kind: "let", ref, value });
      return ref;
    };
    const elements = Array.from({ length: PLACES }, (_, k) => named(`x${k}`, b.load(buffer, index(k))));
    for (const [i, j] of exchanges) {
      const [low, high] = this.#ordered(elements[i]!, elements[j]!);
      elements[i] = named(`x${i}`, low);
      elements[j] = named(`x${j}`, high);
    }
    body.push(...elements.map((value, k): Stmt => ({ kind: "store", buffer, index: index(k), value })));
    const all: Stmt = { kind: "for", ref: lane, extent: b.index(lanes), mode: "vector", body };
    return { kind: "for", ref: group, extent: count, mode: "serial", body: [all] };
  }

  /** Nothing is lost of what compares equal. */
  #ordered(x: Expr, y: Expr): [Expr, Expr] {
    const b = this.#b;
    // Lanes of 64 bits are compared once and chosen twice.
    if (!isFloatType(x.type) && !isWide(x.type)) return [b.min(x, y), b.max(x, y)];
    const isWrong = b.lt(y, x);
    return [b.select(isWrong, y, x), b.select(isWrong, x, y)];
  }
}
