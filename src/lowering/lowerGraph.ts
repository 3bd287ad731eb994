/** From the nodes of a function graph to a program of the loop IR, with all that its caller must know. */
import type { Apply } from "../graph/apply.ts";
import { isConstant, type Variable } from "../graph/variable.ts";
import { IrBuilder } from "../ir/build.ts";
import type { Buffer, Expr, Program, ScalarType, Stmt } from "../ir/node.ts";
import { ValueError, type TheanoError } from "../errors.ts";
import type { DType } from "../dtype.ts";
import { failureError } from "./failureError.ts";
import { guardCode, opaqueCode } from "./callCode.ts";
import { buffersOf, hoist, ProgramSizes } from "./hoist.ts";
import { IndexAlgebra } from "./indexAlgebra.ts";
import { NestCode, type CodeContext } from "./nestCode.ts";
import { selectRoots } from "./roots.ts";
import { makeLoopRefs, Scheduler, type Root, type Step } from "./schedule.ts";
import {
  aliasesOf,
  label,
  Shapes,
  SizeScope,
  type Failure,
  type GivenSize,
  type MakeSize,
  type SizeCheck,
} from "./shapes.ts";
import { planStorage, type TempSpan, type UpdateTarget } from "./storage.ts";
import { Tracer, type Stored } from "./trace.ts";
import { scalarOf } from "./types.ts";

/** A value that the program must deliver. */
export interface WantedResult {
  readonly variable: Variable;
  /** The shared variable whose next value this is; its storage may be written directly. */
  readonly updateOf?: Variable;
}

export interface LowerRequest {
  readonly name: string;
  /** Variables that are given: arguments, shared variables, values computed before. */
  readonly inputs: readonly Variable[];
  readonly results: readonly WantedResult[];
  /** In topological order. */
  readonly nodes: readonly Apply[];
  readonly makeSize: MakeSize;
  readonly fusion: boolean;
  /** May updates be written before the program has ended? */
  readonly mayUpdateInPlace: boolean;
  /** Inputs whose storage the program may overwrite. */
  readonly mutable?: ReadonlySet<Variable>;
}

export interface InputBinding {
  readonly variable: Variable;
  readonly buffer: Buffer;
}

export interface ResultBinding {
  readonly buffer: Buffer;
  readonly dtype: DType;
  /** Sizes of the result, of sizes of the program. */
  readonly shape: readonly Expr[];
  /** True when the result lies in the storage of its shared variable already. */
  readonly isInPlace: boolean;
}

export interface LoweredProgram {
  readonly program: Program;
  readonly given: readonly GivenSize[];
  /** Tested in order before each run with new sizes. */
  readonly checks: readonly SizeCheck[];
  readonly failures: readonly Failure[];
  readonly inputs: readonly InputBinding[];
  readonly results: readonly ResultBinding[];
  readonly temps: readonly TempSpan[];
}

/** The nodes that have no program; their `perform` must run between programs. */
export interface HostNodes {
  readonly hosts: ReadonlySet<Apply>;
}

export function lowerGraph(request: LowerRequest): LoweredProgram | HostNodes {
  const b = new IrBuilder();
  const alg = new IndexAlgebra(b);
  const scope = new SizeScope(alg, request.makeSize);
  const hosts = new Set<Apply>();
  const first = visitAll(scope, request, new Map(), hosts);
  if (hosts.size > 0) return { hosts };
  const aliases = aliasesOf(scope, first.equalities);
  let shapes = first;
  if (aliases.size > 0) {
    shapes = visitAll(scope, request, aliases, hosts, first);
  }
  return new GraphLowering(request, scope, shapes, first.checks).run();
}

function visitAll(
  scope: SizeScope,
  request: LowerRequest,
  aliases: ReadonlyMap<Expr, Expr>,
  hosts: Set<Apply>,
  earlier: Shapes | null = null,
): Shapes {
  const inputs = new Set(request.inputs);
  const shapes = new Shapes(scope, inputs, aliases, earlier);
  for (const node of request.nodes) {
    if (shapes.visit(node)) continue;
    hosts.add(node);
    for (const out of node.outputs) inputs.add(out);
  }
  return shapes;
}

class GraphLowering {
  readonly #request: LowerRequest;
  readonly #scope: SizeScope;
  readonly #b: IrBuilder;
  readonly #alg: IndexAlgebra;
  readonly #shapes: Shapes;
  readonly #checks: SizeCheck[];
  readonly #temps: TempSpan[] = [];

  constructor(request: LowerRequest, scope: SizeScope, shapes: Shapes, checks: readonly SizeCheck[]) {
    this.#request = request;
    this.#scope = scope;
    this.#b = scope.b;
    this.#alg = scope.alg;
    this.#shapes = shapes;
    this.#checks = [...checks];
  }

  run(): LoweredProgram {
    const { nodes, results, fusion } = this.#request;
    const refs = makeLoopRefs({ b: this.#b, alg: this.#alg });
    const tracer = new Tracer(this.#alg, this.#shapes, refs.rows);
    const inputs = this.#storeInputs(tracer);
    const roots = selectRoots(nodes, new Set(results.map((r) => r.variable)), tracer, fusion);
    const targets = this.#storeRoots(tracer, roots);
    const schedule = new Scheduler(tracer, refs, readersOf(nodes), fusion);
    for (const node of nodes) for (const root of this.#rootsOf(node, tracer, roots)) schedule.add(root);
    for (const { stored, isCopy } of targets) {
      if (isCopy) schedule.add({ kind: "map", target: stored, source: stored.variable });
    }
    const updates = this.#updateTargets(tracer, targets);
    const storage = planStorage(schedule, tracer, refs, updates, fallibleSteps(schedule.steps));
    this.#temps.push(...storage.temps);
    const ctx: CodeContext = {
      tracer,
      refs,
      bindings: storage.bindings,
      scratch: (name, type, size, step, perWorker) => this.#scratch(name, type, size, step, perWorker),
    };
    const body = this.#emit(ctx, schedule);
    const inPlace = new Set([...storage.inPlace].map((u) => u.result));
    return this.#finish(
      body,
      inputs,
      targets.map(({ stored }) => stored),
      storage.bindings,
      inPlace,
      tracer,
    );
  }

  #storeInputs(tracer: Tracer): InputBinding[] {
    return this.#request.inputs.flatMap((variable) => {
      const spec = variable.type.buffer();
      if (spec === null) return [];
      const sizes = this.#shapes.of(variable);
      const role = "container" in variable ? "shared" : "input";
      const buffer = this.#buffer(label(variable), spec.dtype, role, sizes);
      tracer.stores.set(variable, {
        variable,
        dtype: spec.dtype,
        buffer,
        sizes,
        layout: tracer.contiguous(sizes),
      });
      return [{ variable, buffer }];
    });
  }

  #buffer(name: string, dtype: DType, role: Buffer["role"], sizes: readonly Expr[]): Buffer {
    const slots = this.#b.index(dtype.startsWith("complex") ? 2 : 1);
    return this.#b.buffer(name, scalarOf(dtype), role, this.#alg.multiply(slots, ...sizes));
  }

  #store(tracer: Tracer, variable: Variable, role: "output" | "temp"): Stored {
    const { dtype } = variable.type.buffer()!;
    const sizes = this.#shapes.of(variable);
    const buffer = this.#buffer(label(variable), dtype, role, sizes);
    return { variable, dtype, buffer, sizes, layout: tracer.contiguous(sizes) };
  }

  /** Storage of all roots, and per result its target: the root's own, or a copy. */
  #storeRoots(tracer: Tracer, roots: ReadonlySet<Variable>): { stored: Stored; isCopy: boolean }[] {
    const delivered = new Set<Variable>();
    const targets = this.#request.results.map(({ variable }) => {
      const isCopy = !roots.has(variable) || delivered.has(variable);
      delivered.add(variable);
      const stored = this.#store(tracer, variable, "output");
      if (!isCopy) tracer.stores.set(variable, stored);
      return { stored, isCopy };
    });
    for (const v of roots) if (!tracer.stores.has(v)) tracer.stores.set(v, this.#store(tracer, v, "temp"));
    return targets;
  }

  *#rootsOf(node: Apply, tracer: Tracer, roots: ReadonlySet<Variable>): Iterable<Root> {
    const form = this.#shapes.lowered.get(node)!;
    const stored = (v: Variable): Stored => tracer.stores.get(v)!;
    if (form.form === "reduce") {
      this.#requireElements(node, form);
      yield { kind: "reduce", node, form, targets: node.outputs.map(stored) };
    } else if (form.form === "call" || form.form === "block") {
      yield { kind: "opaque", node, form, targets: node.outputs.map(stored) };
    } else {
      for (const out of node.outputs) if (roots.has(out)) yield { kind: "map", target: stored(out), source: null };
    }
  }

  /** The maximum of nothing is an error. */
  #requireElements(node: Apply, form: { readonly axes: readonly number[]; readonly emptyFailure?: number }): void {
    if (form.emptyFailure === undefined) return;
    const { message } = this.#scope.failures[form.emptyFailure - 1]!;
    const sizes = this.#shapes.of(node.inputs[0]!);
    const count = this.#alg.multiply(...form.axes.map((a) => sizes[a]!));
    const kept = this.#alg.multiply(...sizes.filter((_, axis) => !form.axes.includes(axis)));
    const cond = this.#b.or(this.#b.gt(count, 0), this.#b.eq(kept, 0));
    if (cond.kind === "const" && cond.value === true) return;
    const error = (): TheanoError =>
      failureError(message, { op: node.op.name, createdAt: node.createdAt[0] }, ValueError);
    this.#checks.push({ cond, error });
  }

  #updateTargets(tracer: Tracer, targets: readonly { stored: Stored; isCopy: boolean }[]): UpdateTarget[] {
    if (!this.#request.mayUpdateInPlace) return [];
    return this.#request.results.flatMap(({ updateOf }, i) => {
      const { stored, isCopy } = targets[i]!;
      const shared = updateOf === undefined ? undefined : tracer.stores.get(updateOf);
      return shared === undefined || isCopy ? [] : [{ result: stored, shared }];
    });
  }

  #scratch(name: string, type: ScalarType, size: Expr, step: number, perWorker = false): Buffer {
    const buffer = perWorker ? this.#b.workerBuffer(name, type, size) : this.#b.buffer(name, type, "temp", size);
    this.#temps.push({ buffer, first: step, last: step });
    return buffer;
  }

  #emit(ctx: CodeContext, schedule: Scheduler): Stmt[] {
    const body: Stmt[] = [];
    for (const step of schedule.prologue) body.push(...guardCode(ctx, step));
    for (const [i, step] of schedule.steps.entries()) {
      const code =
        step.kind === "nest"
          ? new NestCode(ctx, step, i).emit()
          : step.kind === "guard"
            ? guardCode(ctx, step)
            : opaqueCode(ctx, step);
      if (code.length > 0) body.push({ kind: "comment", text: describe(step) }, ...code);
    }
    return body;
  }

  #finish(
    raw: readonly Stmt[],
    inputs: readonly InputBinding[],
    targets: readonly Stored[],
    bindings: ReadonlyMap<Stored, { readonly buffer: Buffer } | null>,
    inPlace: ReadonlySet<Stored>,
    tracer: Tracer,
  ): LoweredProgram {
    const given = this.#scope.given;
    const sizes = new ProgramSizes(
      this.#b,
      given.map((g) => g.ref),
    );
    const body = sizes.deriveAll(hoist(this.#b, sizes.deriveAll(raw)));
    const used = buffersOf(body);
    const results = targets.map(
      (stored): ResultBinding => ({
        buffer: bindings.get(stored)?.buffer ?? stored.buffer,
        dtype: stored.dtype,
        shape: stored.sizes,
        isInPlace: inPlace.has(stored),
      }),
    );
    for (const r of results) used.add(r.buffer);
    const temps = this.#temps.filter((t) => used.has(t.buffer));
    const isUsedInput = inputs.filter((i) => used.has(i.buffer));
    const buffers = [
      ...isUsedInput.map((i) => i.buffer),
      ...results.filter((r) => !r.isInPlace).map((r) => r.buffer),
      ...tracer.constants.filter((c) => used.has(c)),
      ...temps.map((t) => t.buffer),
    ];
    const failures = this.#scope.failures.map((f) => f.message);
    const distinct = distinctChecks(this.#checks);
    const checks = distinct.map((c) => {
      failures.push("sizes do not agree");
      return { cond: c.cond, failure: failures.length - 1 };
    });
    return {
      program: { name: this.#request.name, sizes: sizes.list, checks, buffers, body, failures },
      given,
      checks: distinct,
      failures: this.#scope.failures,
      inputs: isUsedInput,
      results,
      temps,
    };
  }
}

/** Each condition once; a = b and b = a are one. */
function distinctChecks(checks: readonly SizeCheck[]): SizeCheck[] {
  const byKey = new Map<string, SizeCheck>();
  for (const check of checks) {
    const { cond } = check;
    const ids = cond.kind === "op" ? cond.args.map((a) => a.id) : [cond.id];
    const isSymmetric = cond.kind === "op" && cond.op === "eq";
    const key = `${cond.kind === "op" ? cond.op : ""}:${(isSymmetric ? ids.sort((x, y) => x - y) : ids).join()}`;
    if (!byKey.has(key)) byKey.set(key, check);
  }
  return [...byKey.values()];
}

function readersOf(nodes: readonly Apply[]): (v: Variable) => readonly Apply[] {
  const readers = new Map<Variable, Apply[]>();
  for (const node of nodes) {
    for (const v of new Set(node.inputs)) {
      const list = readers.get(v);
      if (list === undefined) readers.set(v, [node]);
      else list.push(node);
    }
  }
  return (v) => readers.get(v) ?? [];
}

function fallibleSteps(steps: readonly Step[]): Set<number> {
  const found = new Set<number>();
  for (const [i, s] of steps.entries()) {
    if (s.kind === "guard") found.add(i);
    if (s.kind === "opaque" && s.root.form.form === "block" && s.root.form.canFail === true) found.add(i);
  }
  return found;
}

/** One line for people about what a step computes. */
function describe(step: Step): string {
  const node = (n: Apply): string => `${n.outputs.map(label).join(", ")} = ${n.op.toString()}`;
  if (step.kind === "guard") return "check";
  if (step.kind === "opaque") return node(step.root.node);
  const parts = step.items.flatMap((i) =>
    (i.kind === "scalar" ? [i.member] : i.members).map((m) => {
      if (m.kind !== "map") return node(m.root.node);
      const { owner } = m.target.variable;
      return owner === null || isConstant(m.target.variable) ? `copy of ${label(m.target.variable)}` : node(owner);
    }),
  );
  return parts.join("; ");
}
