/** Several stores and increments in a row: to the same part, to parts that do not meet, and reads between them. */
import { isComplex, isFloat } from "../../dtype.ts";
import type { Apply } from "../../graph/apply.ts";
import { nodeRule, type Rule, type RuleContext, type RuleResult } from "../../graph/rewriting/rule.ts";
import type { Variable } from "../../graph/variable.ts";
import { add } from "../math.ts";
import { knownSize } from "../sizes.ts";
import { bind } from "../subtensor/entries.ts";
import { AdvancedIncSubtensor, IncSubtensor, Subtensor } from "../subtensor/index.ts";
import type { TensorVariable } from "../variable.ts";
import { entriesKey, incrementOf, sameIndices, sameShape } from "./incSubtensor.ts";
import { asScalar, elemNode, sameBroadcast, scalarValue } from "./matchers.ts";
import { entriesOf, padEntries, type Entry } from "./subtensor.ts";

type T = TensorVariable;

/** What `v` was written by, if nobody else uses it. */
function writtenBy(v: T, ctx: RuleContext): Apply | null {
  return v.owner !== null && v.owner.op instanceof IncSubtensor && ctx.clientCount(v) <= 1 ? v.owner : null;
}

/** inc(inc(x[i], y)[i], z) = inc(x[i], y + z); inc(set(x[i], y)[i], z) = set(x[i], y + z). */
function incrementAgain(node: Apply, ctx: RuleContext): RuleResult {
  const { op } = node;
  const before = writtenBy(node.inputs[0] as T, ctx);
  if (!(op instanceof IncSubtensor) || op.set || before === null) return null;
  const inner = before.op as IncSubtensor;
  if (entriesKey(op) !== entriesKey(inner) || !sameIndices(node, 2, before, 2)) return null;
  const [x, y] = before.inputs as [T, T];
  const z = node.inputs[1] as T;
  const total = add(y, z);
  // A value that is repeated along the part is added before it is repeated only if both are.
  if (!sameBroadcast(y, z) || total.dtype !== x.dtype || isComplex(x.dtype)) return null;
  return inner.call(x, total, ...node.inputs.slice(2));
}

/** set(x[i], x[i] + y) = inc(x[i], y). */
function setToIncrement(node: Apply): RuleResult {
  const { op } = node;
  if (!(op instanceof IncSubtensor) || !op.set) return null;
  const [x, value] = node.inputs as [T, T];
  const sum = elemNode(value, "add");
  if (sum === null || sum.inputs.length !== 2) return null;
  for (const [i, v] of sum.inputs.entries()) {
    const part = v.owner;
    if (part === null || !(part.op instanceof Subtensor) || part.inputs[0] !== x) continue;
    if (entriesKey(op) !== entriesKey(part.op) || !sameIndices(node, 2, part, 1)) continue;
    const y = sum.inputs[1 - i] as T;
    const plain = asScalar(y) ?? y;
    if (plain.dtype !== x.dtype || value.dtype !== x.dtype) continue;
    return new IncSubtensor(op.entries, false).call(x, plain, ...node.inputs.slice(2));
  }
  return null;
}

/** set(alloc(c)[i], c) = alloc(c). */
function setToSameConstant(node: Apply): RuleResult {
  const { op } = node;
  if (!(op instanceof IncSubtensor) || !op.set) return null;
  const [x, y] = node.inputs as [T, T];
  const [a, b] = [scalarValue(x), scalarValue(y)];
  // An index that is out of range, or sizes that do not fit, are errors that must stay.
  return a !== undefined && Object.is(a, b) && y.ndim === 0 && !op.canFail(node) ? x : null;
}

/** Is nothing selected by both of two entries of an axis? Ends from the front tell it without the size. */
function areApart(a: Entry, b: Entry): boolean {
  const range = (e: Entry): [number, number] | null => {
    if (e.kind === "int") {
      const at = knownSize(e.at);
      return at === null || at < 0 ? null : [at, at + 1];
    }
    const [start, stop] = [e.start === null ? 0 : knownSize(e.start), e.stop === null ? Infinity : stopOf(e.stop)];
    if (e.step !== null && (knownSize(e.step) ?? 0) < 1) return null;
    return start === null || start < 0 || stop === null ? null : [start, stop];
  };
  const [p, q] = [range(a), range(b)];
  return p !== null && q !== null && (p[1] <= q[0] || q[1] <= p[0]);
}

function stopOf(v: T): number | null {
  const n = knownSize(v);
  return n === null || n < 0 ? null : n;
}

/** set(x[i], y)[j] = x[j] where i and j select nothing in common. */
function readElsewhere(node: Apply): RuleResult {
  const entries = entriesOf(node);
  const written = node.inputs[0]!.owner;
  if (entries === null || written === null || !(written.op instanceof IncSubtensor)) return null;
  const x = written.inputs[0] as T;
  const other = padEntries(bind(written.op.entries, written.inputs.slice(2) as T[]), x.ndim);
  if (!entries.some((e, axis) => areApart(e, other[axis]!))) return null;
  // The store may fail; what it fails with would be lost, unless the selection fails then too.
  const isImplied = other.every((e, axis) => e.kind === "slice" || isAtMost(e.at, entries[axis]!));
  if (written.op.canFail(written) && !(isImplied && (written.inputs[1] as T).ndim === 0)) return null;
  return node.op.call(x, ...node.inputs.slice(1));
}

/** Is an index from the front not above that of an entry? Then it is in range wherever the entry is. */
function isAtMost(at: T, e: Entry): boolean {
  const [a, b] = [knownSize(at), e.kind === "int" ? knownSize(e.at) : null];
  return a !== null && b !== null && a >= 0 && a <= b;
}

// --- sums of stores ----------------------------------------------------------------------------

/** `v` as zeros with something added to a part of them, or stored there, if nobody else uses it. */
function sparse(v: Variable, out: T, ctx: RuleContext): Apply | null {
  const node = v.owner;
  if (node === null || ctx.clientCount(v) > 1 || (v as T).dtype !== out.dtype) return null;
  const isBasic = node.op instanceof IncSubtensor;
  // A list of indices may name a place twice: a store to it is no sum.
  if (!isBasic && !(node.op instanceof AdvancedIncSubtensor && !node.op.set)) return null;
  const zeros = node.inputs[0] as T;
  return scalarValue(zeros) === 0 && sameShape(zeros, out, ctx) ? node : null;
}

/**
 * x + inc(zeros[i], y) + inc(zeros[j], z) = inc(inc(x[i], y)[j], z). The gradient of something of which many parts were used is such a
 * sum: each term would be an array of zeros of its own.
 */
function sumOfSparse(node: Apply, ctx: RuleContext): RuleResult {
  const out = node.outputs[0] as T;
  if (!isFloat(out.dtype) && !isComplex(out.dtype)) return null;
  const terms = node.inputs.map((v) => ({ v: v as T, stored: sparse(v, out, ctx) }));
  const stored = terms.filter((t) => t.stored !== null);
  const others = terms.filter((t) => t.stored === null).map((t) => t.v);
  // One term beside another one is the business of the rule for updates.
  if (stored.length === 0 || (stored.length === 1 && terms.length === 2) || others.some((v) => v.dtype !== out.dtype))
    return null;
  if (others.length > 0 && !others.some((v) => sameShape(v, out, ctx))) return null;
  const base = others.length > 1 ? add(...(others as [T, T])) : (others[0] ?? stored.shift()!.v);
  return stored.reduce((sum: Variable, { stored: term }) => {
    return incrementOf(term!).call(sum, ...term!.inputs.slice(1));
  }, base);
}

/** With the rules that make cheaper forms: others look for a single increment of zeros. */
export const sparseSumRules: readonly Rule[] = [
  nodeRule("local_IncSubtensor_serialize", ["add"], sumOfSparse, {
    formula: "x + inc(zeros[i], y) + inc(zeros[j], z) = inc(inc(x[i], y)[j], z)",
  }),
];

export const writeRules: readonly Rule[] = [
  nodeRule("local_inc_of_inc", ["IncSubtensor"], incrementAgain, {
    formula: "inc(inc(x[i], y)[i], z) = inc(x[i], y + z); inc(set(x[i], y)[i], z) = set(x[i], y + z)",
  }),
  nodeRule("local_set_to_inc_subtensor", ["IncSubtensor"], setToIncrement, {
    exactness: "exact",
    formula: "set(x[i], x[i] + y) = inc(x[i], y)",
  }),
  nodeRule("local_setsubtensor_of_constants", ["IncSubtensor"], setToSameConstant, {
    exactness: "exact",
    formula: "set(zeros[i], 0) = zeros",
  }),
  nodeRule("local_subtensor_of_other_part", ["Subtensor"], readElsewhere, {
    exactness: "exact",
    formula: "set(x[i], y)[j] = x[j] for other places",
  }),
];
