/** Sums of products in Einstein's notation. */
import { ArgumentError, RankError, ShapeMismatchError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { matmul } from "./dot.ts";
import { mul } from "./math.ts";
import { sum } from "./reduction.ts";
import { reshape } from "./reshape.ts";
import { operand, shape as shapeOf, shapeI } from "./shape.ts";
import { sizeProduct } from "./sizes.ts";
import { diagonal } from "./subtensor/index.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";
import type { EinsumRank, PromotedTensors } from "./functionTyping.ts";

/** A tensor, each axis with a label. */
interface Labelled {
  readonly v: TensorVariable;
  readonly labels: readonly string[];
}

/**
 * The sum of products that `subscripts` say: one letter for each axis of each operand, separated by commas, then `->` and the axes of the
 * result; letters that the result lacks are summed over. Without `->` the result has the letters that occur once, in the order of the
 * alphabet. A letter twice in one operand takes its diagonal; `...` stands for further axes, which broadcast. Products of two operands run
 * as matrix products; of several, the pair that makes the smallest result first where sizes are known, else from the left.
 * Dtypes promote as in `mul`.
 * @throws ArgumentError for subscripts that make no sense, RankError where they do not fit the ranks, ShapeMismatchError where sizes of
 * one letter are known to differ
 * @example
 * ```ts
 * import { tensor as T } from "theano";
 * const [x, y] = [T.constant([[1, 2], [3, 4]]), T.constant([[1, 0], [1, 1]])];
 * console.log(JSON.stringify(T.einsum("ij,kj->ik", x, y).eval().toList())); // [[1,3],[3,7]]
 * ```
 */
export function einsum<const S extends string, const L extends readonly TensorLike[]>(
  subscripts: S,
  ...operands: L
): TensorVariable<PromotedTensors<L>, EinsumRank<S>>;
export function einsum(subscripts: string, ...operands: readonly TensorLike[]): TensorVariable {
  const tensors = operands.map((x) => asTensor(x));
  const { inputs, output } = parse(subscripts, tensors);
  let list = inputs.map((labels, k): Labelled => withDiagonals({ v: tensors[k]!, labels }));
  checkSizes(list);
  while (list.length > 1) {
    const [i, j] = nextPair(list, output);
    const others = list.filter((_, k) => k !== i && k !== j);
    const kept = new Set([...output, ...others.flatMap((o) => o.labels)]);
    list = [...others, contract(list[i]!, list[j]!, kept)];
    // From the left: the product takes the place of its operands.
    if (i === 0 && j === 1) list = [list.at(-1)!, ...list.slice(0, -1)];
  }
  const last = summed(list[0]!, new Set(output));
  return dimshuffle(
    last.v,
    output.map((label) => last.labels.indexOf(label)),
  );
}

// --- notation ------------------------------------------------------------------------------------

function refuse(subscripts: string, why: string): never {
  throw new ArgumentError(`einsum: "${subscripts}": ${why}.`, { op: "einsum" });
}

/** Letters per axis; axes of `...` get labels "0", "1" ..., counted from the end. */
function parse(
  subscripts: string,
  tensors: readonly TensorVariable[],
): { readonly inputs: readonly (readonly string[])[]; readonly output: readonly string[] } {
  const text = subscripts.replace(/\s+/g, "");
  const match = /^([a-zA-Z,.]*)(?:->([a-zA-Z.]*))?$/.exec(text);
  if (match === null) refuse(subscripts, 'expected letters, commas, "..." and "->"');
  const terms = match[1]!.split(",");
  if (terms.length !== tensors.length) {
    refuse(subscripts, `it describes ${terms.length} operands, ${tensors.length} were given`);
  }
  let spread = 0;
  const inputs = terms.map((term, k) => {
    const v = tensors[k]!;
    const [before, after, ...more] = term.split("...");
    if (more.length > 0 || /\./.test(`${before}${after ?? ""}`)) refuse(subscripts, `"${term}" is not understood`);
    const letters = before!.length + (after ?? "").length;
    const rest = v.ndim - letters;
    if (after === undefined ? rest !== 0 : rest < 0) {
      throw new RankError(`einsum: "${term}" names ${letters} axes, operand ${k} has rank ${v.ndim}.`, {
        op: "einsum",
        inputs: [operand(v)],
      });
    }
    spread = Math.max(spread, after === undefined ? 0 : rest);
    const dots = Array.from({ length: after === undefined ? 0 : rest }, (_, i) => String(rest - 1 - i));
    return [...before!, ...dots, ...(after ?? "")];
  });
  const dots = Array.from({ length: spread }, (_, i) => String(spread - 1 - i));
  const given = match[2];
  if (given === undefined) {
    const letters = inputs.flat().filter((l) => /[a-zA-Z]/.test(l));
    const once = letters.filter((l) => letters.indexOf(l) === letters.lastIndexOf(l));
    return { inputs, output: [...dots, ...once.sort()] };
  }
  const [before, after, ...more] = given.split("...");
  if (more.length > 0 || /\./.test(`${before}${after ?? ""}`)) refuse(subscripts, `"${given}" is not understood`);
  if (after === undefined && spread > 0) refuse(subscripts, 'the result lacks "..."');
  const output = [...before!, ...(after === undefined ? [] : dots), ...(after ?? "")];
  const known = new Set(inputs.flat());
  const wrong = output.find((l, i) => !known.has(l) || output.indexOf(l) !== i);
  if (wrong !== undefined) refuse(subscripts, `the result's "${wrong}" must occur once there, and in an operand`);
  return { inputs, output };
}

/** Sizes of one label that are known must agree; 1 broadcasts. */
function checkSizes(list: readonly Labelled[]): void {
  const sizes = new Map<string, number>();
  for (const { v, labels } of list) {
    for (const [axis, label] of labels.entries()) {
      const n = v.type.shape[axis]!;
      if (n === null || n === 1) continue;
      const m = sizes.get(label) ?? n;
      if (m !== n) {
        throw new ShapeMismatchError(`einsum: "${label}" has sizes ${m} and ${n}.`, {
          op: "einsum",
          inputs: list.map((o) => operand(o.v)),
        });
      }
      sizes.set(label, n);
    }
  }
}

// --- one operand ---------------------------------------------------------------------------------

/** Diagonals of axes with one label. */
function withDiagonals({ v, labels }: Labelled): Labelled {
  const twice = labels.findIndex((l, i) => labels.indexOf(l) !== i);
  if (twice < 0) return { v, labels };
  const first = labels.indexOf(labels[twice]!);
  const [n, m] = [v.type.shape[first]!, v.type.shape[twice]!];
  if (n !== null && m !== null && n !== m) {
    throw new ShapeMismatchError(`einsum: "${labels[twice]}" has sizes ${n} and ${m}.`, {
      op: "einsum",
      inputs: [operand(v)],
    });
  }
  const rest = labels.filter((_, i) => i !== first && i !== twice);
  return withDiagonals({ v: diagonal(v, { axis1: first, axis2: twice }), labels: [...rest, labels[twice]!] });
}

/** Without the axes that nothing needs. */
function summed({ v, labels }: Labelled, kept: ReadonlySet<string>): Labelled {
  const axes = labels.flatMap((l, k) => (kept.has(l) ? [] : [k]));
  if (axes.length === 0) return { v, labels };
  return { v: sum(v, { axis: axes, dtype: v.dtype }), labels: labels.filter((l) => kept.has(l)) };
}

/** Without an axis of size 1 that the other operand's broadcasts over. */
function squeezed(x: Labelled, other: Labelled): Labelled {
  const axes = x.labels.map((_, k) => k);
  const dropped = axes.filter((k) => x.v.type.shape[k] === 1 && other.labels.includes(x.labels[k]!));
  if (dropped.length === 0) return x;
  const rest = axes.filter((k) => !dropped.includes(k));
  return { v: dimshuffle(x.v, rest), labels: rest.map((k) => x.labels[k]!) };
}

// --- two operands --------------------------------------------------------------------------------

/** The pair whose product is smallest, where all sizes are known; else the first two. */
function nextPair(list: readonly Labelled[], output: readonly string[]): [number, number] {
  const sizes = new Map<string, number>();
  for (const { v, labels } of list) {
    for (const [k, l] of labels.entries()) {
      const n = v.type.shape[k]!;
      if (n === null) return [0, 1];
      sizes.set(l, Math.max(n, sizes.get(l) ?? 1));
    }
  }
  let best: [number, number] = [0, 1];
  let least = Infinity;
  for (let i = 0; i < list.length; i++) {
    for (let j = i + 1; j < list.length; j++) {
      const others = list.filter((_, k) => k !== i && k !== j);
      const kept = new Set([...output, ...others.flatMap((o) => o.labels)]);
      const labels = new Set([...list[i]!.labels, ...list[j]!.labels]);
      const size = [...labels].reduce((p, l) => (kept.has(l) ? p * sizes.get(l)! : p), 1);
      if (size < least) [best, least] = [[i, j], size];
    }
  }
  return best;
}

/** The product of two operands, summed over the labels that are not kept. */
function contract(first: Labelled, second: Labelled, kept: ReadonlySet<string>): Labelled {
  const [p, q] = [squeezed(first, second), squeezed(second, first)];
  const a = summed(p, new Set([...kept, ...q.labels]));
  const b = summed(q, new Set([...kept, ...a.labels]));
  const both = a.labels.filter((l) => b.labels.includes(l));
  const batch = both.filter((l) => kept.has(l));
  const inner = both.filter((l) => !kept.has(l));
  const rows = a.labels.filter((l) => !both.includes(l));
  const columns = b.labels.filter((l) => !both.includes(l));
  const labels = [...batch, ...rows, ...columns];
  if (inner.length === 0) return { v: productOf(a, b, labels), labels };
  const x = grouped(a, batch, [rows, inner]);
  const y = grouped(b, batch, [inner, columns]);
  const product = matmul(x, y);
  const size = (l: string): TensorVariable =>
    a.labels.includes(l) ? shapeI(a.v, a.labels.indexOf(l)) : shapeI(b.v, b.labels.indexOf(l));
  return { v: reshape(product, labels.map(size), { ndim: labels.length }), labels };
}

/** Elementwise, with nothing to sum. */
function productOf(a: Labelled, b: Labelled, labels: readonly string[]): TensorVariable {
  const place = ({ v, labels: own }: Labelled): TensorVariable =>
    dimshuffle(
      v,
      labels.map((l) => (own.includes(l) ? own.indexOf(l) : "x")),
    );
  return mul(place(a), place(b));
}

/** Batch axes as they are, then each group as one axis. */
function grouped(
  { v, labels }: Labelled,
  batch: readonly string[],
  groups: readonly (readonly string[])[],
): TensorVariable {
  const order = [...batch, ...groups.flat()];
  const moved = dimshuffle(
    v,
    order.map((l) => labels.indexOf(l)),
  );
  if (groups.every((g) => g.length === 1)) return moved;
  const sizes = shapeOf(moved);
  let next = batch.length;
  const merged = groups.map((g) => {
    const part = sizes.slice(next, (next += g.length));
    return sizeProduct(part);
  });
  return reshape(moved, [...sizes.slice(0, batch.length), ...merged], { ndim: batch.length + groups.length });
}
