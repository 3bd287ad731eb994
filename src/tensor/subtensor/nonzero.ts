/** Positions of the elements that are not zero. */
import { readElement } from "../../array/element.ts";
import { offsetsOf } from "../../array/layout.ts";
import { fromFlat } from "../../array/create.ts";
import { NdArray } from "../../array/ndArray.ts";
import { RankError } from "../../errors.ts";
import { Apply } from "../../graph/apply.ts";
import { Op, type InputGradient } from "../../graph/op.ts";
import { isConstant, type Variable } from "../../graph/variable.ts";
import { operand } from "../shape.ts";
import { tensorType } from "../type.ts";
import type { TensorVariable } from "../variable.ts";

/** One int64 vector per axis, together the indices of the nonzero elements in C order. */
export class Nonzero extends Op {
  readonly name = "Nonzero";

  override makeNode(x: Variable): Apply {
    const v = x as TensorVariable;
    if (v.ndim === 0) {
      throw new RankError("nonzero: expected at least one axis, got a scalar.", {
        op: "Nonzero",
        inputs: [operand(v)],
      });
    }
    const count = knownCount(v);
    return new Apply(
      this,
      [v],
      v.type.shape.map(() => tensorType("int64", [count])),
    );
  }

  override perform(_node: Apply, [x]: readonly NdArray[]): NdArray[] {
    const a = x!;
    if (a.dtype === "bool" && a.ndim === 1 && a.isContiguous) return [placesOf(a)];
    const found: number[][] = a.shape.map(() => []);
    for (const i of positionsOf(a)) {
      let rest = i;
      for (let axis = a.ndim - 1; axis >= 0; axis--) {
        found[axis]!.push(rest % a.shape[axis]!);
        rest = Math.floor(rest / a.shape[axis]!);
      }
    }
    return found.map((list) => fromFlat(list, [list.length], "int64"));
  }

  /** How many there are only the values tell. */
  override inferShape(node: Apply): null[] {
    return node.outputs.map(() => null);
  }

  override connectionPattern(node: Apply): boolean[][] {
    return [node.outputs.map(() => false)];
  }

  override lop(): InputGradient[] {
    return [null];
  }
}

/**
 * The same for masks: counted, then written without a branch, since a processor cannot guess which way one goes. Every position is written;
 * those of false elements are written over by the next. A byte b that is not 0 is known by (b + 255) >> 8, which is 1.
 */
function placesOf(mask: NdArray): NdArray {
  const flags = (mask.buffer as Uint8Array).subarray(mask.offset, mask.offset + mask.size);
  let count = 0;
  for (let i = 0; i < flags.length; i++) count += (flags[i]! + 255) >> 8;
  // One more place, for those after the last true element; an int64 is two numbers of 32 bits, the upper ones 0.
  const words = new Int32Array(2 * count + 2);
  const low = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1;
  let k = low;
  for (let i = 0; i < flags.length; i++) {
    words[k] = i;
    k += ((flags[i]! + 255) >> 8) << 1;
  }
  return NdArray.wrap("int64", new BigInt64Array(words.buffer, 0, count), [count]);
}

/** Positions of the nonzero elements in C order. */
function* positionsOf(a: NdArray): Iterable<number> {
  const offsets = offsetsOf(a);
  for (let i = 0; i < a.size; i++) {
    const value = readElement(a, offsets[i]!);
    if (typeof value === "object" ? value.re !== 0 || value.im !== 0 : Number(value) !== 0) yield i;
  }
}

/** How many elements of a constant, perhaps with sizes asserted, are not zero. */
function knownCount(x: TensorVariable): number | null {
  let source: Variable = x;
  while (source.owner?.op.name === "SpecifyShape" || source.owner?.op.name === "DimShuffle") {
    source = source.owner.inputs[0]!;
  }
  return isConstant(source) ? [...positionsOf(source.data)].length : null;
}

const op = new Nonzero();

/** The op's outputs, one index vector per axis. */
export function nonzeroIndices(x: TensorVariable): TensorVariable[] {
  return op.makeNode(x).outputs as TensorVariable[];
}
