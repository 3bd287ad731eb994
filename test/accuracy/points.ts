/** The arguments of the accuracy tests: the same numbers as `fit/points.py` makes, from the same seeds. */

/** Marsaglia's xorshift128. */
export class Xorshift {
  #x: number;
  #y = 362436069;
  #z = 521288629;
  #w = 88675123;

  constructor(seed: number) {
    this.#x = (123456789 ^ seed) >>> 0;
    for (let i = 0; i < 16; i++) this.next();
  }

  /** 32 random bits. */
  next(): number {
    const t = (this.#x ^ (this.#x << 11)) >>> 0;
    this.#x = this.#y;
    this.#y = this.#z;
    this.#z = this.#w;
    this.#w = (this.#w ^ (this.#w >>> 19) ^ t ^ (t >>> 8)) >>> 0;
    return this.#w;
  }

  /** A double in [0, 1) of 53 bits. */
  unit(): number {
    const high = this.next() >>> 5;
    return (high * 67108864 + (this.next() >>> 6)) / 9007199254740992;
  }
}

/**
 * How arguments are drawn. `bits`: uniform in the order of floats between two positive numbers (so log-uniform), with a sign;
 * `line`: uniform between two numbers; `near`: a number plus a log-uniform distance up to `width` on both sides.
 */
export type Segment =
  | {
      readonly kind: "bits";
      readonly low: number;
      readonly high: number;
      readonly sign: "+" | "-" | "+-";
      readonly share: number;
    }
  | { readonly kind: "line"; readonly low: number; readonly high: number; readonly share: number }
  | { readonly kind: "near"; readonly at: number; readonly width: number; readonly share: number };

export type FloatArray = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

const words = new DataView(new ArrayBuffer(8));

/** The order of a non-negative float as an integer; doubles as a float, which is exact enough to draw from. */
function toOrder(x: number, single: boolean): bigint {
  if (single) {
    words.setFloat32(0, x);
    return BigInt(words.getUint32(0));
  }
  words.setFloat64(0, x);
  return words.getBigUint64(0);
}

function fromOrder(order: bigint, single: boolean): number {
  if (single) {
    words.setUint32(0, Number(order));
    return words.getFloat32(0);
  }
  words.setBigUint64(0, order);
  return words.getFloat64(0);
}

function draw(segment: Segment, random: Xorshift, single: boolean): number {
  const round = single ? Math.fround : (x: number): number => x;
  if (segment.kind === "line") return round(segment.low + (segment.high - segment.low) * random.unit());
  if (segment.kind === "near") {
    const size = segment.width * 2 ** -Math.floor(random.unit() * (single ? 24 : 53)) * random.unit();
    return round(segment.at + (random.next() & 1 ? size : -size));
  }
  const low = toOrder(round(segment.low), single);
  const span = toOrder(round(segment.high), single) - low + 1n;
  const r = (BigInt(random.next()) << 32n) | BigInt(random.next());
  const x = fromOrder(low + ((span * r) >> 64n), single);
  if (segment.sign === "+") return x;
  if (segment.sign === "-") return -x;
  return random.next() & 1 ? -x : x;
}

/** `count` arguments, the segments taking turns by their shares. */
export function points(segments: readonly Segment[], count: number, seed: number, single: boolean): FloatArray {
  const random = new Xorshift(seed);
  const out = single ? new Float32Array(count) : new Float64Array(count);
  const total = segments.reduce((sum, s) => sum + s.share, 0);
  let at = 0;
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    const end = last ? count : Math.min(count, at + Math.floor((count * segment.share) / total));
    for (; at < end; at++) out[at] = draw(segment, random, single);
  });
  return out;
}
