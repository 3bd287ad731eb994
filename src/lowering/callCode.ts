/** Writes library calls, blocks of statements that ops bring themselves, and guards. */
import { InternalError } from "../errors.ts";
import { copyRange, type Place } from "../ir/copies.ts";
import type { BlockArgs, BlockHost, CallForm } from "../ir/lowered.ts";
import type { Expr, MatrixOperand, Ref, Stmt } from "../ir/node.ts";
import { substitution } from "../ir/substitution.ts";
import { wrapLoops, type CodeContext } from "./nestCode.ts";
import { reduceOrder } from "./order.ts";
import type { GuardStep, OpaqueStep } from "./steps.ts";
import type { Axis } from "./collapse.ts";
import type { Stored } from "./trace.ts";
import { scalarOf } from "./types.ts";

/** `e` with loads from the storage that values ended up in. */
export type Rebind = (e: Expr) => Expr;

/** Loads of stored values, read from where storage planning put them. */
export function rebinder(ctx: CodeContext): Rebind {
  const { tracer, bindings } = ctx;
  const { b } = tracer;
  const memo = new Map<Expr, Expr>();
  const go = (e: Expr): Expr => {
    if (e.kind === "const" || e.kind === "ref") return e;
    const known = memo.get(e);
    if (known !== undefined) return known;
    let result: Expr;
    if (e.kind === "load") {
      const read = tracer.reads.get(e);
      const binding = read === undefined ? undefined : bindings.get(read.stored);
      result =
        binding == null
          ? b.load(e.buffer, go(e.index))
          : b.load(
              binding.buffer,
              go(tracer.slot({ ...read!.stored, layout: binding.layout }, read!.index, read!.part)),
            );
    } else if (e.kind === "op") result = b.op(e.op as never, ...e.args.map(go));
    else result = e.kind === "cast" ? b.cast(go(e.arg), e.type) : b.bitcast(go(e.arg), e.type);
    memo.set(e, result);
    return result;
  };
  return go;
}

/** Tests a condition everywhere in its space: along the last axis without a branch, so that it can be done in vectors. */
export function guardCode(ctx: CodeContext, { guard }: GuardStep): Stmt[] {
  const { b } = ctx.tracer;
  const table = new Map<Expr, Expr>();
  const axes = guard.over.map((size, i): Axis => {
    const ref = b.natural(`g${i}`);
    table.set(ctx.refs.rows[i]!, ref);
    return { ref, size };
  });
  const cond = withinSizes(ctx, axes, substitution(b, table)(rebinder(ctx)(guard.cond)));
  if (cond.kind === "const" && cond.value === true) return [];
  const test = (holds: Expr): Stmt => ({
    kind: "if",
    cond: holds,
    then: [],
    else: [{ kind: "fail", code: guard.failure }],
  });
  const last = axes.at(-1);
  if (last === undefined) return [test(cond)];
  const all = b.ref("bool", "all");
  const reduce: Stmt = {
    kind: "reduce",
    ref: last.ref,
    extent: last.size,
    body: [],
    accs: [{ target: all, monoid: "and", value: cond }],
    order: reduceOrder("bool", true),
  };
  return wrapLoops(axes.slice(0, -1), [reduce, test(all)], "serial");
}

/** A loop variable is less than its loop's size. */
function withinSizes(ctx: CodeContext, axes: readonly Axis[], cond: Expr): Expr {
  if (cond.kind !== "op") return cond;
  const { b, alg } = ctx.tracer;
  if (cond.op === "and") return b.and(...(cond.args.map((a) => withinSizes(ctx, axes, a)) as [Expr, Expr]));
  const [x, y] = cond.args as [Expr, Expr];
  const isSure = cond.op === "lt" && axes.some(({ ref, size }) => x === ref && alg.normal(y) === alg.normal(size));
  return isSure ? b.constant("bool", true) : cond;
}

export function opaqueCode(ctx: CodeContext, step: OpaqueStep, number: number): Stmt[] {
  return step.root.form.form === "call" ? gemmCode(ctx, step, step.root.form) : blockCode(ctx, step, number);
}

/** An operand where storage planning put it. */
function bound(ctx: CodeContext, operand: Stored): Stored {
  const { tracer, bindings } = ctx;
  const rebind = rebinder(ctx);
  const base = tracer.storedIn(operand.buffer);
  const binding = base === undefined ? undefined : bindings.get(base);
  if (binding === null) throw new InternalError("lowering: an operand has no storage");
  const { alg } = tracer;
  const layout = {
    offset: alg.normal(rebind(operand.layout.offset)),
    strides: operand.layout.strides.map((e) => alg.normal(rebind(e))),
  };
  return { ...operand, buffer: binding?.buffer ?? operand.buffer, layout };
}

function target(ctx: CodeContext, stored: Stored): Stored {
  const binding = ctx.bindings.get(stored);
  return binding == null ? stored : { ...stored, ...binding };
}

// --- gemm --------------------------------------------------------------------------------------

function gemmCode(ctx: CodeContext, step: OpaqueStep, form: CallForm): Stmt[] {
  const { b } = ctx.tracer;
  const out = target(ctx, step.root.targets[0]!);
  const [x, y] = [bound(ctx, step.operands[form.a]!), bound(ctx, step.operands[form.b]!)];
  const type = scalarOf(out.dtype);
  const scalar = (input: number | undefined, other: number): Expr =>
    input === undefined ? b.constant(type, other) : b.cast(rebinder(ctx)(step.scalars.get(input)!), type);
  const alpha = scalar(form.alpha, 1);
  const beta = form.c === undefined ? b.constant(type, 0) : scalar(form.beta, 1);
  const before = form.c === undefined ? [] : copyInto(ctx, out, bound(ctx, step.operands[form.c]!));
  const loops: Axis[] = [];
  for (let axis = 0; axis < form.batch; axis++)
    loops.push({ ref: b.ref("index", `batch${axis}`), size: out.sizes[axis]! });
  const refs = loops.map((l) => l.ref);
  const rank = out.sizes.length;
  const hasRow = form.aAxes.row >= 0;
  const hasColumn = form.bAxes.column >= 0;
  const one = b.index(1);
  const m = hasRow ? x.sizes[form.aAxes.row]! : one;
  const n = hasColumn ? y.sizes[form.bAxes.column]! : one;
  const k = x.sizes[form.aAxes.inner]!;
  const call: Stmt = {
    kind: "call",
    fn: "gemm",
    m,
    n,
    k,
    a: matrix(ctx, x, refs, form.aAxes.row, form.aAxes.inner, k, one),
    b: matrix(ctx, y, refs, form.bAxes.inner, form.bAxes.column, one, one),
    c: matrix(ctx, out, refs, hasRow ? form.batch : -1, hasColumn ? rank - 1 : -1, n, one),
    alpha,
    beta,
  };
  return [...before, ...wrapLoops(loops, [call], "parallel", "parallel")];
}

/** Two axes of a stored value as a matrix; a missing axis (-1) has size 1 and any step. */
function matrix(
  ctx: CodeContext,
  s: Stored,
  batch: readonly Ref[],
  row: number,
  column: number,
  rowStep: Expr,
  columnStep: Expr,
): MatrixOperand {
  const { b, alg } = ctx.tracer;
  const axes = s.sizes.length - (row >= 0 ? 1 : 0) - (column >= 0 ? 1 : 0);
  let { offset } = s.layout;
  // Batch axes align from the right; size 1 stays at its only element.
  for (let axis = 0; axis < axes; axis++) {
    const size = s.sizes[axis]!;
    if (size.kind === "const" && size.value === 1) continue;
    offset = b.add(offset, b.mul(batch[batch.length - axes + axis]!, s.layout.strides[axis]!));
  }
  return {
    buffer: s.buffer,
    offset: alg.normal(offset),
    rowStride: row >= 0 ? s.layout.strides[row]! : rowStep,
    colStride: column >= 0 ? s.layout.strides[column]! : columnStep,
  };
}

/** Copies `from` to `to`, unless they are the same storage. */
function copyInto(ctx: CodeContext, to: Stored, from: Stored): Stmt[] {
  const { b, alg } = ctx.tracer;
  // Rows of one buffer, as the states of a loop are, are storage apart.
  const isShared = to.buffer === from.buffer;
  if (isShared && alg.normal(to.layout.offset) === alg.normal(from.layout.offset)) return [];
  const sameSizes = to.sizes.every((n, axis) => n === from.sizes[axis]);
  const slots = to.dtype.startsWith("complex") ? 2 : 1;
  const scaled = (e: Expr): Expr => alg.normal(b.mul(e, slots));
  if (sameSizes && !isShared && ctx.tracer.isContiguous(from)) {
    const place = ({ buffer, layout }: Stored): Place => ({ buffer, offset: scaled(layout.offset) });
    return copyRange(b, place(to), place(from), alg.multiply(b.index(slots), ...to.sizes));
  }
  const loops = to.sizes.map((size, i): Axis => ({ ref: b.ref("index", `i${i}`), size }));
  const index = loops.map((l) => l.ref);
  const source = from.sizes.map((n, axis) => (n.kind === "const" && n.value === 1 ? b.index(0) : index[axis]!));
  const stores: Stmt[] = [];
  for (let part = 0; part < slots; part++) {
    stores.push({
      kind: "store",
      buffer: to.buffer,
      index: ctx.tracer.slot(to, index, part as 0 | 1),
      value: b.load(from.buffer, ctx.tracer.slot(from, source, part as 0 | 1)),
    });
  }
  return wrapLoops(loops, stores, "vector");
}

// --- blocks ------------------------------------------------------------------------------------

function blockCode(ctx: CodeContext, step: OpaqueStep, number: number): Stmt[] {
  const { form, targets } = step.root;
  if (form.form !== "block") return [];
  const inputs = step.operands.map((s) => bound(ctx, s));
  const outputs = targets.map((s) => target(ctx, s));
  const host: BlockHost = {
    fusion: ctx.fusion,
    refs: ctx.refs,
    adopt: (buffer) => ctx.adopt(buffer, number),
    addConstant: (buffer) => void ctx.tracer.constants.push(buffer),
  };
  const count = ctx.tracer.shapes.open.get(step.root.node);
  const args: BlockArgs = { inputs, outputs, host, ...(count === undefined ? {} : { count }) };
  if (form.startsAs === undefined) return [...form.emit(args)];
  const [to, from] = [outputs[0]!, inputs[form.startsAs]!];
  const before = copyInto(ctx, to, from);
  const isPlain = to.buffer !== from.buffer && [to, from].every((s) => ctx.tracer.isContiguous(s));
  const both = before.length > 0 && isPlain ? (form.emitCopying?.(args) ?? null) : null;
  return both === null ? [...before, ...form.emit(args)] : [...both];
}
