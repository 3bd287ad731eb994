/** Statements as C. */
import type { IrBuilder } from "../../ir/build.ts";
import type { Buffer, Call, Expr, For, If, LoopMode, MatrixOperand, Ref, Stmt, While } from "../../ir/node.ts";
import { BYTES } from "../../ir/node.ts";
import type { Copier } from "./copy.ts";
import { ExpressionWriter, type Lines } from "./expressions.ts";
import { bytesTouched, workOf } from "../work.ts";
import { type FunctionHost, NARROW, writeParallel } from "./functions.ts";
import type { Prelude } from "./prelude.ts";
import { ReductionWriter } from "./reductions.ts";
import { mayUseShortForms, STRETCH } from "./shortForms.ts";
import { STORED, VALUE } from "./types.ts";

/** Additions per element up to which a loop waits for memory. */
const MOST_CHEAP = 12;

export class StatementWriter implements Lines, FunctionHost {
  readonly e: ExpressionWriter;
  /** Finished functions, before the one that is being written. */
  readonly functions: string[] = [];
  readonly #copier: Copier;
  readonly #prelude: Prelude;
  readonly #reductions: ReductionWriter;
  readonly #strides = new Map<Buffer, string>();
  #lines: string[] = [];
  #depth = 1;
  /** Loops around the present statement. */
  #loops = 0;

  constructor(copier: Copier, prelude: Prelude) {
    this.#copier = copier;
    this.#prelude = prelude;
    this.e = new ExpressionWriter(this, prelude);
    this.#reductions = new ReductionWriter(this, copier, prelude);
  }

  get b(): IrBuilder {
    return this.#copier.b;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  line(text: string): void {
    this.#lines.push("  ".repeat(this.#depth) + text);
  }

  collect(body: () => void): string[] {
    const [lines, depth, loops] = [this.#lines, this.#depth, this.#loops];
    const own: string[] = [];
    this.#lines = own;
    this.#depth = 1;
    body();
    this.#lines = lines;
    this.#depth = depth;
    this.#loops = loops;
    return own;
  }

  addFunction(lines: readonly string[]): void {
    this.functions.push(...lines);
  }

  needNarrow(): void {
    this.#prelude.need("NARROW", () => NARROW);
  }

  strideOf(buffer: Buffer): string | undefined {
    return this.#strides.get(buffer);
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
    let lent = 0;
    for (const [i, buffer] of buffers.entries()) {
      const name = this.e.fresh(buffer.name);
      const type = `${buffer.role === "constant" ? "const " : ""}${STORED[buffer.type]}`;
      const declaration = `${type} *restrict const ${name}`;
      const inside = `arena + (unsigned int)args[${i}]`;
      const at = isLent(buffer) ? `call->lent[${lent}] ? call->lent[${lent++}] : ${inside}` : inside;
      this.line(`${declaration} = (${type} *)(${at});`);
      this.e.setName(this.#copier.buffer(buffer), name, declaration);
    }
    for (const [i, size] of sizes.entries()) {
      const name = this.e.declare(this.#copier.ref(size));
      this.line(`const long long ${name} = args[${buffers.length + i}];`);
    }
    for (const buffer of buffers) {
      if (buffer.perWorker !== true) continue;
      // As `compile/` lays them out: each at a multiple of 64 bytes.
      const name = this.e.fresh(`${buffer.name}_stride`);
      const bytes = BYTES[buffer.type];
      this.line(`const long long ${name} = (${this.value(buffer.size)} * ${bytes} + 63) / 64 * 64 / ${bytes};`);
      this.#strides.set(this.#copier.buffer(buffer), name);
    }
  }

  body(stmts: readonly Stmt[]): void {
    for (const s of stmts) this.#stmt(s);
  }

  value(e: Expr): string {
    return this.e.value(this.#copier.expr(e));
  }

  isKnown(e: Expr): boolean {
    return this.e.isKnown(this.#copier.expr(e));
  }

  block(head: string, body: () => void): void {
    this.braces(head, () => this.e.scope(body));
  }

  #stmt(s: Stmt): void {
    this.e.next();
    switch (s.kind) {
      case "comment":
        return this.line(`/* ${s.text.replaceAll("*/", "* /")} */`);
      case "let": {
        const value = this.value(s.value);
        this.line(`const ${VALUE[s.ref.type]} ${this.e.declare(this.#copier.ref(s.ref))} = ${value};`);
        return;
      }
      case "var": {
        const value = this.value(s.init);
        this.line(`${VALUE[s.ref.type]} ${this.e.declare(this.#copier.ref(s.ref))} = ${value};`);
        return;
      }
      case "assign":
        return this.line(`${this.value(s.ref)} = ${this.value(s.value)};`);
      case "store":
        return this.#store(s.buffer, this.value(s.index), this.value(s.value));
      case "for":
        return this.#for(s);
      case "reduce":
        return this.#reductions.write(s);
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
    return this.e.nameOf(this.#copier.buffer(buffer))!;
  }

  /** Worth a function of their own are loops that are not inside of others, and those in loops whose rounds cannot be shared. */
  #mayBeParallel(mode: LoopMode): boolean {
    return (this.#loops === 0 || mode === "parallel") && !this.e.isInFunction;
  }

  #for(s: For): void {
    const end = this.value(s.extent);
    const isShort = s.extent.kind === "const" && Number(s.extent.value) < 2;
    const isPlain = s.mode === "serial" || isShort || canStop(s.body);
    if (isPlain || !this.#mayBeParallel(s.mode)) return this.#rounds(s, "0", end);
    const work = workOf(s.body);
    const isCheap = s.mode === "vector" && work.additions <= MOST_CHEAP && work.loops.length === 0;
    const bytes = isCheap ? bytesTouched(s.body) : 0;
    writeParallel(this, "loop", end, work, [], () => this.#rounds(s, "begin", "end"), bytes);
  }

  #rounds(s: For, start: string, end: string): void {
    if (s.mode !== "vector" || !mayUseShortForms(this.#copier, s.body)) return this.#loop(s, start, end);
    const [base, stop, isShort] = [this.e.fresh("base"), this.e.fresh("stop"), this.e.fresh("is_short")];
    this.block(`for (long long ${base} = ${start}; ${base} < ${end}; ${base} += ${STRETCH})`, () => {
      this.line(`const long long ${stop} = ${base} + ${STRETCH} < ${end} ? ${base} + ${STRETCH} : ${end};`);
      this.line(`int ${isShort} = 1;`);
      this.#copier.short((guards) => this.#loop(s, base, stop, () => this.writeGuards(isShort, guards)));
      this.block(`if (!${isShort})`, () => this.#loop(s, base, stop));
    });
  }

  /** `name` stays 1 as long as all conditions hold. */
  writeGuards(name: string, guards: ReadonlySet<Expr>): void {
    this.e.next();
    for (const guard of guards) this.line(`${name} &= ${this.e.value(guard)};`);
  }

  #loop(s: For, start: string, end: string, last: () => void = () => {}): void {
    if (s.mode !== "serial") this.line("#pragma GCC ivdep");
    const i = this.e.fresh(s.ref.name);
    this.#loops++;
    this.block(`for (long long ${i} = ${start}; ${i} < ${end}; ${i}++)`, () => {
      this.e.setName(this.#copier.ref(s.ref), i, `const long long ${i}`);
      this.body(s.body);
      last();
    });
    this.#loops--;
  }

  #if(s: If): void {
    const cond = this.value(s.cond);
    if (s.then.length > 0) this.block(`if (${cond})`, () => this.body(s.then));
    if (s.else.length > 0) this.block(s.then.length > 0 ? "else" : `if (!${cond})`, () => this.body(s.else));
  }

  #while(s: While): void {
    this.#loops++;
    this.block("for (;;)", () => {
      this.line(`if (!${this.value(s.cond)}) break;`);
      this.body(s.body);
    });
    this.#loops--;
  }

  #call(s: Call): void {
    if (s.fn === "copy") {
      const [to, from] = [
        `${this.#pointer(s.to)} + ${this.value(s.toOffset)}`,
        `${this.#pointer(s.from)} + ${this.value(s.fromOffset)}`,
      ];
      return this.line(`__builtin_memcpy(${to}, ${from}, ${this.value(s.count)} * ${BYTES[s.to.type]});`);
    }
    const type = s.c.buffer.type as "f32" | "f64";
    const matrix = (m: MatrixOperand): string =>
      `${this.#pointer(m.buffer)} + ${this.value(m.offset)}, ${this.value(m.rowStride)}, ${this.value(m.colStride)}`;
    const sizes = [s.m, s.n, s.k].map((e) => this.value(e));
    this.line(
      `lib->gemm_${type}(${[...sizes, matrix(s.a), matrix(s.b), matrix(s.c), this.value(s.alpha), this.value(s.beta)].join(", ")});`,
    );
  }
}

/** Whether the program may find a buffer outside of the arena. */
export function isLent(buffer: Buffer): boolean {
  return buffer.role === "input";
}

/** Whether a body may end the program, which only the function `theano_run` can. */
function canStop(body: readonly Stmt[]): boolean {
  return body.some((s) => {
    if (s.kind === "fail") return true;
    if (s.kind === "if") return canStop(s.then) || canStop(s.else);
    return (s.kind === "for" || s.kind === "while" || s.kind === "reduce") && canStop(s.body);
  });
}
