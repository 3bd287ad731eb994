/** Expressions of a program in a builder of the renderer's own, with functions expanded and float16 computed in float32. */
import { IrBuilder } from "../../ir/build.ts";
import type { Buffer, Expr, Ref } from "../../ir/node.ts";
import type { InstructionName } from "../../ir/scalarInstructions.ts";
import { Expander } from "../expand.ts";

/** Exact on float16 values held as float, so that no rounding is needed. */
const EXACT_HALF: ReadonlySet<string> = new Set([
  "neg",
  "abs",
  "min",
  "max",
  "floor",
  "ceil",
  "trunc",
  "nearest",
  "copysign",
  "select",
]);

export class Copier {
  readonly b: IrBuilder;
  readonly #expander: Expander;
  readonly #known = new Map<Expr, Expr>();
  readonly #buffers = new Map<Buffer, Buffer>();

  constructor(options: { readonly fuses: boolean }) {
    this.b = new IrBuilder(options);
    this.#expander = new Expander(this.b);
  }

  buffer(x: Buffer): Buffer {
    let copy = this.#buffers.get(x);
    if (copy === undefined) {
      copy = this.b.buffer(x.name, x.type, x.role, this.b.index(0));
      this.#buffers.set(x, copy);
    }
    return copy;
  }

  ref(x: Ref): Ref {
    let copy = this.#known.get(x);
    if (copy === undefined) this.#known.set(x, (copy = this.b.ref(x.type, x.name)));
    return copy as Ref;
  }

  /** Conditions of the short forms that were given out; null while the long ones are. */
  #guards: Set<Expr> | null = null;

  /** The copy with every function as simple instructions. */
  expr(e: Expr): Expr {
    const expanded = this.#expander.expand(this.#copy(e));
    if (this.#guards === null) return expanded.slow;
    for (const guard of expanded.guards) this.#guards.add(guard);
    return expanded.fast;
  }

  /** During `body`, `expr` gives the short forms of functions; `guards` collects the conditions under which they hold. */
  short(body: (guards: ReadonlySet<Expr>) => void): void {
    const guards = new Set<Expr>();
    this.#guards = guards;
    body(guards);
    this.#guards = null;
  }

  /** Whether there is a short form. */
  hasShort(e: Expr): boolean {
    const { fast, slow } = this.#expander.expand(this.#copy(e));
    return fast !== slow;
  }

  #copy(e: Expr): Expr {
    if (e.kind === "ref") return this.ref(e);
    let copy = this.#known.get(e);
    if (copy === undefined) this.#known.set(e, (copy = this.#make(e)));
    return copy;
  }

  #make(e: Exclude<Expr, Ref>): Expr {
    const { b } = this;
    switch (e.kind) {
      case "const":
        return b.constant(e.type, e.value);
      case "load":
        return b.load(this.buffer(e.buffer), this.#copy(e.index));
      case "cast":
        return b.cast(this.#copy(e.arg), e.type);
      case "bitcast":
        return b.bitcast(this.#copy(e.arg), e.type);
      case "op": {
        const args = e.args.map((a) => this.#copy(a));
        const name = e.op as InstructionName;
        if (args.at(-1)!.type !== "f16" || EXACT_HALF.has(name)) return b.op(name, ...args);
        const wide = b.op(name, ...args.map((a) => b.cast(a, "f32")));
        return wide.type === "bool" ? wide : b.cast(wide, "f16");
      }
    }
  }
}
