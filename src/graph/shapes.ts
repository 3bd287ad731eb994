/** Sizes as graph: the shape of any variable as expressions of the sizes of the graph's inputs. */
import { withOriginOf } from "./apply.ts";
import { toposort } from "./traversal.ts";
import type { Variable } from "./variable.ts";

/** Makes the variable that reads a size: a constant where the type knows it, else `Shape_i` of `v`. */
export type SizeReader = (v: Variable, axis: number) => Variable;

/**
 * Remembers the shapes of variables. A shape is one int64 scalar per axis; nothing is computed to know it, except where only
 * a value tells its size.
 */
export class ShapeMap {
  readonly #known = new Map<Variable, readonly Variable[]>();
  readonly #read: SizeReader;

  constructor(read: SizeReader) {
    this.#read = read;
  }

  shapeOf(v: Variable): readonly Variable[] {
    const known = this.#known.get(v);
    if (known !== undefined) return known;
    for (const node of toposort([v], this.#known)) {
      const inputs = node.inputs.map((x) => this.#known.get(x) ?? this.#leaf(x));
      const shapes = withOriginOf(node, () => node.op.inferShape(node, inputs));
      for (const [i, out] of node.outputs.entries()) {
        if (!this.#known.has(out)) this.#known.set(out, this.#sharpen(out, shapes[i] ?? null));
      }
    }
    return this.#known.get(v) ?? this.#leaf(v);
  }

  #leaf(v: Variable): readonly Variable[] {
    const shape = this.#sharpen(v, null);
    this.#known.set(v, shape);
    return shape;
  }

  /** Sizes that the type knows are constants, whatever the op says. */
  #sharpen(v: Variable, inferred: readonly Variable[] | null): readonly Variable[] {
    const sizes = v.type.buffer()?.shape ?? [];
    return sizes.map((n, axis) => (n === null ? (inferred?.[axis] ?? this.#read(v, axis)) : this.#read(v, axis)));
  }
}
