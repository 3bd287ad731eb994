/** A small algebra over an opaque type, to test the graph layer without tensors. */
import type { NdArray } from "../../src/array/ndArray.ts";
import { Apply } from "../../src/graph/apply.ts";
import { Op, type InputGradient } from "../../src/graph/op.ts";
import { Type, type BufferSpec } from "../../src/graph/type.ts";
import { Variable } from "../../src/graph/variable.ts";

class ToyType extends Type {
  readonly key = "toy";
  buffer(): BufferSpec | null {
    return null;
  }
  filter(value: unknown): unknown {
    return value;
  }
  makeVariable(owner: Apply | null, index: number, name?: string): Variable {
    return new Variable(this, owner, index, name);
  }
  toString(): string {
    return "Toy";
  }
}

export const toyType: ToyType = new ToyType();

export class ToyOp extends Op {
  readonly name: string;
  readonly #gradient: ((inputs: readonly Variable[], g: Variable) => InputGradient[]) | undefined;
  readonly #pure: boolean;

  constructor(name: string, gradient?: (inputs: readonly Variable[], g: Variable) => InputGradient[], pure = true) {
    super();
    this.name = name;
    this.#gradient = gradient;
    this.#pure = pure;
  }
  override get pure(): boolean {
    return this.#pure;
  }
  makeNode(...inputs: Variable[]): Apply {
    return new Apply(this, inputs, [toyType]);
  }
  perform(_node: Apply, _inputs: readonly NdArray[]): NdArray[] {
    throw new Error("toys are not computed");
  }
  inferShape(): null[] {
    return [null];
  }
  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    return this.#gradient === undefined ? [null] : this.#gradient(node.inputs, g!);
  }
}

export const toy = (name: string): Variable => toyType.makeVariable(null, 0, name);
export const f: ToyOp = new ToyOp("f", (_x, g) => [dfdx.call(g)]);
export const dfdx: ToyOp = new ToyOp("df");
export const plus: ToyOp = new ToyOp("plus", (_x, g) => [g, g]);
