/** Lists of indices that are slices: views instead of copies, element by element. */
import { toNumbers } from "../../array/element.ts";
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { ARange } from "../arange.ts";
import { TensorConstant } from "../constant.ts";
import { knownSize, sizeConstant } from "../sizes.ts";
import { FULL_SLICE } from "../subtensor/entries.ts";
import { AdvancedSubtensor } from "../subtensor/index.ts";
import { ExtractDiag } from "../subtensor/take.ts";
import type { TensorVariable } from "../variable.ts";
import { isSameSize } from "./matchers.ts";
import { select, type Entry } from "./subtensor.ts";

type T = TensorVariable;

/** Longer lists are not looked at. */
const MAX_INDICES = 4096;

/** The slice of an axis of size `n` that a constant list of indices within it selects. */
function sliceOfConstant(index: T, n: number): Entry | null {
  if (!(index instanceof TensorConstant) || index.ndim !== 1 || index.data.size > MAX_INDICES) return null;
  const list = Array.from(toNumbers(index.data), (k) => (k < 0 ? k + n : k));
  const [first = 0, second = first + 1] = list;
  const step = second - first;
  if (step === 0 || list.some((k, i) => k !== first + i * step)) return null;
  const stop = first + list.length * step;
  return {
    kind: "slice",
    start: sizeConstant(first),
    stop: stop < 0 ? null : sizeConstant(stop),
    step: step === 1 ? null : sizeConstant(step),
  };
}

/** Is `index` 0, 1, ..., n - 1? */
function isWholeRange(index: Variable, n: Variable, ctx: RuleContext): boolean {
  if (!(index.owner?.op instanceof ARange)) return false;
  const [start, stop, step] = index.owner.inputs as [Variable, Variable, Variable];
  return knownSize(start) === 0 && knownSize(step) === 1 && isSameSize(stop, n, ctx);
}

/** x[[2, 1, 0]] = x[2::-1], x[arange(n)] = x. */
function indicesAsSlice(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  if (!(op instanceof AdvancedSubtensor) || op.axes.length !== 1) return null;
  const [x, index] = node.inputs as [T, T];
  const [axis] = op.axes as [number];
  if (index.owner !== null) return isWholeRange(index, ctx.shapeOf(x)[axis]!, ctx) ? x : null;
  const n = x.type.shape[axis]!;
  const slice = n === null ? null : sliceOfConstant(index, n);
  return slice === null
    ? null
    : select(
        x,
        x.type.shape.map((_, k) => (k === axis ? slice : FULL_SLICE)),
      );
}

/** x[arange(n), arange(n)] = diagonal x. */
function indicesAsDiagonal(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  if (!(op instanceof AdvancedSubtensor) || op.axes.join() !== "0,1") return null;
  const [x, i, j] = node.inputs as [T, T, T];
  const [n, m] = ctx.shapeOf(x) as [Variable, Variable];
  if (i !== j || !isSameSize(n, m, ctx)) return null;
  const size = knownSize(n);
  const isConstantRange =
    i instanceof TensorConstant &&
    i.ndim === 1 &&
    i.data.size === size &&
    size <= MAX_INDICES &&
    toNumbers(i.data).every((k, at) => k === at);
  // The axis of the diagonal comes last: that of the indices comes first.
  const isDiagonal = x.ndim === 2 && (isConstantRange || isWholeRange(i, n, ctx));
  return isDiagonal ? (new ExtractDiag(0, 0, 1).call(x) as T) : null;
}

export const advancedIndexingRules: readonly Rule[] = [
  nodeRule("local_adv_idx_to_slice", ["AdvancedSubtensor1", "AdvancedSubtensor"], indicesAsSlice, {
    exactness: "exact",
    formula: "x[[2, 1, 0]] = x[2::-1] where the size is known, x[arange(n)] = x",
  }),
  nodeRule("local_adv_idx_to_diagonal", ["AdvancedSubtensor"], indicesAsDiagonal, {
    exactness: "exact",
    formula: "x[arange(n), arange(n)] = diagonal x for square x",
  }),
];
