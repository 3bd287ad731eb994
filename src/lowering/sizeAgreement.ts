/** Sizes that must agree: what each node requires, and which sizes are equal in consequence. */
import { shapeText } from "../array/layout.ts";
import type { DType } from "../dtype.ts";
import { ShapeMismatchError, ValueError, type TheanoError } from "../errors.ts";
import type { Apply } from "../graph/apply.ts";
import type { Variable } from "../graph/variable.ts";
import type { Lowered } from "../ir/lowered.ts";
import type { Expr } from "../ir/node.ts";
import { failureError } from "./failureError.ts";
import type { Shapes } from "./shapes.ts";
import type { Equality, SizeCheck, SizeScope } from "./sizeScope.ts";

/** True for elementwise nodes: all inputs have the rank of the output and are read at its index. */
export function isElementwise(node: Apply): boolean {
  return "scalarOp" in node.op;
}

/** Collects the requirements of nodes. */
export class SizeAgreement {
  readonly checks: SizeCheck[] = [];
  readonly equalities: Equality[] = [];
  readonly #scope: SizeScope;
  readonly #of: (v: Variable) => readonly Expr[];

  /** @param of the sizes of a variable */
  constructor(scope: SizeScope, of: (v: Variable) => readonly Expr[]) {
    this.#scope = scope;
    this.#of = of;
  }

  /** Requires what an op does of the sizes of its inputs. */
  require(node: Apply, lowered: Lowered): void {
    if (isElementwise(node)) this.#requireElementwise(node);
    else if (lowered.form === "call") this.#requireProduct(node, lowered);
    else if (lowered.form === "view" && lowered.reshape === true) this.#requireReshape(node, lowered.input);
  }

  /** Requires a condition of sizes. */
  check(node: Apply, cond: Expr, message: string): void {
    if (cond.kind === "const" && cond.value === true) return;
    this.checks.push({ cond, error: (valueOf) => this.mismatch(node, message, valueOf) });
  }

  #requireElementwise(node: Apply): void {
    const out = node.outputs[0]!;
    const target = this.#of(out);
    for (const [axis, size] of target.entries()) {
      for (const [i, v] of node.inputs.entries()) {
        if (v.type.buffer()!.shape[axis] === 1) continue;
        const other = this.#of(v)[axis]!;
        this.#requireEqual(size, other, (valueOf) => {
          const first = node.inputs.findIndex((x) => x.type.buffer()!.shape[axis] !== 1);
          const sizes = [first, i].map(
            (k) => `input[${k}].shape[${axis}] = ${valueOf(this.#of(node.inputs[k]!)[axis]!)}`,
          );
          const hasOne = [size, other].some((e) => valueOf(e) === 1);
          const advice = hasOne
            ? "\nOnly dimensions that the type knows to be 1 broadcast: declare the input with T.row, T.col or " +
              "{ shape: [1, null] }, or use addBroadcast."
            : "";
          const message = `Input dimension mis-match. (${sizes.join(", ")})${advice}`;
          return this.mismatch(node, message, valueOf);
        });
      }
    }
  }

  #requireProduct(node: Apply, form: Lowered & { form: "call" }): void {
    const [a, b] = [this.#of(node.inputs[form.a]!), this.#of(node.inputs[form.b]!)];
    const [i, j] = [form.aAxes.inner, form.bAxes.inner];
    this.#requireEqual(a[i]!, b[j]!, (valueOf) =>
      this.mismatch(
        node,
        `Shapes are not aligned: axis ${i} of the first operand has size ${valueOf(a[i]!)}, ` +
          `axis ${j} of the second ${valueOf(b[j]!)}.`,
        valueOf,
      ),
    );
    if (form.c === undefined) return;
    // The sizes of the output are those of the addend: the product's come from its operands.
    const { row } = form.aAxes;
    const { column } = form.bAxes;
    const product = [
      ...this.#of(node.outputs[0]!).slice(0, form.batch),
      ...(row < 0 ? [] : [a[row]!]),
      ...(column < 0 ? [] : [b[column]!]),
    ];
    for (const [axis, size] of this.#of(node.inputs[form.c]!).entries()) {
      const wanted = product[axis]!;
      this.#requireEqual(wanted, size, (valueOf) =>
        this.mismatch(
          node,
          `The addend has size ${valueOf(size)} on axis ${axis}, the product ${valueOf(wanted)}.`,
          valueOf,
        ),
      );
    }
  }

  #requireReshape(node: Apply, input: number): void {
    const { alg } = this.#scope;
    const from = alg.multiply(...this.#of(node.inputs[input]!));
    const to = alg.multiply(...this.#of(node.outputs[0]!));
    if (from === to) return;
    this.check(node, alg.b.eq(from, to), "reshape: the number of elements would change.");
  }

  #requireEqual(a: Expr, b: Expr, error: SizeCheck["error"]): void {
    if (a === b) return;
    this.checks.push({ cond: this.#scope.b.eq(a, b), error });
    this.equalities.push({ a, b });
  }

  /** The error for a node, with the dtypes and shapes of its inputs. */
  mismatch(
    node: Apply,
    message: string,
    valueOf: (e: Expr) => number,
    kind: typeof ShapeMismatchError = ShapeMismatchError,
  ): TheanoError {
    const inputs = node.inputs
      .filter((v) => v.type.buffer() !== null)
      .map((v) => ({ dtype: v.type.buffer()!.dtype as DType, shape: this.#of(v).map(valueOf) }));
    const shapes = inputs.map((x) => `${x.dtype} ${shapeText(x.shape)}`).join(", ");
    const details = { op: node.op.name, inputs, createdAt: node.createdAt[0] };
    return failureError(`${message}\n  in ${node.op.toString()} of ${shapes}`, details, kind);
  }
}

/** The maximum of nothing is an error: what must hold for a reduction. */
export function elementCheck(
  { b, alg, failures }: SizeScope,
  shapes: Pick<Shapes, "lowered" | "of">,
  node: Apply,
): SizeCheck | null {
  const form = shapes.lowered.get(node);
  if (form?.form !== "reduce" || form.emptyFailure === undefined) return null;
  const { message } = failures[form.emptyFailure - 1]!;
  const sizes = shapes.of(node.inputs[0]!);
  const count = alg.multiply(...form.axes.map((a) => sizes[a]!));
  const kept = alg.multiply(...sizes.filter((_, axis) => !form.axes.includes(axis)));
  const cond = b.or(b.gt(count, 0), b.eq(kept, 0));
  if (cond.kind === "const" && cond.value === true) return null;
  return {
    cond,
    error: () => failureError(message, { op: node.op.name, createdAt: node.createdAt[0] }, ValueError),
  };
}

/** From sizes found equal: what each given size is to be replaced by. */
export function aliasesOf(scope: SizeScope, equalities: readonly Equality[]): Map<Expr, Expr> {
  const aliases = new Map<Expr, Expr>();
  const position = new Map<Expr, number>(scope.given.map((g, i) => [g.ref, i]));
  const follow = (e: Expr): Expr => {
    let at = e;
    for (let next = aliases.get(at); next !== undefined; next = aliases.get(at)) at = next;
    return at;
  };
  for (const { a, b } of equalities) {
    const [x, y] = [follow(a), follow(b)];
    if (x === y) continue;
    // The later of two given sizes gives way, both to constants; anything else stays a check only.
    const rank = (e: Expr): number => (e.kind === "const" ? -1 : (position.get(e) ?? NaN));
    if (rank(x) < rank(y)) aliases.set(y, x);
    else if (rank(y) < rank(x)) aliases.set(x, y);
  }
  for (const key of Array.from(aliases.keys())) aliases.set(key, follow(key));
  return aliases;
}
