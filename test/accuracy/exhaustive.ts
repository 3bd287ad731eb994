/**
 * Every f32 (or every STRIDE-th) against the f64 decomposition, by way of C: npx tsx test/accuracy/exhaustive.ts [name ...]
 * Needs gcc on the PATH. A development aid, not a test. Errors are in ulp of the result, also near zeros of lgamma and digamma.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IrBuilder } from "../../src/ir/build.ts";
import { maxUlp } from "../../src/ir/decompose/bounds.ts";
import { decomposedNames, decompositions, type DecomposedName } from "../../src/ir/decompose/index.ts";
import type { Expr, ScalarType } from "../../src/ir/node.ts";
import { scalarInstructions } from "../../src/ir/scalarInstructions.ts";
import { topological } from "./evaluate.ts";

const C_TYPES: Partial<Record<ScalarType, string>> = {
  f32: "float",
  f64: "double",
  i32: "int32_t",
  u32: "uint32_t",
  i64: "int64_t",
  u64: "uint64_t",
  bool: "int",
};

const INFIX: Readonly<Record<string, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  and: "&",
  or: "|",
  xor: "^",
  shl: "<<",
  shr: ">>",
};

function constant(e: Expr & { kind: "const" }): string {
  const { value, type } = e;
  if (typeof value === "bigint") return `(${C_TYPES[type]})${BigInt.asUintN(64, value)}ull`;
  if (type[0] !== "f") return `(${C_TYPES[type]})${Number(value)}`;
  const v = Number(value);
  const suffix = type === "f32" ? "f" : "";
  if (Number.isNaN(v)) return `__builtin_nan${suffix}("")`;
  if (!Number.isFinite(v)) return v > 0 ? `__builtin_inf${suffix}()` : `-__builtin_inf${suffix}()`;
  const text = Object.is(v, -0) ? "-0.0" : String(v);
  return /[.e]/.test(text) ? text + suffix : `${text}.0${suffix}`;
}

function operation(e: Expr & { kind: "op" }, name: (x: Expr) => string): string {
  const args = e.args.map(name);
  const single = e.args[e.args.length - 1]!.type === "f32" ? "f" : "";
  const infix = INFIX[e.op];
  const type = e.type;
  if (infix !== undefined) {
    // Signed sums wrap and shifts of negative numbers are meant: done on the unsigned type.
    if ((type === "i32" || type === "i64") && e.op !== "shr") {
      const u = `u${C_TYPES[type]!}`;
      return `(${C_TYPES[type]})((${u})${args[0]} ${infix} (${u})${args[1]})`;
    }
    return `${args[0]} ${infix} ${args[1]}`;
  }
  switch (e.op) {
    case "select":
      return `${args[0]} ? ${args[1]} : ${args[2]}`;
    case "not":
      return type === "bool" ? `!${args[0]}` : `~${args[0]}`;
    case "neg":
      return `-${args[0]}`;
    case "abs":
      return `__builtin_fabs${single}(${args[0]})`;
    case "nearest":
      return `__builtin_rint${single}(${args[0]})`;
    case "sqrt":
    case "floor":
    case "ceil":
    case "trunc":
    case "copysign":
      return `__builtin_${e.op}${single}(${args.join(", ")})`;
    default:
      throw new Error(e.op);
  }
}

/** A C function of the expression. */
export function emit(symbol: string, e: Expr): string {
  const order = topological(e);
  const name = (x: Expr): string => (x.kind === "ref" ? x.name : x.kind === "const" ? constant(x) : `v${x.id}`);
  const inputs = order.filter((x) => x.kind === "ref").sort((a, b) => a.id - b.id);
  const lines = order.flatMap((x) => {
    const head = `  ${C_TYPES[x.type]} v${x.id}`;
    if (x.kind === "op") return `${head} = ${operation(x, name)};`;
    if (x.kind === "cast") return `${head} = (${C_TYPES[x.type]})${name(x.arg)};`;
    if (x.kind === "bitcast") {
      return `${head}; { ${C_TYPES[x.arg.type]} s = ${name(x.arg)}; __builtin_memcpy(&v${x.id}, &s, sizeof s); }`;
    }
    return [];
  });
  const parameters = inputs.map((x) => `${C_TYPES[x.type]} ${name(x)}`).join(", ");
  return `static inline ${C_TYPES[e.type]} ${symbol}(${parameters}) {\n${lines.join("\n")}\n  return ${name(e)};\n}\n`;
}

function source(name: DecomposedName): string {
  const b = new IrBuilder();
  const x = b.ref("f32", "x");
  const single = decompositions[name].f32(b, x);
  const double = decompositions[name].f64(b, b.cast(x, "f64")).slow;
  const guard = single.guard ?? b.constant("bool", true);
  return `#include <stdint.h>
#include <stdio.h>
${emit("slow", single.slow)}${emit("fast", single.fast)}${emit("truth", double)}
${guard.kind === "const" ? "static inline int guard(float x) { return 1; }" : emit("guard", guard)}
int main(void) {
  enum { N = 4096 };
  static float s[N], f[N]; static double t[N]; static int g[N];
  double worst = 0; float at = 0; long differ = 0, bad = 0;
  for (uint64_t base = 0; base < (1ull << 32); base += (uint64_t)N * STRIDE) {
    for (int i = 0; i < N; i++) {
      uint32_t bits = (uint32_t)(base + (uint64_t)i * STRIDE); float x; __builtin_memcpy(&x, &bits, 4);
      s[i] = slow(x); f[i] = fast(x); t[i] = truth((double)x); g[i] = guard(x);
    }
    for (int i = 0; i < N; i++) {
      uint32_t bits = (uint32_t)(base + (uint64_t)i * STRIDE); float x; __builtin_memcpy(&x, &bits, 4);
      if (g[i] && __builtin_memcmp(&s[i], &f[i], 4) != 0 && s[i] == s[i]) differ++;
      float r = (float)t[i];
      if (s[i] != s[i] || r != r) { if ((s[i] != s[i]) != (r != r)) { if (bad++ < 3) printf("  nan %a: %a %a\\n", x, s[i], t[i]); } continue; }
      if (s[i] == r && __builtin_signbit(s[i]) != __builtin_signbit(r)) { if (bad++ < 3) printf("  sign of zero at %a\\n", x); continue; }
      if (__builtin_isinf(s[i]) && __builtin_isinf(r)) { if (s[i] != r) bad++; continue; }
      double y = __builtin_isinf(s[i]) ? __builtin_copysign(0x1p128, s[i]) : s[i], v = t[i];
      if (__builtin_isinf(v)) v = __builtin_copysign(0x1p128, v);
      int e; __builtin_frexp(v, &e); if (e < -125) e = -125; if (e > 128) e = 128;
      double error = __builtin_fabs(y - v) * __builtin_ldexp(1, 24 - e);
      if (error > worst) { worst = error; at = x; }
    }
  }
  printf("%-10s f32 worst %.4f at %.9g (%a)  fast differs %ld  specials wrong %ld\\n", "${name}", worst, at, at, differ, bad);
}
`;
}

const folder = mkdtempSync(join(tmpdir(), "exhaustive-"));
const asked = process.argv.slice(2) as DecomposedName[];
for (const name of asked.length > 0 ? asked : decomposedNames) {
  if (scalarInstructions[name].arity !== 1) continue;
  writeFileSync(join(folder, "a.c"), source(name));
  const flags = ["-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-w"];
  execFileSync("gcc", [
    ...flags,
    `-DSTRIDE=${process.env["STRIDE"] ?? "1"}`,
    "-o",
    join(folder, "a"),
    join(folder, "a.c"),
    "-lm",
  ]);
  process.stdout.write(execFileSync(join(folder, "a"), { encoding: "utf8" }));
  if (!(name in maxUlp)) throw new Error(name);
}
rmSync(folder, { recursive: true });
