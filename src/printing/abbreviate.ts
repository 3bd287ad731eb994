/** The two sides of a rewrite in a line each: what they share or repeat gets a label, what lies deeper is left out. */
import type { Apply } from "../graph/apply.ts";
import { isConstant, type Variable } from "../graph/variable.ts";
import { describe, functionName } from "./pp.ts";

export interface Abbreviated {
  readonly before: string;
  readonly after: string;
  /** What the labels in both stand for. */
  readonly where: ReadonlyMap<string, string>;
}

/** How many levels rules look down, at most, and some more. */
const REACH = 8;
/** A side of a step is cut down to this many characters where leaving out deeper levels can do it. */
const WIDTH = 100;
/** A shared or repeated part of up to this many characters is written out. */
const SHORT = 16;
/** Levels of the text that a label stands for. */
const LABEL_DEPTH = 4;
/** More arguments than this are left out in the middle. */
const MOST_ARGUMENTS = 8;
const LEFT_OUT = "...";

type Style = "plain" | "ops" | "types";

/**
 * `before` and `after` as text. Where `pp` would show no difference, ops are spelled out, and if that is not enough, types.
 * @param inputs variables to print by themselves, whatever computes them
 */
export function abbreviate(before: Variable, after: Variable, inputs: ReadonlySet<Variable>): Abbreviated {
  let result = new Sides(before, after, inputs, "plain").print();
  if (result.before === result.after) result = new Sides(before, after, inputs, "ops").print();
  if (result.before === result.after) result = new Sides(before, after, inputs, "types").print();
  return result;
}

class Sides {
  readonly #before: Variable;
  readonly #after: Variable;
  readonly #inputs: ReadonlySet<Variable>;
  readonly #style: Style;
  /** Parts of both sides: the rule keeps them. */
  readonly #common: ReadonlySet<Variable>;
  /** Parts that one side uses more than once. */
  readonly #repeated: ReadonlySet<Variable>;
  #labels = new Map<Variable, string>();
  #where = new Map<string, string>();
  #count = 0;

  constructor(before: Variable, after: Variable, inputs: ReadonlySet<Variable>, style: Style) {
    this.#before = before;
    this.#after = after;
    this.#inputs = inputs;
    this.#style = style;
    const sides = [near(before, inputs), near(after, inputs)] as const;
    this.#common = new Set([...sides[1]].filter((v) => sides[0].has(v)));
    this.#repeated = new Set(sides.flatMap((side) => repeatedIn(side)));
  }

  print(): Abbreviated {
    const depths = [this.#depthOf(this.#before), this.#depthOf(this.#after)] as const;
    this.#forget();
    const before = this.#root(this.#before, depths[0]);
    const after = this.#side(this.#after, depths[1]);
    return { before, after, where: this.#where };
  }

  /** How many levels of `v` fit the width. */
  #depthOf(v: Variable): number {
    for (let depth = REACH; depth > 2; depth--) {
      this.#forget();
      if (this.#side(v, depth).length <= WIDTH) return depth;
    }
    return 2;
  }

  #forget(): void {
    this.#labels = new Map();
    this.#where = new Map();
    this.#count = 0;
  }

  /** What is replaced is spelled out, also where its replacement still uses it. */
  #side(v: Variable, depth: number): string {
    return v !== this.#before && this.#common.has(v) ? this.#label(v) : this.#root(v, depth);
  }

  #root(v: Variable, depth: number): string {
    const text = this.#isLeaf(v)
      ? this.#leaf(v)
      : describeAs(this.#style, v.owner!, v, (x) => this.#part(x, this.#below(v, depth)));
    return this.#style === "types" ? `${text} <${v.type.toString()}>` : text;
  }

  #part(v: Variable, depth: number): string {
    if (this.#isLeaf(v)) return this.#leaf(v);
    if (this.#common.has(v)) return v.name ?? this.#label(v);
    if (v.name === undefined && this.#repeated.has(v)) return this.#label(v);
    if (depth <= 0) return LEFT_OUT;
    const text = describeAs(this.#style, v.owner!, v, (x) => this.#part(x, this.#below(v, depth)));
    if (v.name === undefined) return text;
    // A rule looked into it, so its name alone would say too little.
    this.#where.set(v.name, text);
    return v.name;
  }

  /** A short text, or a label. */
  #label(v: Variable): string {
    const known = this.#labels.get(v);
    if (known !== undefined) return known;
    let text = this.#outline(v, LABEL_DEPTH);
    for (let depth = LABEL_DEPTH - 1; depth > 1 && text.length > WIDTH; depth--) text = this.#outline(v, depth);
    if (text.length <= SHORT && !text.includes(LEFT_OUT)) {
      this.#labels.set(v, text);
      return text;
    }
    const label = v.name ?? `#${++this.#count}`;
    this.#labels.set(v, label);
    this.#where.set(label, text);
    return label;
  }

  #outline(v: Variable, depth: number): string {
    if (this.#isLeaf(v)) return this.#leaf(v);
    if (depth <= 0) return LEFT_OUT;
    return describeAs(this.#style, v.owner!, v, (x) =>
      x.name === undefined ? this.#outline(x, this.#below(v, depth)) : x.name,
    );
  }

  /** What `pp` does not show takes little of the depth. */
  #below(v: Variable, depth: number): number {
    return depth - (this.#style === "plain" && v.owner!.op.name === "DimShuffle" ? 0.25 : 1);
  }

  #isLeaf(v: Variable): boolean {
    return v.owner === null || this.#inputs.has(v);
  }

  #leaf(v: Variable): string {
    return this.#style === "plain" ? leafText(v) : v.toString();
  }
}

/** The computed variables within reach below `v`, itself included. */
function near(v: Variable, inputs: ReadonlySet<Variable>): Set<Variable> {
  const found = new Set<Variable>();
  let level = [v];
  for (let depth = 0; depth <= REACH && level.length > 0; depth++) {
    const next = new Set<Variable>();
    for (const x of level) {
      if (x.owner === null || inputs.has(x) || found.has(x)) continue;
      found.add(x);
      for (const below of x.owner.inputs) next.add(below);
    }
    level = [...next];
  }
  return found;
}

/** Those of `variables` that nodes of others use several times. */
function repeatedIn(variables: ReadonlySet<Variable>): Variable[] {
  const uses = new Map<Variable, number>();
  for (const node of new Set([...variables].map((v) => v.owner!))) {
    for (const x of node.inputs) uses.set(x, (uses.get(x) ?? 0) + 1);
  }
  return [...variables].filter((v) => (uses.get(v) ?? 0) > 1);
}

/** An input's name; a constant's value without the frame around it. */
export function leafText(v: Variable): string {
  const text = v.toString();
  if (!isConstant(v)) return text;
  return /^TensorConstant\{(?:\([^()]*\) of )?([^()]*)\}$/.exec(text)?.[1] ?? text;
}

/** As `pp` says it, casts with their dtype, and long lists of arguments cut short. */
export function describePlain(node: Apply, out: Variable, text: (v: Variable) => string): string {
  const isOpNeeded = functionName(node.op) === "cast" || node.inputs.length > MOST_ARGUMENTS;
  return isOpNeeded ? describeOp(node, out, text) : describe(node, out, text);
}

function describeOp(node: Apply, out: Variable, text: (v: Variable) => string): string {
  const { inputs } = node;
  const shown =
    inputs.length <= MOST_ARGUMENTS
      ? inputs.map(text)
      : [...inputs.slice(0, MOST_ARGUMENTS - 2).map(text), LEFT_OUT, text(inputs.at(-1)!)];
  const suffix = node.outputs.length > 1 ? `.${out.index}` : "";
  return `${opText(node)}(${shown.join(", ")})${suffix}`;
}

function describeAs(style: Style, node: Apply, out: Variable, text: (v: Variable) => string): string {
  return (style === "plain" ? describePlain : describeOp)(node, out, text);
}

/** The op by the name of its function if it is elementwise: `cast{int32}`. */
function opText({ op }: Apply): string {
  const text = op.toString();
  return /^Elemwise\{(.*),(?:no_)?inplace\}$/.exec(text)?.[1] ?? text;
}
