/** Variables: the edges of the graph. */
import type { NdArray } from "../array/ndArray.ts";
import type { Apply } from "./apply.ts";
import type { Type } from "./type.ts";

let nextId = 0;

/** Free-form annotations of a variable, outside equality. */
export interface Tag {
  testValue?: unknown;
  [key: string]: unknown;
}

/**
 * A symbolic value: an input (`owner === null`) or output number `index` of the node `owner`.
 * Two variables are the same only if they are the same object; function graphs intern equal nodes.
 */
export class Variable {
  /** Unique in this process, grows with creation time; the order of ids is a valid topological order. */
  readonly id: number;
  readonly type: Type;
  readonly owner: Apply | null;
  readonly index: number;
  /** A name for people: printed, used for arguments by name, never part of equality. */
  name: string | undefined;
  #tag: Tag | undefined;

  constructor(type: Type, owner: Apply | null = null, index = 0, name?: string) {
    this.id = nextId++;
    this.type = type;
    this.owner = owner;
    this.index = index;
    this.name = name;
  }

  get tag(): Tag {
    return (this.#tag ??= {});
  }

  toString(): string {
    if (this.name !== undefined) return this.name;
    if (this.owner === null) return `<${this.type.toString()}>`;
    const op = this.owner.op.toString();
    return this.owner.outputs.length === 1 ? `${op}.out` : `${op}.${this.index}`;
  }
}

/** True for a variable whose value is known when the graph is built. */
export function isConstant(v: Variable): v is Variable & ConstantLike {
  return "constantKey" in v;
}

/** What the graph layer needs to know of a constant. `TensorConstant` is the class users meet. */
export interface ConstantLike {
  readonly data: NdArray;
  /** Equal for equal dtype, shape and bit content; -0 differs from 0, NaN equals itself. */
  readonly constantKey: string;
}

/** Where the value of a shared variable lives; one container may be seen by several functions. */
export interface SharedContainer {
  /** The present value; a view of the storage when `borrow`, else a copy. */
  get(borrow: boolean): NdArray;
  set(value: NdArray, borrow: boolean): void;
  /** Grows by one at every write that did not come from a compiled function. */
  readonly version: number;
}

/** True for a shared variable. */
export function isShared(v: Variable): v is Variable & SharedLike {
  return "container" in v;
}

/** What the graph layer needs to know of a shared variable. */
export interface SharedLike {
  readonly container: SharedContainer;
  /** Applied by every function that uses the variable, unless told otherwise. */
  defaultUpdate: Variable | undefined;
}
