/**
 * A loop as a loop of the program: the inner graph is written into its body, rows are read where they lie, and states live in their
 * traces, row t + 1 being computed from row t; a state of which only the last value is wanted has one place, that is overwritten.
 */
import { isComplex } from "../dtype.ts";
import type { IrBuilder } from "../ir/build.ts";
import type {
  BlockArgs,
  InnerProgram,
  InnerTarget,
  LowerContext,
  Lowered,
  LowerInput,
  Operand,
} from "../ir/lowered.ts";
import type { Expr, Stmt } from "../ir/node.ts";
import { asIndex, loadElement, loopNest, scalarOperand, storeElement } from "../tensor/loops.ts";
import { adjacentRows } from "./adjacentRows.ts";
import { COUNTS, outerInputs, outerOutputs, type ScanSpec } from "./scanSpec.ts";

export function lowerScan(spec: ScanSpec, ctx: LowerContext): Lowered | null {
  const { b } = ctx;
  const outer = outerInputs(spec, ctx.inputs);
  const results = outerOutputs(spec, ctx.outputs);
  const sizes = [
    ...outer.sequences.map((x) => x.shape.slice(1)),
    ...outer.initials.map((x) => x.shape),
    ...outer.constants.map((x) => x.shape),
  ];
  const firstConstant = outer.sequences.length + outer.initials.length;
  const inner = ctx.inner({
    inputs: spec.lambda.inputs,
    outputs: spec.lambda.outputs,
    sizes,
    same: spec.lambda.inputs.map((_, i) => (i < firstConstant ? null : COUNTS + i)),
  });
  if (inner === null) return null;
  for (const [i, x] of outer.initials.entries()) {
    for (const [axis, n] of x.shape.entries()) {
      require(ctx, b.eq(inner.shapes[i]![axis]!, n), `ShapeMismatchError: scan: state ${i} does not keep its shape.`);
    }
  }
  // A number of steps that sets no size may be a value of the program.
  const length = ctx.scalar(0);
  const tooShort = "ShapeMismatchError: scan: a sequence has not as many rows as the loop makes steps.";
  const mayMiss = length === null && outer.sequences.length > 0;
  if (length !== null) for (const x of outer.sequences) require(ctx, b.eq(x.shape[0]!, length), tooShort);
  const code = mayMiss ? ctx.failure(tooShort) : 0;
  return {
    form: "block",
    canFail: inner.canFail || mayMiss,
    emit: (args) => {
      const loop = new LoopCode(spec, b, inner, args, outer.initials, results.rows, [
        length,
        ctx.scalar(1),
        ctx.scalar(2),
      ]);
      const rows = mayMiss ? outer.sequences.map((x) => x.shape[0]!) : [];
      return loop.emit(rows, code);
    },
  };
}

function require(ctx: LowerContext, cond: Expr, message: string): void {
  if (cond.kind !== "const" || cond.value !== true) ctx.check(cond, message);
}

class LoopCode {
  readonly #spec: ScanSpec;
  readonly #b: IrBuilder;
  readonly #inner: InnerProgram;
  readonly #args: BlockArgs;
  readonly #initials: readonly LowerInput[];
  readonly #rows: readonly LowerInput[];
  readonly #counts: readonly (Expr | null)[];
  readonly #out: Stmt[] = [];

  constructor(
    spec: ScanSpec,
    b: IrBuilder,
    inner: InnerProgram,
    args: BlockArgs,
    initials: readonly LowerInput[],
    rows: readonly LowerInput[],
    counts: readonly (Expr | null)[],
  ) {
    this.#spec = spec;
    this.#b = b;
    this.#inner = inner;
    this.#args = args;
    this.#initials = initials;
    this.#rows = rows;
    this.#counts = counts;
  }

  emit(sequenceRows: readonly Expr[], failure: number): Stmt[] {
    const b = this.#b;
    const { until, reverse } = this.#spec;
    const length = this.#count("length", 0);
    for (const n of sequenceRows) {
      this.#out.push({ kind: "if", cond: b.ne(n, length), then: [{ kind: "fail", code: failure }], else: [] });
    }
    const limit = this.#count("limit", 2);
    const begin = this.#count("first", 1);
    const end = limit === length ? length : this.#let("end", b.max(b.min(limit, length), 0));
    const first = begin.kind === "const" && begin.value === 0 ? begin : this.#let("begin", b.min(b.max(begin, 0), end));
    const isWhole = end === length && first.kind === "const" && first.value === 0;
    this.#initialize(reverse ? end : first);
    if (!isWhole) this.#clear(first, end, length);
    const count = isWhole ? length : this.#let("count", b.sub(end, first));
    if (until) this.#whileLoop(first, end, count, length);
    else {
      const k = b.natural("k");
      const { body } = this.#step(first, end, k);
      this.#out.push({ kind: "for", ref: k, extent: count, mode: "serial", body });
    }
    return this.#out;
  }

  /** One of the three numbers of steps, as an index. */
  #count(name: string, input: number): Expr {
    const known = this.#counts[input] ?? null;
    return known ?? this.#let(name, asIndex(this.#b, scalarOperand(this.#b, this.#args.inputs[input]!)));
  }

  #let(name: string, value: Expr): Expr {
    if (value.kind === "const" || value.kind === "ref") return value;
    const ref = this.#b.ref(value.type, name);
    this.#out.push({ kind: "let", ref, value });
    return ref;
  }

  // --- the loop ----------------------------------------------------------------------------------

  /** The statements of step number `k`. */
  #step(first: Expr, end: Expr, k: Expr): { body: Stmt[]; condition: Operand | null } {
    const b = this.#b;
    const { sequences, traces, reverse, until } = this.#spec;
    const t = reverse ? b.sub(b.sub(end, 1), k) : b.add(first, k);
    const [before, after] = reverse ? [b.add(t, 1), t] : [t, b.add(t, 1)];
    const given = this.#args.inputs.slice(COUNTS);
    const outputs = outerOutputs(this.#spec, this.#args.outputs);
    const inputs = given.map((x, i): Operand => {
      if (i < sequences) return rowOf(b, x, t);
      const j = i - sequences;
      if (j >= traces.length) return x;
      const state = outputs.states[j]!;
      return traces[j] === true ? rowOf(b, state, before) : state;
    });
    const targets: InnerTarget[] = [
      ...traces.map((isTraced, j): InnerTarget => {
        if (!isTraced) return { kind: "replace", input: sequences + j };
        return { kind: "store", to: rowOf(b, outputs.states[j]!, after) };
      }),
      ...outputs.rows.map((x): InnerTarget => ({ kind: "store", to: rowOf(b, x, t) })),
      ...(until ? [{ kind: "keep" } as const] : []),
    ];
    const { host } = this.#args;
    const step = this.#inner.emit(inputs, targets, host);
    const fixed = new Set(given.slice(sequences + traces.length).map((x) => x.buffer));
    const adjacent = adjacentRows(b, step.body, fixed, k, (buffer) => host.adopt(buffer));
    this.#out.push(...adjacent.before);
    return { body: [...adjacent.body], condition: step.kept.at(-1) ?? null };
  }

  /** Ends after the first step in which the condition holds. */
  #whileLoop(first: Expr, end: Expr, count: Expr, length: Expr): void {
    const b = this.#b;
    const k = b.ref("index", "k");
    const isGoing = b.ref("bool", "is_going");
    const now = b.natural("now");
    const { body, condition } = this.#step(first, end, now);
    this.#out.push({ kind: "var", ref: k, init: b.index(0) });
    this.#out.push({ kind: "var", ref: isGoing, init: b.gt(count, 0) });
    const holds = b.load(condition!.buffer, condition!.layout.offset);
    const isOver = holds.type === "bool" ? holds : b.ne(holds, b.constant(holds.type, 0));
    this.#out.push({
      kind: "while",
      cond: isGoing,
      body: [
        { kind: "let", ref: now, value: k },
        ...body,
        { kind: "assign", ref: k, value: b.add(k, 1) },
        { kind: "assign", ref: isGoing, value: b.and(b.lt(k, count), b.not(isOver)) },
      ],
    });
    const steps = outerOutputs(this.#spec, this.#args.outputs).steps!;
    this.#out.push({ kind: "store", buffer: steps.buffer, index: steps.layout.offset, value: b.cast(k, "i64") });
    // Rows of steps that were not made are zeros.
    const made = this.#let("made", b.add(first, k));
    this.#clearRows(made, length, 0);
    this.#clearRows(b.add(made, 1), b.add(length, 1), 1);
  }

  // --- before and after --------------------------------------------------------------------------

  /** The initial states where the first step reads them. */
  #initialize(row: Expr): void {
    const b = this.#b;
    const { sequences, traces } = this.#spec;
    const outputs = outerOutputs(this.#spec, this.#args.outputs);
    for (const [j, x] of this.#initials.entries()) {
      const from = this.#args.inputs[COUNTS + sequences + j]!;
      const state = outputs.states[j]!;
      const to = traces[j] === true ? rowOf(b, state, row) : state;
      this.#out.push(
        ...loopNest(b, x.shape, (index) => storeElement(b, to, index, loadElement(b, x.dtype, from, index))),
      );
    }
  }

  /** Zeros in rows that no step writes. */
  #clear(first: Expr, end: Expr, length: Expr): void {
    const b = this.#b;
    const zero = b.index(0);
    this.#clearRows(zero, first, 0);
    this.#clearRows(zero, first, 1);
    if (this.#spec.until) return;
    this.#clearRows(end, length, 0);
    this.#clearRows(b.add(end, 1), b.add(length, 1), 1);
  }

  /** Zeros in the rows `from <= t < to` of the row outputs (`kind` 0) or of the traces (1). */
  #clearRows(from: Expr, to: Expr, kind: 0 | 1): void {
    const b = this.#b;
    const outputs = outerOutputs(this.#spec, this.#args.outputs);
    const list =
      kind === 0
        ? outputs.rows.map((x, i) => ({ x, dtype: this.#rows[i]!.dtype, sizes: this.#rows[i]!.shape.slice(1) }))
        : outputs.states.flatMap((x, j) => {
            const { dtype, shape } = this.#initials[j]!;
            return this.#spec.traces[j] === true ? [{ x, dtype, sizes: shape }] : [];
          });
    for (const { x, dtype, sizes } of list) {
      const part = b.constant(x.buffer.type, x.buffer.type === "bool" ? false : 0);
      const value = isComplex(dtype) ? ([part, part] as const) : part;
      const rows = b.sub(to, from);
      if (rows.kind === "const" && Number(rows.value) <= 0) continue;
      this.#out.push(
        ...loopNest(b, [rows, ...sizes], ([r, ...rest]) => storeElement(b, x, [b.add(from, r!), ...rest], value)),
      );
    }
  }
}

/** Row `t` of a value. */
function rowOf(b: IrBuilder, x: Operand, t: Expr): Operand {
  const [stride, ...strides] = x.layout.strides;
  return { buffer: x.buffer, layout: { offset: b.add(x.layout.offset, b.mul(t, stride!)), strides } };
}
