/** Elements of a reduction as vectors: what arithmetic makes of memory at consecutive places and of scalars from outside of the loop. */
import type { Buffer, Expr, Ref, ScalarType, Stmt } from "../../ir/node.ts";
import { children, within } from "../../ir/traverse.ts";
import type { Copier } from "./copy.ts";
import type { ExpressionWriter } from "./expressions.ts";
import type { Prelude } from "./prelude.ts";
import { isFloat, STORED, VALUE } from "./types.ts";

/** Instructions that compilers take on vectors as on numbers, with the same bits. */
const ARITHMETIC: Readonly<Record<string, string>> = { add: "+", sub: "-", mul: "*" };

interface Host {
  readonly e: ExpressionWriter;
  line(text: string): void;
  value(e: Expr): string;
}

export class ElementVectors {
  readonly #host: Host;
  readonly #copier: Copier;
  readonly #prelude: Prelude;
  readonly #ref: Ref;
  readonly #body: readonly Stmt[];
  /** Names of the present vectors. */
  #names = new Map<Expr, string>();

  private constructor(host: Host, copier: Copier, prelude: Prelude, ref: Ref, body: readonly Stmt[]) {
    this.#host = host;
    this.#copier = copier;
    this.#prelude = prelude;
    this.#ref = ref;
    this.#body = body;
  }

  /** A writer of the loop's `body` and `values`; null where they are more than such arithmetic. */
  static of(
    host: Host,
    copier: Copier,
    prelude: Prelude,
    ref: Ref,
    body: readonly Stmt[],
    values: readonly Expr[],
  ): ElementVectors | null {
    const plain = new PlainBody(ref, body);
    const isPlain = body.every((s) => plain.admits(s)) && values.every((e) => plain.isVector(e));
    return isPlain ? new ElementVectors(host, copier, prelude, ref, body) : null;
  }

  get hasStores(): boolean {
    return this.#body.some((s) => s.kind === "store");
  }

  /** Writes the body for `lanes` elements, `offset` after the loop's variable; `values` as vectors. */
  write(values: readonly Expr[], offset: number, lanes: number): string[] {
    this.#names = new Map();
    for (const s of this.#body) {
      if (s.kind === "let") this.#names.set(s.ref, this.#vector(s.value, offset, lanes));
      else if (s.kind === "store") {
        const value = this.#vector(s.value, offset, lanes);
        this.#host.line(`${this.#place(s.buffer, s.index, offset, lanes)} = ${value};`);
      }
    }
    return values.map((e) => this.#vector(e, offset, lanes));
  }

  #place(buffer: Buffer, index: Expr, offset: number, lanes: number): string {
    const pointer = this.#host.e.nameOf(this.#copier.buffer(buffer))!;
    return `*(${this.#prelude.vector(VALUE[buffer.type], lanes)} *)(${pointer} + ${this.#host.value(index)} + ${offset})`;
  }

  /** The name of a vector, computed in lines before. */
  #vector(e: Expr, offset: number, lanes: number): string {
    const known = this.#names.get(e);
    if (known !== undefined) return known;
    const type = this.#prelude.vector(VALUE[e.type], lanes);
    const name = this.#host.e.fresh("v");
    this.#host.line(`const ${type} ${name} = ${this.#text(e, type, offset, lanes)};`);
    this.#names.set(e, name);
    return name;
  }

  #text(e: Expr, type: string, offset: number, lanes: number): string {
    if (!this.#isOfLoop(e)) {
      // Without changing the sign of a zero, as adding zeros would.
      const zeros = `(${type}){}`;
      return isFloat(e.type) ? `${this.#host.value(e)} - ${zeros}` : `${zeros} + ${this.#host.value(e)}`;
    }
    if (e.kind === "load") return this.#place(e.buffer, e.index, offset, lanes);
    const { op, args } = e as Expr & { kind: "op" };
    const [a, b] = args.map((x) => this.#vector(x, offset, lanes));
    return op in ARITHMETIC
      ? `${a} ${ARITHMETIC[op]} ${b}`
      : `${this.#prelude.vectorExtremum(op as "min" | "max", e.type, lanes)}(${a}, ${b})`;
  }

  #isOfLoop(e: Expr): boolean {
    return [...within(e)].some((x) => x === this.#ref || this.#names.has(x));
  }
}

/** Which statements and expressions of a loop can be taken so many elements at a time. */
class PlainBody {
  readonly #ref: Ref;
  readonly #lets = new Set<Expr>();
  /** Where the loop writes. */
  readonly #stored = new Map<Buffer, Expr>();

  constructor(ref: Ref, body: readonly Stmt[]) {
    this.#ref = ref;
    for (const s of body) {
      if (s.kind === "let") this.#lets.add(s.ref);
      else if (s.kind === "store") this.#stored.set(s.buffer, s.index);
    }
  }

  admits(s: Stmt): boolean {
    if (s.kind === "comment") return true;
    if (s.kind === "let") return this.isVector(s.value);
    return s.kind === "store" && this.#isSteady(s.buffer, s.index) && this.isVector(s.value);
  }

  isVector(e: Expr): boolean {
    if (!isPlainType(e.type)) return false;
    if (this.#lets.has(e)) return true;
    if (!this.#isOfLoop(e)) return true;
    if (e.kind === "load") return this.#isSteady(e.buffer, e.index);
    if (e.kind !== "op" || !(e.op in ARITHMETIC || e.op === "min" || e.op === "max")) return false;
    return children(e).every((x) => this.isVector(x));
  }

  /** Does the loop walk through the buffer element by element, reading and writing at one place only? */
  #isSteady(buffer: Buffer, index: Expr): boolean {
    const written = this.#stored.get(buffer);
    return isPlainType(buffer.type) && (written === undefined || written === index) && this.#isStep(index);
  }

  #isStep(index: Expr): boolean {
    if (index === this.#ref) return true;
    if (index.kind !== "op" || index.op !== "add") return false;
    const moving = index.args.filter((a) => this.#isOfLoop(a));
    return moving.length === 1 && this.#isStep(moving[0]!);
  }

  #isOfLoop(e: Expr): boolean {
    return [...within(e)].some(
      (x) => x === this.#ref || this.#lets.has(x) || (x.kind === "load" && this.#stored.has(x.buffer)),
    );
  }
}

/** Held as it lies in memory. */
function isPlainType(type: ScalarType): boolean {
  return VALUE[type] === STORED[type] && type !== "index";
}
