/** Small functions that generated code uses, each written out only where it is needed. No header is included: reading one costs more than a kernel. */
import { BYTES } from "../../ir/node.ts";
import type { ScalarType } from "../../ir/node.ts";
import { isFloat, isUnsigned, VALUE } from "./types.ts";

/** Collects helper functions by name. */
export class Prelude {
  readonly #texts = new Map<string, string>();

  get text(): string {
    return [...this.#texts.values()].join("\n");
  }

  /** The name of a function, whose text is made when first asked for. */
  need(name: string, text: () => string): string {
    if (!this.#texts.has(name)) {
      // What it calls comes first.
      const made = text();
      this.#texts.set(name, made);
    }
    return name;
  }

  #inline(name: string, result: string, parameters: string, body: string): string {
    return this.need(name, () => `static inline ${result} ${name}(${parameters}) { ${body} }`);
  }

  bits(from: ScalarType, to: ScalarType): string {
    const [a, b] = [VALUE[from], VALUE[to]];
    return this.#inline(
      `bits_${from}_${to}`,
      b,
      `${a} x`,
      `${b} r; __builtin_memcpy(&r, &x, ${BYTES[from]}); return r;`,
    );
  }

  /** The smaller or larger of two floats: NaN wins, -0 is less than 0. */
  extremum(name: "min" | "max", type: "f32" | "f64"): string {
    const t = VALUE[type];
    const integer = type === "f32" ? "i32" : "i64";
    const [to, from] = [this.bits(type, integer), this.bits(integer, type)];
    const [less, merge] = name === "min" ? ["<", "|"] : [">", "&"];
    const equal = `a == b ? ${from}(${to}(a) ${merge} ${to}(b)) : a + b`;
    return this.#inline(`${name}_${type}`, t, `${t} a, ${t} b`, `return a ${less} b ? a : b ${less} a ? b : ${equal};`);
  }

  /** A vector type that may lie at any address of an element. */
  vector(element: string, lanes: number): string {
    const name = `${element.replaceAll(" ", "_")}_x${lanes}`;
    return this.need(
      name,
      () =>
        `typedef ${element} ${name} __attribute__((vector_size(${lanes} * sizeof(${element})), aligned(sizeof(${element}))));`,
    );
  }

  /** The first `count` lanes of a vector, another value in the others. */
  firstLanes(element: string, lanes: number): string {
    const v = this.vector(element, lanes);
    const numbers = Array.from({ length: lanes }, (_, i) => i).join(", ");
    const integer =
      element === "float" ? "int" : element === "double" ? "long long" : element.replace("unsigned", "signed");
    const mask = this.vector(integer, lanes);
    const body =
      `const ${mask} k = { ${numbers} }, m = (${mask})(k < (${mask}){} + (${integer})count); ` +
      `return (${v})(((${mask})x & m) | ((${mask})((${v}){} + other) & ~m));`;
    return this.#inline(`first_${v}`, v, `${v} x, long long count, ${element} other`, body);
  }

  /** Both halves of a vector of `lanes`. */
  halves(element: string, lanes: number, x: string): [string, string] {
    const [v, h] = [this.vector(element, lanes), this.vector(element, lanes / 2)];
    const list = (from: number): string => Array.from({ length: lanes / 2 }, (_, i) => from + i).join(", ");
    // Shuffles stay in registers; compilers that have none go through memory.
    const half = (name: string, from: number): string =>
      this.need(
        `${name}_${v}`,
        () => `#ifndef __has_builtin
#define __has_builtin(x) 0
#endif
#if __has_builtin(__builtin_shufflevector)
static inline ${h} ${name}_${v}(${v} x) { return __builtin_shufflevector(x, x, ${list(from)}); }
#else
static inline ${h} ${name}_${v}(${v} x) { ${h} r; __builtin_memcpy(&r, (char *)&x + ${from} * sizeof(${element}), sizeof r); return r; }
#endif`,
      );
    return [`${half("low", 0)}(${x})`, `${half("high", lanes / 2)}(${x})`];
  }

  /** `extremum` of each lane. */
  vectorExtremum(name: "min" | "max", type: ScalarType, lanes: number): string {
    const t = VALUE[type];
    const v = this.vector(t, lanes);
    const function_ = `${name}_${v}`;
    if (!isFloat(type)) {
      const body = `const __typeof__(a < b) m = a ${name === "max" ? ">" : "<"} b; return (a & (${v})m) | (b & ~(${v})m);`;
      return this.#inline(function_, v, `${v} a, ${v} b`, body);
    }
    const [better, merge] = name === "max" ? [">", "&"] : ["<", "|"];
    const body =
      `const __typeof__(a < b) x = (__typeof__(a < b))a, y = (__typeof__(a < b))b, m = a ${better} b, n = b ${better} a, e = a == b; ` +
      `return (${v})((x & m) | (y & n) | ((x ${merge} y) & e) | ((__typeof__(a < b))(a + b) & ~(m | n | e)));`;
    return this.#inline(function_, v, `${v} a, ${v} b`, body);
  }

  /** Division rounded down; 0 for a zero divisor. The quotient by -1 wraps. */
  floorDivide(type: ScalarType): string {
    const t = VALUE[type];
    const body = isUnsigned(type)
      ? "return b == 0 ? 0 : a / b;"
      : `if (b == 0) return 0; if (b == -1) return (${t})(0 - (unsigned long long)a); ${t} q = a / b; return a % b != 0 && ((a < 0) != (b < 0)) ? q - 1 : q;`;
    return this.#inline(`idiv_${type}`, t, `${t} a, ${t} b`, body);
  }

  /** The rest of the division rounded down; 0 for a zero divisor. */
  floorModulo(type: ScalarType): string {
    const t = VALUE[type];
    const body = isUnsigned(type)
      ? "return b == 0 ? 0 : a % b;"
      : `if (b == 0 || b == -1) return 0; ${t} r = a % b; return r != 0 && ((r < 0) != (b < 0)) ? r + b : r;`;
    return this.#inline(`imod_${type}`, t, `${t} a, ${t} b`, body);
  }

  /** NumPy's remainder: the sign of the divisor, zeros included. */
  floatModulo(type: "f32" | "f64"): string {
    const t = VALUE[type];
    const suffix = type === "f32" ? "f" : "";
    const body = `${t} r = __builtin_fmod${suffix}(a, b); if (r == 0) return __builtin_copysign${suffix}(0, b); return (r < 0) != (b < 0) ? r + b : r;`;
    return this.#inline(`mod_${type}`, t, `${t} a, ${t} b`, body);
  }

  /** Past the width 0, or the sign for signed right shifts. */
  shift(name: "shl" | "shr", type: ScalarType): string {
    const t = VALUE[type];
    const bits = BYTES[type] * 8;
    const inside = `b >= 0 && b < ${bits}`;
    const body =
      name === "shl"
        ? `return ${inside} ? (${t})((unsigned long long)a << b) : 0;`
        : `return ${inside} ? (${t})(a >> b) : ${isUnsigned(type) ? "0" : "(a < 0 ? -1 : 0)"};`;
    return this.#inline(`${name}_${type}`, t, `${t} a, ${t} b`, body);
  }

  /** Saturates; NaN gives 0. */
  saturate(from: "f32" | "f64", to: ScalarType): string {
    const [a, b] = [VALUE[from], VALUE[to]];
    const bits = to === "index" ? 64 : BYTES[to] * 8;
    const unsigned = isUnsigned(to);
    const most = unsigned ? 2n ** BigInt(bits) - 1n : 2n ** BigInt(bits - 1) - 1n;
    const least = unsigned ? 0n : -(2n ** BigInt(bits - 1));
    const text = (v: bigint): string => (v < 0n ? `(-${-v - 1n}LL - 1)` : unsigned ? `${v}ULL` : `${v}LL`);
    // The first float above the range is a power of two, so that the comparison is exact.
    const above = Number(most + 1n).toExponential();
    const body = `return x != x ? 0 : x >= ${above} ? (${b})${text(most)} : x <= ${Number(least).toExponential()} ? (${b})${text(least)} : (${b})x;`;
    return this.#inline(`to_${to}_${from}`, b, `${a} x`, body);
  }

  /** The float of 16 bits: the exponent is moved by an exact multiplication, right for subnormal numbers too. */
  halfToFloat(): string {
    const [to, from] = [this.bits("f32", "u32"), this.bits("u32", "f32")];
    const body =
      `unsigned int m = (h & 0x7fffu) << 13; unsigned int r = ${to}(${from}(m) * 0x1p112f); ` +
      `if (m >= (0x7c00u << 13)) r |= 0x7f800000u; return ${from}(r | (h & 0x8000u) << 16);`;
    return this.#inline("half_to_float", "float", "unsigned int h", body);
  }

  /** The nearest float16 to a double, rounded once. */
  doubleToHalf(): string {
    const to = this.bits("f64", "u64");
    const body =
      `unsigned int s = (unsigned int)(${to}(x) >> 48) & 0x8000u; double a = __builtin_fabs(x); ` +
      "if (x != x) return s | 0x7e00u; if (a >= 65520.0) return s | 0x7c00u; " +
      "if (a < 0x1p-14) return s | (unsigned int)(((a + 0x1.8p28) - 0x1.8p28) * 0x1p24); " +
      `unsigned long long b = ${to}(a); b += ((b >> 42) & 1) + ((1ULL << 41) - 1); return s | ((unsigned int)(b >> 42) - (1008u << 10));`;
    return this.#inline("double_to_half", "unsigned int", "double x", body);
  }
}
