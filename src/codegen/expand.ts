import { decompositions } from "../ir/decompose/index.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { Expr } from "../ir/node.ts";
import type { InstructionName } from "../ir/scalarInstructions.ts";

/** Two forms of an expression; `fast` holds where all `guards` are true. */
export interface Expanded {
  readonly fast: Expr;
  readonly slow: Expr;
  readonly guards: readonly Expr[];
}

/**
 * Replaces transcendental functions by simple instructions. Expressions for which `keep` is true
 * are left as they are.
 */
export class Expander {
  readonly #b: IrBuilder;
  readonly #keep: (e: Expr) => boolean;
  readonly #known = new Map<Expr, Expanded>();

  constructor(b: IrBuilder, keep: (e: Expr) => boolean = () => false) {
    this.#b = b;
    this.#keep = keep;
  }

  expand(e: Expr): Expanded {
    const known = this.#known.get(e);
    if (known !== undefined) return known;
    const expanded = this.#keep(e) ? same(e) : this.#rebuild(e);
    this.#known.set(e, expanded);
    return expanded;
  }

  #rebuild(e: Expr): Expanded {
    const b = this.#b;
    switch (e.kind) {
      case "const":
      case "ref":
        return same(e);
      case "load": {
        const index = this.expand(e.index).slow;
        return same(index === e.index ? e : b.load(e.buffer, index));
      }
      case "cast":
        return this.#map(e, [e.arg], ([arg]) => b.cast(arg as Expr, e.type));
      case "bitcast":
        return this.#map(e, [e.arg], ([arg]) => b.bitcast(arg as Expr, e.type));
      case "op": {
        const name = e.op as InstructionName;
        if (isDecomposed(e)) return this.#decompose(e);
        return this.#map(e, e.args, (args) => b.op(name, ...args));
      }
    }
  }

  #map(e: Expr, args: readonly Expr[], make: (args: readonly Expr[]) => Expr): Expanded {
    const expanded = args.map((arg) => this.expand(arg));
    if (expanded.every((x, i) => x.fast === args[i] && x.slow === args[i])) return same(e);
    const slow = make(expanded.map((x) => x.slow));
    if (expanded.every((x) => x.fast === x.slow)) return same(slow);
    return { fast: make(expanded.map((x) => x.fast)), slow, guards: unite(expanded) };
  }

  #decompose(e: Expr & { kind: "op" }): Expanded {
    const rule = ruleOf(e);
    if (rule === undefined) return same(e);
    const args = e.args.map((arg) => this.expand(arg));
    const slow = rule(this.#b, ...args.map((arg) => arg.slow)).slow;
    const shaped = rule(this.#b, ...args.map((arg) => arg.fast));
    const own = shaped.guard === null ? [] : [shaped.guard];
    // What a function is expanded to may use other functions.
    const fast = this.expand(shaped.fast);
    const guards = [...unite(args), ...own.map((guard) => this.expand(guard).fast), ...fast.guards];
    return { fast: fast.fast, slow: this.expand(slow).slow, guards: [...new Set(guards)] };
  }
}

function same(e: Expr): Expanded {
  return { fast: e, slow: e, guards: [] };
}

function unite(list: readonly Expanded[]): Expr[] {
  return [...new Set(list.flatMap((x) => x.guards))];
}

function ruleOf(e: Expr & { kind: "op" }): (typeof decompositions)["exp"]["f32"] | undefined {
  if (e.type !== "f32" && e.type !== "f64") return undefined;
  return (decompositions as Partial<typeof decompositions>)[e.op as keyof typeof decompositions]?.[e.type];
}

/** True for a function that has an expansion into simple instructions. */
export function isDecomposed(e: Expr): boolean {
  return e.kind === "op" && ruleOf(e) !== undefined;
}
