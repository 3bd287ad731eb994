/** From nodes whose shapes are known to statements: roots, schedule, storage, code. Used for whole programs and for graphs inside of nodes. */
import type { Apply } from "../graph/apply.ts";
import { isConstant, type Variable } from "../graph/variable.ts";
import type { Stmt } from "../ir/node.ts";
import { guardCode, opaqueCode } from "./callCode.ts";
import { NestCode, type CodeContext } from "./nestCode.ts";
import { selectRoots } from "./roots.ts";
import { Scheduler } from "./schedule.ts";
import type { LoopRefs, Root, Step } from "./steps.ts";
import { label } from "./sizeScope.ts";
import { planStorage, type Binding, type TempSpan, type UpdateTarget } from "./storage.ts";
import type { Stored, Tracer } from "./trace.ts";

/** Where a wanted value is to lie. */
export interface BodyTarget {
  readonly stored: Stored;
  /** The value has other storage too, or none of its own: it is copied. */
  readonly isCopy: boolean;
}

export interface BodyRequest {
  readonly tracer: Tracer;
  readonly refs: LoopRefs;
  /** In topological order. */
  readonly nodes: readonly Apply[];
  readonly results: readonly Variable[];
  readonly fusion: boolean;
  /** Storage for a result, and for a value in between. */
  resultStore(variable: Variable, index: number): Stored;
  tempStore(variable: Variable): Stored;
  /** Results that may be written over inputs. */
  updates(targets: readonly BodyTarget[]): UpdateTarget[];
  readonly mayFail: boolean;
  readonly scratch: CodeContext["scratch"];
  readonly adopt: CodeContext["adopt"];
}

export interface Body {
  readonly statements: Stmt[];
  readonly targets: readonly BodyTarget[];
  readonly bindings: ReadonlyMap<Stored, Binding | null>;
  readonly inPlace: ReadonlySet<Stored>;
  readonly temps: readonly TempSpan[];
}

export function lowerBody(request: BodyRequest): Body {
  const { tracer, refs, nodes, results, fusion } = request;
  const roots = selectRoots(nodes, new Set(results), tracer, fusion);
  const targets = storeRoots(request, roots);
  const schedule = new Scheduler(tracer, refs, readersOf(nodes), fusion);
  for (const node of nodes) for (const root of rootsOf(node, tracer, roots)) schedule.add(root);
  for (const { stored, isCopy } of targets) {
    if (isCopy) schedule.add({ kind: "map", target: stored, source: stored.variable });
  }
  const fallible = request.mayFail ? fallibleSteps(schedule.steps) : new Set<number>();
  const storage = planStorage(schedule, tracer, refs, request.updates(targets), fallible);
  const { scratch, adopt } = request;
  const ctx: CodeContext = { tracer, refs, bindings: storage.bindings, fusion, scratch, adopt };
  return {
    statements: emit(ctx, schedule),
    targets,
    bindings: storage.bindings,
    inPlace: new Set([...storage.inPlace].map((u) => u.result)),
    temps: storage.temps,
  };
}

/** Storage of all roots, and per result its target: the root's own, or a copy. */
function storeRoots(request: BodyRequest, roots: ReadonlySet<Variable>): BodyTarget[] {
  const { tracer } = request;
  const delivered = new Set<Variable>();
  const targets = request.results.map((variable, i) => {
    const isCopy = !roots.has(variable) || delivered.has(variable);
    delivered.add(variable);
    const stored = request.resultStore(variable, i);
    if (!isCopy) tracer.stores.set(variable, stored);
    return { stored, isCopy };
  });
  for (const v of roots) if (!tracer.stores.has(v)) tracer.stores.set(v, request.tempStore(v));
  return targets;
}

function* rootsOf(node: Apply, tracer: Tracer, roots: ReadonlySet<Variable>): Iterable<Root> {
  const form = tracer.shapes.lowered.get(node)!;
  const stored = (v: Variable): Stored => tracer.stores.get(v)!;
  if (form.form === "reduce") {
    yield { kind: "reduce", node, form, targets: node.outputs.map(stored) };
  } else if (form.form === "call" || form.form === "block") {
    yield { kind: "opaque", node, form, targets: node.outputs.map(stored) };
  } else {
    for (const out of node.outputs) if (roots.has(out)) yield { kind: "map", target: stored(out), source: null };
  }
}

function emit(ctx: CodeContext, schedule: Scheduler): Stmt[] {
  const body: Stmt[] = [];
  for (const step of schedule.prologue) body.push(...guardCode(ctx, step));
  for (const [i, step] of schedule.steps.entries()) {
    const code =
      step.kind === "nest"
        ? new NestCode(ctx, step, i).emit()
        : step.kind === "guard"
          ? guardCode(ctx, step)
          : opaqueCode(ctx, step, i);
    if (code.length > 0) body.push({ kind: "comment", text: describe(step) }, ...code);
  }
  return body;
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
