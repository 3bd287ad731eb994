/** ``T.expr`...` ``: expressions in the notation of arithmetic, parsed when the graph is built. */
import { ArgumentError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import { intDiv } from "./division.ts";
import { matmul } from "./dot.ts";
import * as M from "./math.ts";
import { TensorVariable, type TensorLike } from "./variable.ts";

type Token =
  | { readonly kind: "number"; readonly value: number; readonly at: number }
  | { readonly kind: "name"; readonly text: string; readonly at: number }
  | { readonly kind: "value"; readonly value: TensorLike; readonly at: number }
  | { readonly kind: "sign"; readonly text: string; readonly at: number }
  | { readonly kind: "end"; readonly at: number };

/** What a function name in the text stands for. */
export type ExprFunctions = Readonly<Record<string, unknown>>;

const SIGNS = ["...", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", ..."+-*/%@<>&|^~(),.[]:"];

interface Infix {
  readonly power: number;
  readonly right?: boolean;
  readonly apply: (a: TensorLike, b: TensorLike) => TensorVariable;
}

/** Binding powers in Python's order. */
const INFIX: ReadonlyMap<string, Infix> = new Map<string, Infix>([
  ["==", { power: 1, apply: M.eq }],
  ["!=", { power: 1, apply: M.neq }],
  ["<", { power: 1, apply: M.lt }],
  ["<=", { power: 1, apply: M.le }],
  [">", { power: 1, apply: M.gt }],
  [">=", { power: 1, apply: M.ge }],
  ["|", { power: 2, apply: M.or }],
  ["^", { power: 3, apply: M.xor }],
  ["&", { power: 4, apply: M.and }],
  ["<<", { power: 5, apply: M.leftShift }],
  [">>", { power: 5, apply: M.rightShift }],
  ["+", { power: 6, apply: (a, b) => M.add(a, b) }],
  ["-", { power: 6, apply: M.sub }],
  ["*", { power: 7, apply: (a, b) => M.mul(a, b) }],
  ["/", { power: 7, apply: M.div }],
  ["//", { power: 7, apply: intDiv }],
  ["%", { power: 7, apply: M.mod }],
  ["@", { power: 7, apply: (a, b) => matmul(a, b) }],
  ["**", { power: 9, right: true, apply: M.pow }],
]);

const UNARY_POWER = 8;

class Parser {
  readonly #tokens: readonly Token[];
  readonly #source: string;
  readonly #functions: ExprFunctions;
  #next = 0;

  constructor(tokens: readonly Token[], source: string, functions: ExprFunctions) {
    this.#tokens = tokens;
    this.#source = source;
    this.#functions = functions;
  }

  parse(): TensorVariable {
    const value = this.#expression(0);
    const rest = this.#peek();
    if (rest.kind !== "end") this.#fail("an operator or the end was expected", rest.at);
    return asTensor(value);
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(): Token {
    return this.#tokens[this.#next++]!;
  }

  #accept(text: string): boolean {
    const t = this.#peek();
    if (t.kind !== "sign" || t.text !== text) return false;
    this.#next++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) this.#fail(`"${text}" was expected`, this.#peek().at);
  }

  #fail(message: string, at: number): never {
    throw new ArgumentError(`T.expr: ${message} at column ${at + 1}:\n  ${this.#source}\n  ${" ".repeat(at)}^`, {
      op: "expr",
    });
  }

  #expression(least: number): TensorLike {
    let left = this.#prefix();
    for (;;) {
      const t = this.#peek();
      const infix = t.kind === "sign" ? INFIX.get(t.text) : undefined;
      if (infix === undefined || infix.power <= least) return left;
      this.#next++;
      const right = this.#expression(infix.right === true ? infix.power - 1 : infix.power);
      left = literal(t.kind === "sign" ? t.text : "", left, right) ?? infix.apply(left, right);
    }
  }

  #prefix(): TensorLike {
    const t = this.#take();
    if (t.kind === "sign") {
      if (t.text === "-") return negate(this.#expression(UNARY_POWER));
      if (t.text === "+") return this.#expression(UNARY_POWER);
      if (t.text === "~") return M.invert(this.#expression(UNARY_POWER));
      if (t.text === "(") {
        const inner = this.#expression(0);
        this.#expect(")");
        return this.#postfix(inner);
      }
    }
    if (t.kind === "number") return t.value;
    if (t.kind === "value") return this.#postfix(t.value);
    if (t.kind === "name") return this.#postfix(this.#call(t));
    return this.#fail("a value was expected", t.at);
  }

  #call(name: Token & { kind: "name" }): TensorLike {
    if (name.text === "pi") return Math.PI;
    const path = [name.text];
    while (this.#accept(".")) {
      const part = this.#take();
      if (part.kind !== "name") this.#fail("a name was expected", part.at);
      path.push(part.text);
    }
    let f: unknown = this.#functions;
    for (const part of path) {
      f = typeof f === "object" && f !== null && Object.hasOwn(f, part) ? (f as ExprFunctions)[part] : undefined;
    }
    if (typeof f !== "function") this.#fail(`there is no function ${path.join(".")}`, name.at);
    this.#expect("(");
    const args = this.#list(")");
    return (f as (...args: TensorLike[]) => TensorLike)(...args);
  }

  #list(close: string): TensorLike[] {
    const args: TensorLike[] = [];
    if (this.#accept(close)) return args;
    do args.push(this.#expression(0));
    while (this.#accept(","));
    this.#expect(close);
    return args;
  }

  /** `.T`, `.name(...)` and `[...]` after a value. */
  #postfix(first: TensorLike): TensorLike {
    let value = first;
    for (;;) {
      if (this.#accept("[")) value = this.#index(value);
      else if (this.#accept(".")) value = this.#member(value);
      else return value;
    }
  }

  #member(value: TensorLike): TensorLike {
    const name = this.#take();
    if (name.kind !== "name") return this.#fail("a name was expected", name.at);
    const target = asTensor(value) as unknown as Record<string, unknown>;
    if (!(name.text in target)) this.#fail(`a tensor has no ${name.text}`, name.at);
    const member = target[name.text];
    if (typeof member !== "function") return member as TensorLike;
    this.#expect("(");
    return (member as (...args: TensorLike[]) => TensorLike).apply(target, this.#list(")"));
  }

  #index(value: TensorLike): TensorVariable {
    const items: unknown[] = [];
    do items.push(this.#indexItem());
    while (this.#accept(","));
    this.#expect("]");
    return asTensor(value).at(...(items as never[]));
  }

  #indexItem(): unknown {
    if (this.#accept("...")) return "...";
    const first = this.#peek();
    if (first.kind === "name" && (first.text === "None" || first.text === "null")) {
      this.#next++;
      return null;
    }
    const parts: (TensorLike | null)[] = [];
    let slice = false;
    for (;;) {
      const t = this.#peek();
      const ends = t.kind === "sign" && (t.text === ":" || t.text === "," || t.text === "]");
      parts.push(ends ? null : this.#expression(0));
      if (!this.#accept(":")) break;
      slice = true;
    }
    if (!slice) return parts[0];
    const make = (this.#functions as { slice?: (...args: unknown[]) => unknown }).slice;
    if (make === undefined) return this.#fail("slices are not available", this.#peek().at);
    return make(parts[0] ?? null, parts[1] ?? null, parts[2] ?? null);
  }
}

/** Arithmetic of two numbers, as Python does it; the result is a number again, that takes the dtype of what it meets. */
function literal(sign: string, a: TensorLike, b: TensorLike): number | null {
  if (typeof a !== "number" || typeof b !== "number") return null;
  switch (sign) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "**":
      return a ** b;
    case "/":
      return a / b;
    case "//":
      return b === 0 ? null : Math.floor(a / b);
    case "%":
      return b === 0 ? null : a - Math.floor(a / b) * b;
    default:
      return null;
  }
}

function negate(x: TensorLike): TensorLike {
  return typeof x === "number" ? -x : M.neg(x);
}

function tokenize(strings: readonly string[], values: readonly TensorLike[]): { tokens: Token[]; source: string } {
  const tokens: Token[] = [];
  let source = "";
  for (const [i, text] of strings.entries()) {
    const start = source.length;
    source += text;
    tokenizeText(text, start, tokens, source);
    if (i < values.length) {
      tokens.push({ kind: "value", value: values[i]!, at: source.length });
      const v = values[i]!;
      source += v instanceof TensorVariable ? (v.name ?? "_") : "_";
    }
  }
  tokens.push({ kind: "end", at: source.length });
  return { tokens, source: source.replaceAll("\n", " ") };
}

function tokenizeText(text: string, start: number, tokens: Token[], source: string): void {
  let i = 0;
  while (i < text.length) {
    const rest = text.slice(i);
    const blank = /^\s+/.exec(rest);
    const number = /^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/.exec(rest);
    const name = /^[A-Za-z_]\w*/.exec(rest);
    const sign = SIGNS.find((s) => rest.startsWith(s));
    const at = start + i;
    if (blank !== null) i += blank[0].length;
    else if (number !== null) {
      tokens.push({ kind: "number", value: Number(number[0]), at });
      i += number[0].length;
    } else if (name !== null) {
      tokens.push({ kind: "name", text: name[0], at });
      i += name[0].length;
    } else if (sign !== undefined) {
      tokens.push({ kind: "sign", text: sign, at });
      i += sign.length;
    } else {
      throw new ArgumentError(
        `T.expr: "${rest[0]!}" is not understood at column ${at + 1}:\n  ${source}\n  ${" ".repeat(at)}^`,
        { op: "expr" },
      );
    }
  }
}

/** The text form over a set of functions. */
export function makeExpr(
  functions: () => ExprFunctions,
): (strings: TemplateStringsArray, ...values: readonly TensorLike[]) => TensorVariable {
  return (strings, ...values) => {
    const { tokens, source } = tokenize(strings, values);
    return new Parser(tokens, source, functions()).parse();
  };
}
