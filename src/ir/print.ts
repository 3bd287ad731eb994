/** Programs as text: a listing that a person can follow. */
import type { Buffer, Expr, MatrixOperand, Program, Stmt } from "./node.ts";

const INFIX: Readonly<Record<string, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  idiv: "//",
  imod: "%",
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

/** The text of a program: sizes, checks, buffers, then the statements, two blanks a level. */
export function printProgram(program: Program): string {
  const lines: string[] = [`program ${program.name}`];
  for (const { ref, value } of program.sizes) {
    lines.push(value === null ? `  size ${ref.name}` : `  size ${ref.name} = ${printExpr(value)}`);
  }
  for (const { cond, failure } of program.checks) {
    lines.push(`  check ${printExpr(cond)} else fail ${failure + 1}`);
  }
  for (const b of program.buffers) lines.push(`  ${b.role} ${b.name}: ${b.type}[${printExpr(b.size)}]`);
  printBody(program.body, "  ", lines);
  for (const [i, text] of program.failures.entries()) {
    lines.push(`  failure ${i + 1}: ${text.split("\n")[0]!}`);
  }
  return lines.join("\n");
}

function printBody(body: readonly Stmt[], indent: string, lines: string[]): void {
  for (const s of body) printStmt(s, indent, lines);
}

function printStmt(s: Stmt, indent: string, lines: string[]): void {
  const inner = `${indent}  `;
  const say = (text: string): void => void lines.push(indent + text);
  switch (s.kind) {
    case "for":
      say(`${s.mode === "serial" ? "for" : `${s.mode} for`} ${s.ref.name} < ${printExpr(s.extent)}:`);
      return printBody(s.body, inner, lines);
    case "let":
      return say(`${s.ref.name} = ${printExpr(s.value)}`);
    case "var":
      return say(`var ${s.ref.name} = ${printExpr(s.init)}`);
    case "assign":
      return say(`${s.ref.name} := ${printExpr(s.value)}`);
    case "store":
      return say(`${s.buffer.name}[${printExpr(s.index)}] = ${printExpr(s.value)}`);
    case "reduce":
      say(`reduce ${s.ref.name} < ${printExpr(s.extent)} (lanes ${s.order.lanes}, block ${s.order.block}):`);
      printBody(s.body, inner, lines);
      for (const a of s.accs) {
        const at = a.position === undefined ? "" : ` at ${a.position.name}`;
        lines.push(`${inner}${a.target.name}${at} = ${a.monoid} ${printExpr(a.value)}`);
      }
      return;
    case "if":
      say(`if ${printExpr(s.cond)}:`);
      printBody(s.then, inner, lines);
      if (s.else.length === 0) return;
      say("else:");
      return printBody(s.else, inner, lines);
    case "while":
      say(`while ${printExpr(s.cond)}:`);
      return printBody(s.body, inner, lines);
    case "call":
      return say(printCall(s));
    case "fail":
      return say(`fail ${s.code}`);
    case "comment":
      return say(`# ${s.text.replaceAll("\n", " ")}`);
  }
}

function printCall(s: Stmt & { kind: "call" }): string {
  if (s.fn === "copy") {
    const at = (b: Buffer, o: Expr): string => `${b.name}[${printExpr(o)}]`;
    return `copy ${at(s.to, s.toOffset)} <- ${at(s.from, s.fromOffset)}, ${printExpr(s.count)}`;
  }
  const sizes = `${printExpr(s.m)} x ${printExpr(s.n)} x ${printExpr(s.k)}`;
  const c = printMatrix(s.c);
  return `gemm ${sizes}: ${c} = ${printExpr(s.alpha)} * ${printMatrix(s.a)} . ${printMatrix(s.b)} + ${printExpr(s.beta)} * ${c}`;
}

function printMatrix(m: MatrixOperand): string {
  return `${m.buffer.name}[${printExpr(m.offset)}; ${printExpr(m.rowStride)}, ${printExpr(m.colStride)}]`;
}

/** One expression on one line. */
export function printExpr(e: Expr): string {
  switch (e.kind) {
    case "const":
      return printConst(e.value, e.type === "f32" || e.type === "f64" || e.type === "f16");
    case "ref":
      return e.name;
    case "load":
      return `${e.buffer.name}[${printExpr(e.index)}]`;
    case "cast":
      return `${e.type}(${printExpr(e.arg)})`;
    case "bitcast":
      return `bits.${e.type}(${printExpr(e.arg)})`;
    case "op": {
      const args = e.args.map(printExpr);
      const sign = INFIX[e.op];
      return sign === undefined ? `${e.op}(${args.join(", ")})` : `(${args.join(` ${sign} `)})`;
    }
  }
}

function printConst(value: number | bigint | boolean, float: boolean): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return float && /^-?\d+$/.test(text) ? `${text}.0` : text;
}
