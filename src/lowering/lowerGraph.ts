/** From the nodes of a function graph to a program of the loop IR, with all that its caller must know. */
import type { Apply } from "../graph/apply.ts";
import type { Variable } from "../graph/variable.ts";
import { IrBuilder } from "../ir/build.ts";
import type { Buffer, Expr, Program, ScalarType, Stmt } from "../ir/node.ts";
import { buffersOf } from "../ir/traverse.ts";
import type { DType } from "../dtype.ts";
import { lowerBody, type BodyTarget } from "./body.ts";
import { hoist, ProgramSizes } from "./hoist.ts";
import { IndexAlgebra } from "./indexAlgebra.ts";
import { prepareInner } from "./inner.ts";
import { makeLoopRefs } from "./steps.ts";
import { Shapes } from "./shapes.ts";
import { aliasesOf, elementCheck } from "./sizeAgreement.ts";
import { label, SizeScope, type Failure, type GivenSize, type MakeSize, type SizeCheck } from "./sizeScope.ts";
import type { TempSpan, UpdateTarget } from "./storage.ts";
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
  /** Where the program tells how many rows of it there are, when only it does: `shape` is the most there can be. */
  readonly count: Buffer | null;
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

/** Why one program cannot do it all. */
export interface Cuts {
  /** The nodes that have no program; their `perform` must run between programs. */
  readonly hosts: ReadonlySet<Apply>;
  /** The nodes whose sizes depend on scalars that are computed here: they need a later program, to which those are given. */
  readonly later: ReadonlyMap<Apply, ReadonlySet<Variable>>;
  /** The nodes of which only the running program tells how many rows their outputs have: what reads those needs a later program. */
  readonly open: ReadonlySet<Apply>;
}

export function lowerGraph(request: LowerRequest): LoweredProgram | Cuts {
  const b = new IrBuilder();
  const alg = new IndexAlgebra(b);
  const scope = new SizeScope(alg, request.makeSize, prepareInner);
  for (const node of request.nodes) for (const out of node.outputs) scope.unused.add(out);
  for (const node of request.nodes) for (const v of node.inputs) scope.unused.delete(v);
  for (const { variable } of request.results) scope.unused.delete(variable);
  const hosts = new Set<Apply>();
  const later = new Map<Apply, ReadonlySet<Variable>>();
  const { shapes: first, isRead } = visitAll(scope, request, new Map(), { hosts, later });
  const open = new Set(first.open.keys());
  // The storage of a shared variable is as large as its value: a new value of unknown size is put there when the program has ended.
  const isOpenUpdate = request.results.some((r) => r.updateOf !== undefined && open.has(r.variable.owner!));
  if (hosts.size > 0 || later.size > 0 || isRead || isOpenUpdate) return { hosts, later, open };
  const aliases = aliasesOf(scope, first.agreement.equalities);
  let shapes = first;
  if (aliases.size > 0) {
    shapes = visitAll(scope, request, aliases, { hosts, later }, first).shapes;
  }
  return new GraphLowering(request, scope, shapes, first.agreement.checks).run();
}

function visitAll(
  scope: SizeScope,
  request: LowerRequest,
  aliases: ReadonlyMap<Expr, Expr>,
  { hosts, later }: { readonly hosts: Set<Apply>; readonly later: Map<Apply, ReadonlySet<Variable>> },
  earlier: Shapes | null = null,
): { readonly shapes: Shapes; readonly isRead: boolean } {
  const inputs = new Set(request.inputs);
  const shapes = new Shapes(scope, inputs, aliases, { earlier, mayBeOpen: true });
  /** What comes of open nodes. */
  const waiting = new Set<Variable>();
  let isRead = false;
  for (const node of request.nodes) {
    const waits = node.inputs.some((v) => waiting.has(v));
    if (waits) isRead = true;
    if (waits || shapes.visit(node)) {
      if (waits || shapes.open.has(node)) for (const out of node.outputs) waiting.add(out);
      continue;
    }
    const awaited = shapes.visitLater(node);
    if (awaited !== null) {
      later.set(node, awaited);
      continue;
    }
    hosts.add(node);
    for (const out of node.outputs) inputs.add(out);
  }
  return { shapes, isRead };
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
    this.#requireElements(nodes);
    const body = lowerBody({
      tracer,
      refs,
      nodes,
      results: results.map((r) => r.variable),
      fusion,
      resultStore: (variable) => this.#store(tracer, variable, "output"),
      tempStore: (variable) => this.#store(tracer, variable, "temp"),
      updates: (targets) => this.#updateTargets(tracer, targets),
      mayFail: true,
      scratch: (name, type, size, step, perWorker) => this.#scratch(name, type, size, step, perWorker),
      adopt: (buffer, step) => void this.#temps.push({ buffer, first: step, last: step }),
    });
    this.#temps.push(...body.temps);
    return this.#finish(
      body.statements,
      inputs,
      body.targets.map(({ stored }) => stored),
      body.bindings,
      body.inPlace,
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

  /** The maximum of nothing is an error. */
  #requireElements(nodes: readonly Apply[]): void {
    for (const node of nodes) {
      const check = elementCheck(this.#scope, this.#shapes, node);
      if (check !== null) this.#checks.push(check);
    }
  }

  #updateTargets(tracer: Tracer, targets: readonly BodyTarget[]): UpdateTarget[] {
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
        count: this.#shapes.open.get(stored.variable.owner!) ?? null,
        isInPlace: inPlace.has(stored),
      }),
    );
    for (const r of results) used.add(r.buffer);
    const temps = this.#temps.filter((t) => used.has(t.buffer));
    const isUsedInput = inputs.filter((i) => used.has(i.buffer));
    const buffers = [
      ...isUsedInput.map((i) => i.buffer),
      ...results.filter((r) => !r.isInPlace).map((r) => r.buffer),
      ...new Set(this.#shapes.open.values()),
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
