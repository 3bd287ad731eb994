/** Graphs inside of nodes (the step of a loop, a branch) as statements of the program around them. */
import type { Apply } from "../graph/apply.ts";
import { toposort } from "../graph/traversal.ts";
import type { Variable } from "../graph/variable.ts";
import type { BlockHost, InnerProgram, InnerRequest, InnerTarget, Operand } from "../ir/lowered.ts";
import type { Stmt } from "../ir/node.ts";
import { lowerBody, type BodyTarget } from "./body.ts";
import { Shapes } from "./shapes.ts";
import { elementCheck } from "./sizeAgreement.ts";
import { label, type SizeScope } from "./sizeScope.ts";
import type { UpdateTarget } from "./storage.ts";
import { Tracer, type Stored } from "./trace.ts";
import { scalarOf } from "./types.ts";

const NO_INPUTS: ReadonlySet<Variable> = new Set();

/** @returns `null` when a node of the graph has no program, or a size in it is only known when it runs */
export function prepareInner(
  scope: SizeScope,
  parent: Shapes,
  node: Apply,
  request: InnerRequest,
): InnerProgram | null {
  const inputs = request.inputs as readonly Variable[];
  const outputs = request.outputs as readonly Variable[];
  const nodes = toposort(outputs, new Set(inputs));
  // Sizes of an inner graph are expressions of sizes outside: none is given from anywhere else.
  const shapes = new Shapes(scope, NO_INPUTS, parent.aliases);
  for (const [i, v] of inputs.entries()) {
    const same = request.same[i] ?? null;
    const value = same === null ? null : parent.context(node).scalar(same);
    shapes.declare(v, request.sizes[i]!, value);
  }
  for (const inside of nodes) if (!shapes.visit(inside)) return null;
  const checks = [...shapes.agreement.checks, ...nodes.flatMap((inside) => elementCheck(scope, shapes, inside) ?? [])];
  if (request.isConditional !== true) {
    parent.agreement.checks.push(...checks);
    parent.agreement.equalities.push(...shapes.agreement.equalities);
    return new Inner(scope, shapes, inputs, outputs, nodes, []);
  }
  const code = checks.length === 0 ? 0 : parent.context(node).failure(MISMATCH);
  const tests = checks.map(({ cond }): Stmt => ({ kind: "if", cond, then: [], else: [{ kind: "fail", code }] }));
  return new Inner(scope, shapes, inputs, outputs, nodes, tests);
}

const MISMATCH = "ShapeMismatchError: sizes do not agree in the side of ifelse that was taken.";

class Inner implements InnerProgram {
  readonly #scope: SizeScope;
  readonly #shapes: Shapes;
  readonly #inputs: readonly Variable[];
  readonly #outputs: readonly Variable[];
  readonly #nodes: readonly Apply[];
  /** Tests of sizes that come before everything else. */
  readonly #tests: readonly Stmt[];

  constructor(
    scope: SizeScope,
    shapes: Shapes,
    inputs: readonly Variable[],
    outputs: readonly Variable[],
    nodes: readonly Apply[],
    tests: readonly Stmt[],
  ) {
    this.#scope = scope;
    this.#shapes = shapes;
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#nodes = nodes;
    this.#tests = tests;
  }

  get shapes(): InnerProgram["shapes"] {
    return this.#outputs.map((v) => this.#shapes.of(v));
  }

  get canFail(): boolean {
    if (this.#tests.length > 0) return true;
    return this.#nodes.some((node) => {
      const form = this.#shapes.lowered.get(node)!;
      return form.form === "block" && form.guards === undefined ? form.canFail === true : node.op.canFail(node);
    });
  }

  emit(
    inputs: readonly Operand[],
    targets: readonly InnerTarget[],
    host: BlockHost,
  ): { readonly body: readonly Stmt[]; readonly kept: readonly (Operand | null)[] } {
    const tracer = new Tracer(this.#scope.alg, this.#shapes, host.refs.rows);
    const given = this.#inputs.map((variable, i): Stored => {
      const { buffer, layout } = inputs[i]!;
      const stored: Stored = { ...this.#temp(tracer, variable), buffer, layout };
      tracer.stores.set(variable, stored);
      return stored;
    });
    const body = lowerBody({
      tracer,
      refs: host.refs,
      nodes: this.#nodes,
      results: this.#outputs,
      fusion: host.fusion,
      resultStore: (variable, i) => {
        const target = targets[i]!;
        const own = { ...this.#temp(tracer, variable), isFixed: true };
        return target.kind === "store" ? { ...own, buffer: target.to.buffer, layout: target.to.layout } : own;
      },
      tempStore: (variable) => this.#temp(tracer, variable),
      updates: (own) => replacements(own, targets, given),
      // A step that fails ends the program, and nothing outside of the node has been written by then.
      mayFail: false,
      scratch: (name, type, size, _step, perWorker) => {
        const { b } = this.#scope;
        const buffer = perWorker === true ? b.workerBuffer(name, type, size) : b.buffer(name, type, "temp", size);
        host.adopt(buffer);
        return buffer;
      },
      adopt: (buffer) => host.adopt(buffer),
    });
    for (const { buffer } of body.temps) host.adopt(buffer);
    for (const buffer of tracer.constants) host.addConstant(buffer);
    const statements = [...this.#tests, ...body.statements];
    const kept = body.targets.map(({ stored }, i): Operand | null => {
      const target = targets[i]!;
      if (target.kind === "store" || body.inPlace.has(stored)) return null;
      host.adopt(stored.buffer);
      if (target.kind === "replace") statements.push(this.#copy(given[target.input]!, stored));
      return stored;
    });
    return { body: statements, kept };
  }

  #temp(tracer: Tracer, variable: Variable): Stored {
    const { b, alg } = this.#scope;
    const { dtype } = variable.type.buffer()!;
    const sizes = this.#shapes.of(variable);
    const slots = b.index(dtype.startsWith("complex") ? 2 : 1);
    const buffer = b.buffer(label(variable), scalarOf(dtype), "temp", alg.multiply(slots, ...sizes));
    return { variable, dtype, buffer, sizes, layout: tracer.contiguous(sizes) };
  }

  /** Both are contiguous. */
  #copy(to: Stored, from: Stored): Stmt {
    const { b, alg } = this.#scope;
    const slots = to.dtype.startsWith("complex") ? 2 : 1;
    const count = alg.multiply(b.index(slots), ...to.sizes);
    const start = alg.normal(b.mul(to.layout.offset, slots));
    if (count.kind === "const" && count.value === 1) {
      return { kind: "store", buffer: to.buffer, index: start, value: b.load(from.buffer, b.index(0)) };
    }
    return {
      kind: "call",
      fn: "copy",
      to: to.buffer,
      toOffset: start,
      from: from.buffer,
      fromOffset: b.index(0),
      count,
    };
  }
}

/** Outputs that replace inputs and have storage of their own. */
function replacements(
  own: readonly BodyTarget[],
  targets: readonly InnerTarget[],
  given: readonly Stored[],
): UpdateTarget[] {
  return own.flatMap(({ stored, isCopy }, i) => {
    const target = targets[i]!;
    return target.kind === "replace" && !isCopy ? [{ result: stored, shared: given[target.input]! }] : [];
  });
}
