// The header of a .npy file: a Python dictionary literal, read by a small parser that knows only
// literals. Format: numpy/lib/format.py, versions 1.0, 2.0 and 3.0.

import { isDType, itemSize } from "../dtype.ts";
import type { DType } from "../dtype.ts";
import { FileFormatError } from "../errors.ts";
import { shapeText } from "./layout.ts";

/** What a header says. */
export interface NpyHeader {
  readonly dtype: DType;
  /** The bytes of each number are stored in reverse. */
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

const MAX_DIMENSIONS = 64;
const MAX_DEPTH = 16;

/** A parsed literal. Integers are bigint, tuples and lists are arrays with a mark. */
type Literal =
  | string
  | bigint
  | boolean
  | null
  | { readonly kind: "tuple" | "list"; readonly items: readonly Literal[] }
  | ReadonlyMap<string, Literal>;

/** `npy: ` and what is wrong. */
export function npyError(message: string): FileFormatError {
  return new FileFormatError(`npy: ${message}`);
}

/** Shown in messages without control characters or great length. */
function excerpt(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  return JSON.stringify(short);
}

/** Recursive descent over Python literals. */
class LiteralParser {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  parseAll(): Literal {
    const value = this.value(0);
    this.skipSpace();
    if (this.at < this.text.length) throw this.error("text after the dictionary");
    return value;
  }

  private error(what: string): FileFormatError {
    return npyError(`the header has ${what}, at ${excerpt(this.text.slice(this.at))}.`);
  }

  private skipSpace(): void {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? "")) this.at++;
  }

  private take(char: string): boolean {
    this.skipSpace();
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private value(depth: number): Literal {
    if (depth > MAX_DEPTH) throw this.error("too many levels");
    this.skipSpace();
    const char = this.text[this.at];
    if (char === "'" || char === '"') return this.string(char);
    if (this.take("{")) return this.dictionary(depth);
    if (this.take("(")) return { kind: "tuple", items: this.items(")", depth) };
    if (this.take("[")) return { kind: "list", items: this.items("]", depth) };
    return this.word();
  }

  private string(quote: string): string {
    const end = this.text.indexOf(quote, this.at + 1);
    const body = end < 0 ? "" : this.text.slice(this.at + 1, end);
    if (end < 0 || /[\\\n]/.test(body)) throw this.error("an unreadable string");
    this.at = end + 1;
    return body;
  }

  private word(): Literal {
    // Python 2 wrote long integers with an L.
    const ahead = this.text.slice(this.at, this.at + 400);
    const match = /^(?:True|False|None|[+-]?\d+L?)(?![\w.])/.exec(ahead);
    if (match === null) throw this.error("no readable value");
    this.at += match[0].length;
    if (match[0] === "None") return null;
    if (match[0] === "True" || match[0] === "False") return match[0] === "True";
    return BigInt(match[0].replace(/^\+|L$/g, ""));
  }

  private items(close: string, depth: number): Literal[] {
    const items: Literal[] = [];
    while (!this.take(close)) {
      items.push(this.value(depth + 1));
      if (!this.take(",")) {
        if (!this.take(close)) throw this.error(`no "," or "${close}"`);
        // A value in parentheses without a comma is not a tuple in Python.
        if (close === ")" && items.length === 1) throw this.error("parentheses without a comma");
        break;
      }
    }
    return items;
  }

  private dictionary(depth: number): ReadonlyMap<string, Literal> {
    const entries = new Map<string, Literal>();
    while (!this.take("}")) {
      const key = this.value(depth + 1);
      if (typeof key !== "string") throw this.error("a key that is no string");
      if (entries.has(key)) throw this.error(`the key ${excerpt(key)} twice`);
      if (!this.take(":")) throw this.error('no ":"');
      entries.set(key, this.value(depth + 1));
      if (!this.take(",")) {
        if (!this.take("}")) throw this.error('no "," or "}"');
        break;
      }
    }
    return entries;
  }
}

const kinds: Readonly<Record<string, string>> = {
  b: "bool",
  i: "int",
  u: "uint",
  f: "float",
  c: "complex",
};

/** Dtype and byte order of a NumPy type string such as `<f8`. */
function parseDescr(descr: Literal): { dtype: DType; bigEndian: boolean } {
  if (typeof descr !== "string") throw npyError("structured dtypes are not supported.");
  const match = /^([<>|=])([biufc])(\d{1,2})$/.exec(descr);
  const bytes = Number(match?.[3]);
  const name = match === null ? "" : kinds[match[2]!]! + (match[2] === "b" ? "" : bytes * 8);
  const orderFits = match !== null && (match[1] !== "|" || bytes === 1);
  if (!isDType(name) || itemSize(name) !== bytes || !orderFits) {
    throw npyError(
      `dtype ${excerpt(descr)} is not supported; expected bool, int8-64, uint8-64, float16-64 or ` + "complex64-128.",
    );
  }
  return { dtype: name, bigEndian: match[1] === ">" };
}

function parseShape(value: Literal): number[] {
  if (typeof value !== "object" || value === null || !("kind" in value) || value.kind !== "tuple") {
    throw npyError("the shape is not a tuple of integers.");
  }
  if (value.items.length > MAX_DIMENSIONS) {
    throw npyError(`${value.items.length} dimensions; at most ${MAX_DIMENSIONS} are supported.`);
  }
  let product = 1n;
  const shape = value.items.map((length) => {
    if (typeof length !== "bigint" || length < 0n) {
      throw npyError(`the shape holds ${String(length)}, which is not a size.`);
    }
    product *= length === 0n ? 1n : length;
    return Number(length);
  });
  if (product > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw npyError(`the shape ${shapeText(shape)} has too many elements.`);
  }
  return shape;
}

/**
 * Reads the text of a header.
 * @throws FileFormatError
 */
export function parseNpyHeader(text: string): NpyHeader {
  const entries = new LiteralParser(text).parseAll();
  if (!(entries instanceof Map)) throw npyError("the header is not a dictionary.");
  const keys = ["descr", "fortran_order", "shape"];
  const found = [...(entries as ReadonlyMap<string, Literal>).keys()].sort();
  if (found.join() !== keys.join()) {
    throw npyError(`the header has the keys ${excerpt(found.join(", "))}; expected ${keys.join(", ")}.`);
  }
  const literals = entries as ReadonlyMap<string, Literal>;
  const fortranOrder = literals.get("fortran_order")!;
  if (typeof fortranOrder !== "boolean") throw npyError("fortran_order is not True or False.");
  const shape = parseShape(literals.get("shape")!);
  return { ...parseDescr(literals.get("descr")!), fortranOrder, shape };
}

/** NumPy's type string, little-endian. */
function descrOf(dtype: DType): string {
  const bytes = itemSize(dtype);
  return `${bytes === 1 ? "|" : "<"}${dtype[0]}${bytes}`;
}

/** NumPy leaves room for the first size to grow to this many digits. */
const GROWTH_DIGITS = 21;

/** Text of a C-ordered header, without the padding that aligns the data. */
export function formatNpyHeader(dtype: DType, shape: readonly number[]): string {
  const size = shapeText(shape);
  const text = `{'descr': '${descrOf(dtype)}', 'fortran_order': False, 'shape': ${size}, }`;
  const room = shape.length === 0 ? 0 : GROWTH_DIGITS - String(shape[0]).length;
  return text + " ".repeat(Math.max(0, room));
}
