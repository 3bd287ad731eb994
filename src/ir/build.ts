/**
 * Builds expressions. Equal expressions of one builder are one object, constants are folded and the trivial algebra of index
 * arithmetic is done at once, so that what later stages see is small.
 */
import { InternalError } from "../errors.ts";
import { convert, evaluateInstruction } from "./fold.ts";
import type { Bitcast, Buffer, BufferRole, Cast, Const, Expr, Load, Operation, Ref, ScalarType } from "./node.ts";
import {
  instruction,
  isFloatType,
  isIntegerType,
  isWide,
  scalarInstructions,
  type InstructionName,
  type OperandKind,
} from "./scalarInstructions.ts";

/** An expression, or a number that becomes a constant of the type of its neighbour. */
export type ExprLike = Expr | number;

/** More expressions than a program can hold; pairs of ids are exact as numbers. */
const ID_LIMIT = 2 ** 26;

export class IrBuilder {
  readonly #interned = new Map<string, Expr>();
  /** Instructions of one or two operands, by name and then by the ids of the operands: most of what there is. */
  readonly #operations = new Map<string, Map<number, Expr>>();
  readonly #indices = new Map<number, Const>();
  /** Refs that are never negative. */
  readonly #naturals = new Set<Expr>();
  #nextId = 0;
  /** Whether formulas may use `fma`: for targets that have it as one instruction, and were not asked for the same bits as those that have not. */
  readonly fuses: boolean;

  constructor(options: { readonly fuses?: boolean } = {}) {
    this.fuses = options.fuses ?? false;
  }

  /** A literal. Numbers are converted to what the type stores (bigint for 64-bit integers). */
  constant(type: ScalarType, value: number | bigint | boolean): Const {
    const stored = convert(value, type);
    const text = Object.is(stored, -0) ? "-0" : String(stored);
    return this.#intern(`c${type}:${text}`, (id) => ({ kind: "const", id, type, value: stored })) as Const;
  }

  /** A size or offset literal. */
  index(value: number): Const {
    let e = this.#indices.get(value);
    // A map takes -0 for 0, and so does the type.
    if (e === undefined) this.#indices.set(value, (e = this.constant("index", value)));
    return e;
  }

  /** A new variable: a loop variable, a size or a local. Never merged with another. */
  ref(type: ScalarType, name: string): Ref {
    return { kind: "ref", id: this.#nextId++, type, name };
  }

  /** A new variable of type index that is never negative: a size or a loop variable. */
  natural(name: string): Ref {
    const ref = this.ref("index", name);
    this.#naturals.add(ref);
    return ref;
  }

  /** Whether `e` is known not to be negative. */
  isNatural(e: Expr): boolean {
    if (e.kind === "const") return Number(e.value) >= 0;
    if (e.kind !== "op") return this.#naturals.has(e);
    switch (e.op) {
      case "add":
      case "mul":
      case "min":
      case "idiv":
      case "imod":
        return e.type === "index" && e.args.every((a) => this.isNatural(a));
      case "max":
        return e.type === "index" && e.args.some((a) => this.isNatural(a));
      default:
        return false;
    }
  }

  buffer(name: string, type: ScalarType, role: BufferRole, size: Expr, data?: ArrayBufferView): Buffer {
    const id = this.#nextId++;
    const base = { kind: "buffer", id, name, type, role, size } as const;
    return data === undefined ? base : { ...base, data };
  }

  /** A temporary buffer of which each worker of a parallel loop has its own. */
  workerBuffer(name: string, type: ScalarType, size: Expr): Buffer {
    return { ...this.buffer(name, type, "temp", size), perWorker: true };
  }

  load(buffer: Buffer, index: ExprLike): Load {
    const at = this.#lift(index, "index");
    if (at.type !== "index") fail(`load of ${buffer.name}: the position is ${at.type}, not index`);
    const { type } = buffer;
    return this.#intern(`l${buffer.id},${at.id}`, (id) => ({ kind: "load", id, type, buffer, index: at })) as Load;
  }

  /** Conversion by value; nothing when the type is the same. */
  cast(x: Expr, type: ScalarType): Expr {
    if (x.type === type) return x;
    if (x.kind === "const") return this.constant(type, convert(x.value, type));
    return this.#intern(`t${type},${x.id}`, (id): Cast => ({ kind: "cast", id, type, arg: x }));
  }

  /** The same bits as another type of the same width. */
  bitcast(x: Expr, type: ScalarType): Expr {
    if (x.type === type) return x;
    if (x.kind === "bitcast" && x.arg.type === type) return x.arg;
    return this.#intern(`b${type},${x.id}`, (id): Bitcast => ({ kind: "bitcast", id, type, arg: x }));
  }

  /** An instruction of the table. Number arguments take the type of the first expression argument. */
  op(name: InstructionName, ...args: readonly ExprLike[]): Expr {
    const list = this.#operands(name, args);
    this.#checkOperands(name, list);
    const row = instruction(name);
    const type = row.result === "bool" ? "bool" : list[list.length - 1]!.type;
    if (row.decomposed !== true && areConstants(list)) {
      const values = list.map((a) => a.value);
      const types = list.map((a) => a.type);
      return this.constant(type, evaluateInstruction(name, type, values, types));
    }
    const simpler = this.#simplify(name, list);
    if (simpler !== null) return simpler;
    if (row.commutative === true && list[0]!.id > list[1]!.id && list[0]!.kind === "const") list.reverse();
    if (list.length > 2) {
      const key = `o${name},${list.map((a) => a.id).join(",")}`;
      return this.#intern(key, (id): Operation => ({ kind: "op", id, type, op: name, args: list }));
    }
    let known = this.#operations.get(name);
    if (known === undefined) this.#operations.set(name, (known = new Map()));
    const key = list.length === 1 ? list[0]!.id : list[0]!.id * ID_LIMIT + list[1]!.id;
    let e = known.get(key);
    if (e === undefined) known.set(key, (e = { kind: "op", id: this.#nextId++, type, op: name, args: list }));
    return e;
  }

  /** The arguments as expressions: numbers get the type of the first expression, the condition of a select apart. */
  #operands(name: InstructionName, args: readonly ExprLike[]): Expr[] {
    const first = name === "select" ? 1 : 0;
    let typed: Expr | undefined;
    for (let i = first; i < args.length && typed === undefined; i++) {
      const a = args[i]!;
      if (typeof a !== "number") typed = a;
    }
    if (typed === undefined) throw new InternalError(`ir: ${name} needs one typed argument`);
    const list: Expr[] = [];
    for (let i = 0; i < args.length; i++) list.push(this.#lift(args[i]!, i < first ? "bool" : typed.type));
    return list;
  }

  add(a: ExprLike, b: ExprLike): Expr {
    return this.op("add", a, b);
  }
  sub(a: ExprLike, b: ExprLike): Expr {
    return this.op("sub", a, b);
  }
  mul(a: ExprLike, b: ExprLike): Expr {
    return this.op("mul", a, b);
  }
  div(a: ExprLike, b: ExprLike): Expr {
    return this.op("div", a, b);
  }
  idiv(a: ExprLike, b: ExprLike): Expr {
    return this.op("idiv", a, b);
  }
  imod(a: ExprLike, b: ExprLike): Expr {
    return this.op("imod", a, b);
  }
  neg(a: Expr): Expr {
    return this.op("neg", a);
  }
  abs(a: Expr): Expr {
    return this.op("abs", a);
  }
  min(a: ExprLike, b: ExprLike): Expr {
    return this.op("min", a, b);
  }
  max(a: ExprLike, b: ExprLike): Expr {
    return this.op("max", a, b);
  }
  sqrt(a: Expr): Expr {
    return this.op("sqrt", a);
  }
  floor(a: Expr): Expr {
    return this.op("floor", a);
  }
  ceil(a: Expr): Expr {
    return this.op("ceil", a);
  }
  trunc(a: Expr): Expr {
    return this.op("trunc", a);
  }
  nearest(a: Expr): Expr {
    return this.op("nearest", a);
  }
  copysign(a: ExprLike, b: ExprLike): Expr {
    return this.op("copysign", a, b);
  }
  eq(a: ExprLike, b: ExprLike): Expr {
    return this.op("eq", a, b);
  }
  ne(a: ExprLike, b: ExprLike): Expr {
    return this.op("ne", a, b);
  }
  lt(a: ExprLike, b: ExprLike): Expr {
    return this.op("lt", a, b);
  }
  le(a: ExprLike, b: ExprLike): Expr {
    return this.op("le", a, b);
  }
  gt(a: ExprLike, b: ExprLike): Expr {
    return this.op("gt", a, b);
  }
  ge(a: ExprLike, b: ExprLike): Expr {
    return this.op("ge", a, b);
  }
  and(a: ExprLike, b: ExprLike): Expr {
    return this.op("and", a, b);
  }
  or(a: ExprLike, b: ExprLike): Expr {
    return this.op("or", a, b);
  }
  xor(a: ExprLike, b: ExprLike): Expr {
    return this.op("xor", a, b);
  }
  not(a: Expr): Expr {
    return this.op("not", a);
  }
  shl(a: ExprLike, b: ExprLike): Expr {
    return this.op("shl", a, b);
  }
  shr(a: ExprLike, b: ExprLike): Expr {
    return this.op("shr", a, b);
  }
  select(condition: Expr, a: ExprLike, b: ExprLike): Expr {
    return this.op("select", condition, a, b);
  }

  #lift(x: ExprLike, type: ScalarType): Expr {
    return typeof x === "number" ? this.constant(type, x) : x;
  }

  #intern(key: string, make: (id: number) => Expr): Expr {
    let e = this.#interned.get(key);
    if (e === undefined) this.#interned.set(key, (e = make(this.#nextId++)));
    return e;
  }

  /** Messages are made only where they are needed: this runs for every instruction of every program. */
  #checkOperands(name: InstructionName, args: readonly Expr[]): void {
    const row = scalarInstructions[name];
    if (args.length !== row.arity) fail(`${name} takes ${row.arity} arguments, got ${args.length}`);
    const start = name === "select" ? 1 : 0;
    if (start === 1 && args[0]!.type !== "bool") fail(`select on ${args[0]!.type}, not bool`);
    const first = args[start]!.type;
    for (let i = start + 1; i < args.length; i++) {
      if (args[i]!.type !== first) fail(`${name} of ${args.map((x) => x.type).join(" and ")}`);
    }
    if (!accepts(row.operands, first)) fail(`${name} of ${first}`);
  }

  /** Identities that are exact: all of them for integers and index, none that could change a float's bits. */
  #simplify(name: InstructionName, args: readonly Expr[]): Expr | null {
    const [a, b, c] = args as [Expr, Expr, Expr];
    if (name === "select") {
      if (b === c) return b;
      if (a.kind === "const") return a.value === true ? b : c;
      return null;
    }
    if (a.type === "bool") return this.#simplifyBool(name, a, b);
    if (isFloatType(a.type))
      return isOne(b) && (name === "mul" || name === "div") ? a : isOne(a) && name === "mul" ? b : null;
    return this.#simplifyInteger(name, a, b);
  }

  #simplifyBool(name: InstructionName, a: Expr, b: Expr | undefined): Expr | null {
    if (b === undefined) return null;
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      if (x.kind !== "const") continue;
      if (name === "and") return x.value === true ? y : x;
      if (name === "or") return x.value === true ? x : y;
    }
    return a === b && (name === "and" || name === "or") ? a : null;
  }

  #simplifyInteger(name: InstructionName, a: Expr, b: Expr | undefined): Expr | null {
    if (b === undefined) return null;
    switch (name) {
      case "add":
        if (isZero(a)) return b;
        if (isZero(b)) return a;
        return this.#foldSum(a, b);
      case "sub":
        if (isZero(b)) return a;
        return a === b ? this.constant(a.type, 0) : null;
      case "mul":
        if (isZero(a) || isZero(b)) return this.constant(a.type, 0);
        if (isOne(a)) return b;
        return isOne(b) ? a : null;
      case "idiv":
        return isOne(b) ? a : null;
      case "imod":
        return isOne(b) ? this.constant(a.type, 0) : null;
      case "max":
        if (isZero(a) && this.isNatural(b)) return b;
        if (isZero(b) && this.isNatural(a)) return a;
        return a === b ? a : null;
      case "min":
        return a === b ? a : null;
      case "le":
      case "ge": {
        const [most, least] = name === "ge" ? [a, b] : [b, a];
        const isSure = a === b || (this.isNatural(most) && this.#isNotPositive(least));
        return isSure ? this.constant("bool", true) : null;
      }
      case "lt":
      case "gt": {
        const [least, most] = name === "lt" ? [a, b] : [b, a];
        const isImpossible = a === b || (this.isNatural(least) && this.#isNotPositive(most));
        return isImpossible ? this.constant("bool", false) : null;
      }
      case "eq":
        return a === b ? this.constant("bool", true) : null;
      case "ne":
        return a === b ? this.constant("bool", false) : null;
      default:
        return null;
    }
  }

  #isNotPositive(e: Expr): boolean {
    if (e.kind === "const") return Number(e.value) <= 0;
    return e.kind === "op" && e.op === "neg" && e.type === "index" && this.isNatural(e.args[0]!);
  }

  /** (x + c) + d = x + (c + d) for sizes. */
  #foldSum(a: Expr, b: Expr): Expr | null {
    const [x, y] = b.kind === "const" ? [a, b] : [b, a];
    if (y.kind !== "const" || x.kind !== "op" || x.op !== "add" || x.type !== "index") return null;
    const inner = x.args.find((e): e is Const => e.kind === "const");
    const rest = x.args.find((e) => e !== inner);
    if (inner === undefined || rest === undefined) return null;
    return this.add(rest, this.index(Number(inner.value) + Number(y.value)));
  }
}

function areConstants(list: Expr[]): list is Const[] {
  for (const e of list) if (e.kind !== "const") return false;
  return true;
}

function isZero(x: Expr): boolean {
  return x.kind === "const" && Number(x.value) === 0;
}

function isOne(x: Expr | undefined): boolean {
  return x !== undefined && x.kind === "const" && x.type !== "bool" && Number(x.value) === 1;
}

function accepts(kind: OperandKind, type: ScalarType): boolean {
  switch (kind) {
    case "any":
      return true;
    case "number":
      return type !== "bool";
    case "float":
      return isFloatType(type);
    case "integer":
      return isIntegerType(type);
    case "bits":
      return type === "bool" || isIntegerType(type);
  }
}

/** True for constants that are equal to a number. */
export function isConstantOf(x: Expr, value: number): boolean {
  return x.kind === "const" && !isWide(x.type) && Number(x.value) === value;
}

function fail(message: string): never {
  throw new InternalError(`ir: ${message}`);
}
