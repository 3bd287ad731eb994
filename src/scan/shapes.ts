/** Sizes of what a loop stacks, from the sizes of what it reads. */
import { cloneReplace } from "../graph/replace.ts";
import { ShapeMap } from "../graph/shapes.ts";
import { ancestors, toposort } from "../graph/traversal.ts";
import type { Variable } from "../graph/variable.ts";
import { ShapeI, shapeI } from "../tensor/shape.ts";
import { tensorType } from "../tensor/type.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import { innerInputs, innerOutputs, type OuterInputs, type ScanSpec } from "./scanSpec.ts";

/** Sizes inside of an inner graph, as expressions of the sizes of its inputs. */
export class InnerShapes {
  readonly #given: ReadonlyMap<Variable, readonly Variable[]>;
  readonly #map: ShapeMap;
  /** Sizes that are given mean what they say: nothing behind them is looked at. */
  readonly #ends: ReadonlySet<Variable>;
  readonly #resolved = new Map<Variable, Variable>();

  constructor(given: ReadonlyMap<Variable, readonly Variable[]>) {
    this.#given = given;
    this.#ends = new Set([...given.values()].flat());
    this.#map = new ShapeMap((v, axis) => given.get(v)?.[axis] ?? shapeI(v, axis));
  }

  shapeOf(v: Variable): readonly Variable[] {
    return this.#map.shapeOf(v).map((n) => this.#resolve(n));
  }

  /** Sizes that the graph itself reads are those given too. */
  #resolve(size: Variable): Variable {
    let known = this.#resolved.get(size);
    if (known === undefined) this.#resolved.set(size, (known = this.#search(size)));
    return known;
  }

  #search(size: Variable): Variable {
    const table = new Map<Variable, Variable>();
    for (const node of toposort([size], this.#ends)) {
      if (!(node.op instanceof ShapeI)) continue;
      const [x] = node.inputs as [Variable];
      const known = this.#given.get(x)?.[node.op.axis] ?? this.#map.shapeOf(x)[node.op.axis]!;
      if (known !== node.outputs[0]) table.set(node.outputs[0]!, known);
    }
    return table.size === 0 ? size : this.#resolve(cloneReplace([size], table)[0]!);
  }
}

/**
 * The sizes of one row of each row output, as expressions of outer variables; `null` where only the values of a step tell them.
 * @param sizes the shapes of the outer inputs
 */
export function rowShapes(
  spec: ScanSpec,
  outer: OuterInputs<Variable>,
  sizes: OuterInputs<readonly Variable[]>,
): (readonly Variable[] | null)[] {
  const { rows } = innerOutputs(spec);
  if (rows.length === 0) return [];
  const inner = innerInputs(spec);
  const given = new Map<Variable, readonly Variable[]>();
  for (const [i, v] of inner.slices.entries()) given.set(v, sizes.sequences[i]!.slice(1));
  for (const [i, v] of inner.states.entries()) given.set(v, sizes.initials[i]!);
  for (const [i, v] of inner.constants.entries()) given.set(v, sizes.constants[i]!);
  const map = new InnerShapes(given);
  const outside = new Map<Variable, Variable>(inner.constants.map((v, i) => [v, outer.constants[i]!]));
  const own = new Set<Variable>([...inner.slices, ...inner.states]);
  const outerOnes = new Set<Variable>([
    ...[...given.values()].flat(),
    ...outer.constants,
    outer.length,
    outer.first,
    outer.limit,
  ]);
  return rows.map((row) => {
    const shape = map.shapeOf(row);
    const reached = ancestors(shape, outerOnes);
    if (reached.some((v) => own.has(v))) return null;
    return cloneReplace(shape, outside);
  });
}

/** Tells which values of a step have the same shape in every step, as far as the sizes of what it reads say. */
export function fixedShapes(spec: ScanSpec): (v: Variable) => boolean {
  const inner = innerInputs(spec);
  const own = new Set<Variable>([...inner.slices, ...inner.states]);
  const sizes = new Map<Variable, readonly Variable[]>();
  const stop = new Set<Variable>();
  for (const v of own) {
    const list = (v as TensorVariable).type.shape.map(() => tensorType("int64", []).makeVariable(null, 0));
    sizes.set(v, list);
    for (const n of list) stop.add(n);
  }
  const map = new InnerShapes(sizes);
  return (v) => !ancestors(map.shapeOf(v), stop).some((x) => own.has(x));
}
