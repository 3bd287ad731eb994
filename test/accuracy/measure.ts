/** Measures decompositions against the recorded references. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { IrBuilder } from "../../src/ir/build.ts";
import {} from "../../src/ir/decompose/bounds.ts";
import { decompositions, type DecomposedName, type Expansion, type FloatType } from "../../src/ir/decompose/index.ts";
import type { Expr, Ref } from "../../src/ir/node.ts";
import { scalarInstructions } from "../../src/ir/scalarInstructions.ts";
import { evaluate, topological } from "./evaluate.ts";
import { points, type FloatArray, type Segment } from "./points.ts";
import { largestTerm } from "./terms.ts";

type Domains = Readonly<Record<string, Readonly<Record<FloatType, readonly (readonly Segment[])[]>>>>;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
export const domains = JSON.parse(readFileSync(here("./domains.json"), "utf8")) as Domains;

export interface Reference {
  readonly columns: readonly FloatArray[];
  readonly truth: Truth;
}

/** What is recorded of the true values; see `fit/references.py`. */
export class Truth {
  readonly type: FloatType;
  readonly count: number;
  readonly #low: Uint16Array;
  readonly #next: Uint8Array | null;
  readonly #hash: Uint8Array;
  readonly #rest: Int8Array;

  constructor(type: FloatType, count: number, data: ArrayBuffer) {
    this.type = type;
    this.count = count;
    this.#low = new Uint16Array(data, 0, count);
    this.#next = type === "f32" ? null : new Uint8Array(data, 2 * count, count);
    const at = type === "f32" ? 2 * count : 3 * count;
    this.#hash = new Uint8Array(data, at, count);
    this.#rest = new Int8Array(data, at + count, count);
  }

  /** What the rounding of the true value lost, in ulp. */
  rest(i: number): number {
    return this.#rest[i]! / 254;
  }

  /**
   * The true value rounded, if the result y is near it: the float nearest to y with the low bits of the truth. Where its other
   * bits are not those of the truth, NaN.
   */
  near(i: number, y: number): number {
    const single = this.type === "f32";
    if (single) floats.setFloat32(4, y);
    else floats.setFloat64(0, y);
    const word = floats.getUint32(4);
    const shift = single ? 16 : 8;
    const low = this.#low[i]! | (single ? 0 : this.#next![i]! << 16);
    const step = ((low - word) << shift) >> shift;
    const sum = (word >>> 0) + step;
    const high = single ? 0 : floats.getUint32(0) + Math.floor(sum / 2 ** 32);
    floats.setUint32(4, sum >>> 0);
    floats.setUint32(0, high >>> 0);
    if (mix(high >>> 0, sum >>> 0, single) !== this.#hash[i]) return NaN;
    return single ? floats.getFloat32(4) : floats.getFloat64(0);
  }
}

const floats = new DataView(new ArrayBuffer(8));

/** The hash of `fit/references.py` of all but the low 16 or 24 bits. */
function mix(high: number, low: number, single: boolean): number {
  const [bottom, top] = single ? [low >>> 16, 0] : [(low >>> 24) | (high << 8), high >>> 24];
  return ((Math.imul(bottom, 0x9e3779b1) ^ Math.imul(top, 0x85ebca6b)) >>> 24) & 255;
}

function checksum(columns: readonly FloatArray[]): number {
  let total = 0;
  for (const column of columns) {
    for (const word of new Uint32Array(column.buffer)) total = (((total << 5) | (total >>> 27)) ^ word) >>> 0;
  }
  return total;
}

/** The arguments and true values recorded by `fit/references.py`. */
export function reference(name: string, type: FloatType): Reference {
  const bytes = readFileSync(here(`./data/${name}.${type}.bin`));
  const [count, sum] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
  const seed = 2 * Object.keys(domains).indexOf(name);
  const columns = domains[name]![type].map((s, i) => points(s, count, seed + 1000 * i, type === "f32"));
  if (checksum(columns) !== sum)
    throw new Error(`${name}.${type}: the recorded arguments are others; run references.py`);
  const data = bytes.buffer.slice(bytes.byteOffset + 8, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return { columns, truth: new Truth(type, count, data) };
}

/** The distance of neighbouring floats at x. */
export function ulp(x: number, type: FloatType): number {
  const [digits, low] = type === "f32" ? [23, -149] : [52, -1074];
  const size = Math.abs(x);
  if (!(size > 0)) return 2 ** low;
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent--;
  else if (2 ** (exponent + 1) <= size) exponent++;
  return 2 ** Math.max(exponent - digits, low);
}

/** |y - (rounded + rest)| in ulp of the true value; an infinity counts as the next power of two after the largest float. */
export function errorInUlp(y: number, rounded: number, rest: number, type: FloatType): number {
  if (Object.is(y, rounded)) return Math.abs(rest);
  if (Number.isNaN(y) || Number.isNaN(rounded)) return Infinity;
  if (Math.abs(y) === Infinity || Math.abs(rounded) === Infinity) {
    const [top, unit] = type === "f32" ? [2 ** 128, 2 ** 104] : [2 ** 1023, 2 ** 971];
    const half = type === "f32" ? 1 : 0.5;
    const finite = (v: number): number => (Math.abs(v) === Infinity ? Math.sign(v) * top : v * half);
    return Math.abs((finite(y) - finite(rounded)) / (unit * half) - rest);
  }
  return Math.abs((y - rounded) / ulp(rounded, type) - rest);
}

/** The same in ulp of the largest term of the function, where that is larger. */
export function errorOf(
  name: string,
  x: readonly number[],
  y: number,
  rounded: number,
  rest: number,
  type: FloatType,
): number {
  const error = errorInUlp(y, rounded, rest, type);
  if (!(error > 1)) return error;
  const term = largestTerm(name, x[0]!);
  return term > Math.abs(rounded) ? (error * ulp(rounded, type)) / ulp(term, type) : error;
}

export interface Built {
  readonly expansion: Expansion;
  readonly refs: readonly Ref[];
}

export function build(name: DecomposedName, type: FloatType, fuses = false): Built {
  const b = new IrBuilder({ fuses });
  const arity = scalarInstructions[name].arity;
  const refs = Array.from({ length: arity }, (_, i) => b.ref(type, "xy"[i]!));
  return { expansion: decompositions[name][type](b, ...refs), refs };
}

/** Values of one expression of a built function. */
export function run(e: Expr, refs: readonly Ref[], columns: readonly FloatArray[]): FloatArray {
  return evaluate(e, new Map(refs.map((r, i) => [r, columns[i]!]))) as FloatArray;
}

export interface Measured {
  readonly maxUlp: number;
  readonly worst: readonly number[];
  /** Arguments where the guard held and the short form had other bits. */
  readonly different: number;
  /** Share of arguments with a true guard. */
  readonly guarded: number;
  readonly fastOps: number;
  readonly slowOps: number;
}

/** Simple instructions: bitcasts are free, constants lie in registers. */
export function countOps(...roots: readonly Expr[]): number {
  const nodes = new Set(roots.flatMap((r) => topological(r)));
  return [...nodes].filter((n) => n.kind === "op" || n.kind === "cast").length;
}

/** `fuses`: as targets with a fused multiply-add compute it. */
export function measure(name: DecomposedName, type: FloatType, fuses = false): Measured {
  const { columns, truth } = reference(name, type);
  const { expansion, refs } = build(name, type, fuses);
  const slow = run(expansion.slow, refs, columns);
  let [worst, at] = [0, 0];
  for (let i = 0; i < slow.length; i++) {
    const x = columns.map((c) => c[i]!);
    const error = errorOf(name, x, slow[i]!, truth.near(i, slow[i]!), truth.rest(i), type);
    if (error > worst) [worst, at] = [error, i];
  }
  const { fast, guard } = expansion;
  let [different, guarded] = [0, slow.length];
  if (guard !== null) {
    const held = run(guard, refs, columns);
    const short = run(fast, refs, columns);
    guarded = 0;
    for (let i = 0; i < slow.length; i++) {
      if (!held[i]) continue;
      guarded++;
      if (!Object.is(short[i], slow[i])) different++;
    }
  }
  const fastOps = guard === null ? countOps(fast) : countOps(fast, guard);
  return {
    maxUlp: worst,
    worst: columns.map((c) => c[at]!),
    different,
    guarded: guarded / slow.length,
    fastOps,
    slowOps: countOps(expansion.slow),
  };
}

export const row = (name: string, type: string, m: Measured, bound: number): string =>
  `${name.padEnd(10)} ${type}  max ulp ${m.maxUlp.toFixed(3).padStart(8)}  bound ${bound.toFixed(1).padStart(4)}  ` +
  `ops ${String(m.fastOps).padStart(4)} / ${String(m.slowOps).padStart(4)}  guarded ${(100 * m.guarded).toFixed(0).padStart(3)}%  ` +
  `differ ${m.different}  at ${m.worst.join(", ")}`;

/** False for functions whose results are exact: they have tests of their own. */
export function isRecorded(name: string): boolean {
  return name in domains;
}
