/** Statements as C. */
import type {
  Accumulator,
  Buffer,
  Call,
  Expr,
  For,
  If,
  MatrixOperand,
  Monoid,
  Reduce,
  Ref,
  ScalarType,
  Stmt,
  While,
} from "../../ir/node.ts";
import { BYTES } from "../../ir/node.ts";
import type { Copier } from "./copy.ts";
import { ExpressionWriter, type Lines } from "./expressions.ts";
import { gemmText } from "./gemm.ts";
import type { Prelude } from "./prelude.ts";
import { isFloat, isUnsigned, literal, STORED, VALUE } from "./types.ts";

export class StatementWriter implements Lines {
  readonly lines: string[] = [];
  readonly #copier: Copier;
  readonly #prelude: Prelude;
  readonly #e: ExpressionWriter;
  #depth = 1;

  constructor(copier: Copier, prelude: Prelude) {
    this.#copier = copier;
    this.#prelude = prelude;
    this.#e = new ExpressionWriter(this, prelude);
  }

  line(text: string): void {
    this.lines.push("  ".repeat(this.#depth) + text);
  }

  braces(head: string, body: () => void): void {
    this.line(head === "" ? "{" : `${head} {`);
    this.#depth++;
    body();
    this.#depth--;
    this.line("}");
  }

  /** Pointers to the buffers and the sizes, from the argument block. */
  entry(buffers: readonly Buffer[], sizes: readonly Ref[]): void {
    for (const [i, buffer] of buffers.entries()) {
      const name = this.#e.fresh(buffer.name);
      const type = `${buffer.role === "constant" ? "const " : ""}${STORED[buffer.type]}`;
      this.line(`${type} *restrict const ${name} = (${type} *)(arena + (unsigned int)args[${i}]);`);
      this.#e.names.set(this.#copier.buffer(buffer), name);
    }
    for (const [i, size] of sizes.entries()) {
      const name = this.#e.declare(this.#copier.ref(size));
      this.line(`const long long ${name} = args[${buffers.length + i}];`);
    }
  }

  body(stmts: readonly Stmt[]): void {
    for (const s of stmts) this.#stmt(s);
  }

  #value(e: Expr): string {
    return this.#e.value(this.#copier.expr(e));
  }

  #block(head: string, body: () => void): void {
    this.braces(head, () => this.#e.scope(body));
  }

  #stmt(s: Stmt): void {
    this.#e.next();
    switch (s.kind) {
      case "comment":
        return this.line(`/* ${s.text.replaceAll("*/", "* /")} */`);
      case "let": {
        const value = this.#value(s.value);
        this.line(`const ${VALUE[s.ref.type]} ${this.#e.declare(this.#copier.ref(s.ref))} = ${value};`);
        return;
      }
      case "var": {
        const value = this.#value(s.init);
        this.line(`${VALUE[s.ref.type]} ${this.#e.declare(this.#copier.ref(s.ref))} = ${value};`);
        return;
      }
      case "assign":
        return this.line(`${this.#value(s.ref)} = ${this.#value(s.value)};`);
      case "store":
        return this.#store(s.buffer, this.#value(s.index), this.#value(s.value));
      case "for":
        return this.#for(s);
      case "reduce":
        return this.#reduce(s);
      case "if":
        return this.#if(s);
      case "while":
        return this.#while(s);
      case "call":
        return this.#call(s);
      case "fail":
        return this.line(`return ${s.code};`);
    }
  }

  #store(buffer: Buffer, index: string, value: string): void {
    const to = `${this.#pointer(buffer)}[${index}]`;
    this.line(
      `${to} = ${buffer.type === "f16" ? `(unsigned short)${this.#prelude.doubleToHalf()}((double)${value})` : value};`,
    );
  }

  #pointer(buffer: Buffer): string {
    return this.#e.names.get(this.#copier.buffer(buffer))!;
  }

  #for(s: For): void {
    const end = this.#value(s.extent);
    if (s.mode !== "serial") this.line("#pragma GCC ivdep");
    const i = this.#e.fresh(s.ref.name);
    this.#block(`for (long long ${i} = 0; ${i} < ${end}; ${i}++)`, () => {
      this.#e.names.set(this.#copier.ref(s.ref), i);
      this.body(s.body);
    });
  }

  #if(s: If): void {
    const cond = this.#value(s.cond);
    if (s.then.length > 0) this.#block(`if (${cond})`, () => this.body(s.then));
    if (s.else.length > 0) this.#block(s.then.length > 0 ? "else" : `if (!${cond})`, () => this.body(s.else));
  }

  #while(s: While): void {
    this.#block("for (;;)", () => {
      this.line(`if (!${this.#value(s.cond)}) break;`);
      this.body(s.body);
    });
  }

  #call(s: Call): void {
    if (s.fn === "copy") {
      const [to, from] = [
        `${this.#pointer(s.to)} + ${this.#value(s.toOffset)}`,
        `${this.#pointer(s.from)} + ${this.#value(s.fromOffset)}`,
      ];
      return this.line(`__builtin_memcpy(${to}, ${from}, ${this.#value(s.count)} * ${BYTES[s.to.type]});`);
    }
    const type = s.c.buffer.type as "f32" | "f64";
    const name = this.#prelude.need(`gemm_${type}`, () => gemmText(type));
    const matrix = (m: MatrixOperand): string =>
      `${this.#pointer(m.buffer)} + ${this.#value(m.offset)}, ${this.#value(m.rowStride)}, ${this.#value(m.colStride)}`;
    const sizes = [s.m, s.n, s.k].map((e) => this.#value(e));
    this.line(
      `${name}(${[...sizes, matrix(s.a), matrix(s.b), matrix(s.c), this.#value(s.alpha), this.#value(s.beta)].join(", ")});`,
    );
  }

  // --- reductions ------------------------------------------------------------------------------

  #reduce(s: Reduce): void {
    const end = this.#value(s.extent);
    const states = s.accs.map((acc): State => this.#declare(acc));
    const isSearch = states.some((x) => x.position !== null);
    const sums = states.some((x) => x.error !== null);
    const lanes = isSearch ? 1 : s.order.lanes;
    const block = sums ? s.order.block : 0;
    const start = this.#e.fresh("start");
    const stop = block > 0 ? this.#e.fresh("stop") : end;
    const inner = (): void => {
      const parts = states.map((x) => this.#lanes(x, lanes));
      const at = this.#e.fresh(s.ref.name);
      const first = block > 0 ? start : "0";
      this.line(`long long ${at} = ${first};`);
      if (lanes > 1) {
        this.#block(`for (; ${at} + ${lanes} <= ${stop}; ${at} += ${lanes})`, () => {
          this.line("#pragma GCC ivdep");
          this.#round(s, states, parts, at, lanes);
        });
      }
      this.#block(`for (; ${at} < ${stop}; ${at}++)`, () =>
        this.#element(s, states, parts, at, lanes > 1 ? `${at} & ${lanes - 1}` : null),
      );
      for (const [i, x] of states.entries()) this.#combineLanes(x, parts[i]!, lanes);
    };
    if (block > 0) {
      this.#block(`for (long long ${start} = 0; ${start} < ${end}; ${start} += ${block})`, () => {
        this.line(`const long long ${stop} = ${start} + ${block} < ${end} ? ${start} + ${block} : ${end};`);
        inner();
      });
    } else this.#block("", inner);
    for (const [i, acc] of s.accs.entries()) this.#result(acc, states[i]!);
  }

  /** One element per lane, in a loop of constant length that compilers turn into vectors. */
  #round(s: Reduce, states: readonly State[], parts: readonly (string | null)[], at: string, lanes: number): void {
    const lane = this.#e.fresh("lane");
    this.#block(`for (int ${lane} = 0; ${lane} < ${lanes}; ${lane}++)`, () => {
      const k = this.#e.fresh(s.ref.name);
      this.line(`const long long ${k} = ${at} + ${lane};`);
      this.#element(s, states, parts, k, lane);
    });
  }

  #element(
    s: Reduce,
    states: readonly State[],
    parts: readonly (string | null)[],
    at: string,
    lane: string | null,
  ): void {
    this.#e.names.set(this.#copier.ref(s.ref), at);
    this.body(s.body);
    this.#e.next();
    for (const [i, x] of states.entries()) {
      const value = this.#value(x.acc.value);
      if (x.position !== null) this.#search(x, x.position, value, at);
      else {
        const part = parts[i];
        const target = part === null || part === undefined ? x.total : lane === null ? part : `${part}[${lane}]`;
        this.line(`${target} = ${this.#combine(x, target, value)};`);
      }
    }
  }

  #declare(acc: Accumulator): State {
    const { type } = acc.target;
    const c = VALUE[type];
    const total = this.#e.fresh(`${acc.target.name}_total`);
    this.line(`${c} ${total} = ${literal(type, identity(acc.monoid, type))};`);
    const isSum = acc.monoid === "sum" && isFloat(type);
    const error = isSum ? this.#e.fresh("error") : null;
    if (error !== null) this.line(`${c} ${error} = 0;`);
    const position = acc.monoid === "argmax" || acc.monoid === "argmin" ? this.#e.fresh("position") : null;
    if (position !== null) this.line(`long long ${position} = 0;`);
    return { acc, type, total, error, position };
  }

  /** The lanes of a block; null where elements go straight to the total. */
  #lanes(x: State, lanes: number): string | null {
    const { monoid } = x.acc;
    if (x.position !== null || (isFloat(x.type) && monoid === "prod")) return null;
    const name = this.#e.fresh("part");
    const start = literal(x.type, identity(monoid, x.type));
    if (lanes === 1) this.line(`${VALUE[x.type]} ${name} = ${start};`);
    else
      this.line(`${VALUE[x.type]} ${name}[${lanes}] = { ${Array.from({ length: lanes }, () => start).join(", ")} };`);
    return name;
  }

  #combineLanes(x: State, part: string | null, lanes: number): void {
    if (part === null) return;
    const c = VALUE[x.type];
    let last = part;
    if (lanes > 1) {
      for (let half = lanes / 2; half >= 1; half /= 2) {
        this.line(
          `for (int l = 0; l < ${half}; l++) ${part}[l] = ${this.#combine(x, `${part}[l]`, `${part}[l + ${half}]`)};`,
        );
      }
      last = `${part}[0]`;
    }
    if (x.error === null) return this.line(`${x.total} = ${this.#combine(x, x.total, last)};`);
    // TwoSum (Knuth, TAOCP vol. 2, 4.2.2).
    this.braces("", () => {
      this.line(`const ${c} b = ${last}, s = ${x.total} + b, t = s - ${x.total};`);
      this.line(`${x.error} += (${x.total} - (s - t)) + (b - t);`);
      this.line(`${x.total} = s;`);
    });
  }

  #combine(x: State, a: string, b: string): string {
    const { monoid } = x.acc;
    const t = VALUE[x.type];
    switch (monoid) {
      case "sum":
        return `(${t})(${a} + ${b})`;
      case "prod":
        return `(${t})(${a} * ${b})`;
      case "and":
        return `${a} & ${b}`;
      case "or":
        return `${a} | ${b}`;
      default: {
        const name = monoid === "max" || monoid === "argmax" ? "max" : "min";
        if (isFloat(x.type)) return `${this.#prelude.extremum(name, x.type === "f64" ? "f64" : "f32")}(${a}, ${b})`;
        return `${a} ${name === "max" ? ">" : "<"} ${b} ? ${a} : ${b}`;
      }
    }
  }

  /** The first NaN wins, else the first best. */
  #search(x: State, position: string, value: string, at: string): void {
    const better = `${value} ${x.acc.monoid === "argmax" ? ">" : "<"} ${x.total}`;
    const wins = isFloat(x.type) ? `${x.total} == ${x.total} && (${better} || ${value} != ${value})` : better;
    this.line(`if (${at} == 0 || (${wins})) { ${x.total} = ${value}; ${position} = ${at}; }`);
  }

  #result(acc: Accumulator, { type, total, error, position }: State): void {
    // The error of an infinite total is NaN.
    const value = error === null ? total : `${total} - ${total} == 0 ? ${total} + ${error} : ${total}`;
    this.line(`const ${VALUE[type]} ${this.#e.declare(this.#copier.ref(acc.target))} = ${value};`);
    if (acc.position !== undefined) {
      this.line(`const long long ${this.#e.declare(this.#copier.ref(acc.position))} = ${position!};`);
    }
  }
}

/** The variables of one accumulator. */
interface State {
  readonly acc: Accumulator;
  readonly type: ScalarType;
  readonly total: string;
  readonly error: string | null;
  readonly position: string | null;
}

/** What combines with anything to the other. */
function identity(monoid: Monoid, type: ScalarType): number | bigint | boolean {
  if (monoid === "sum") return 0;
  if (monoid === "prod") return 1;
  if (monoid === "and") return true;
  if (monoid === "or") return false;
  const isMax = monoid === "max" || monoid === "argmax";
  if (isFloat(type)) return isMax ? -Infinity : Infinity;
  if (type === "bool") return !isMax;
  const bits = BigInt((type === "index" ? 8 : BYTES[type]) * 8);
  if (isUnsigned(type)) return isMax ? 0n : (1n << bits) - 1n;
  return isMax ? -(1n << (bits - 1n)) : (1n << (bits - 1n)) - 1n;
}
