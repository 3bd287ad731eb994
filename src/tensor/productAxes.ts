/** What products share: their inner axes, checks of sizes, and sums of products for `perform`. */
import { castElement, readElement, writeElement, type Element } from "../array/element.ts";
import { NdArray } from "../array/ndArray.ts";
import { isComplex, isDiscrete, type DType } from "../dtype.ts";
import { ShapeMismatchError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { operand } from "./shape.ts";
import type { TensorVariable } from "./variable.ts";

/** Dtypes that the gemm of the targets computes in. */
export function hasGemm(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

/** Axes of the operands: -1 where a vector lacks one. */
export interface ProductAxes {
  readonly a: { readonly row: number; readonly inner: number };
  readonly b: { readonly inner: number; readonly column: number };
}

export function axesOf(aRank: number, bRank: number): ProductAxes {
  return {
    a: { row: aRank - 2, inner: aRank - 1 },
    b: bRank === 1 ? { inner: 0, column: -1 } : { inner: bRank - 2, column: bRank - 1 },
  };
}

export function checkInner(op: string, a: TensorVariable, b: TensorVariable): void {
  const axes = axesOf(a.ndim, b.ndim);
  const [n, m] = [a.type.shape[axes.a.inner]!, b.type.shape[axes.b.inner]!];
  if (n === null || m === null || n === m) return;
  throw new ShapeMismatchError(
    `${op}: shapes (${a.type.shape.map((s) => s ?? "?").join(", ")}) and ` +
      `(${b.type.shape.map((s) => s ?? "?").join(", ")}) are not aligned: axis ${axes.a.inner} of the first has ` +
      `size ${n}, axis ${axes.b.inner} of the second ${m}.` +
      (b.ndim === 2 && b.type.shape[1] === n ? "\nDid you mean the transpose of the second, y.T?" : ""),
    { op, inputs: [operand(a), operand(b)] },
  );
}

export function checkInnerArrays(op: string, node: Apply, a: NdArray, b: NdArray): void {
  const axes = axesOf(a.ndim, b.ndim);
  if (a.shape[axes.a.inner] === b.shape[axes.b.inner]) return;
  throw new ShapeMismatchError(
    `${op}: shapes (${a.shape.join(", ")}) and (${b.shape.join(", ")}) are not aligned: ` +
      `${a.shape[axes.a.inner]} is not ${b.shape[axes.b.inner]}.`,
    {
      op,
      inputs: [a, b].map((x) => ({ dtype: x.dtype, shape: x.shape })),
      createdAt: node.createdAt[0],
    },
  );
}

export const knownDiffers = (a: TensorVariable, b: TensorVariable): boolean => {
  const axes = axesOf(a.ndim, b.ndim);
  const n = a.type.shape[axes.a.inner]!;
  return n === null || n !== b.type.shape[axes.b.inner];
};

/** Sum of products of two strided runs, exact for integers, in double precision for floats. */
export function innerProduct(
  a: NdArray,
  at: number,
  da: number,
  b: NdArray,
  bt: number,
  db: number,
  k: number,
): Element {
  const { dtype } = a;
  if (isComplex(dtype)) {
    let [re, im] = [0, 0];
    for (let i = 0; i < k; i++) {
      const x = readElement(a, at + i * da) as { re: number; im: number };
      const y = readElement(b, bt + i * db) as { re: number; im: number };
      re += x.re * y.re - x.im * y.im;
      im += x.re * y.im + x.im * y.re;
    }
    return { re, im };
  }
  if (isDiscrete(dtype)) {
    let total = 0n;
    for (let i = 0; i < k; i++) {
      total += BigInt(readElement(a, at + i * da) as number) * BigInt(readElement(b, bt + i * db) as number);
    }
    return dtype === "bool" ? (total > 0n ? 1 : 0) : dtype.endsWith("64") ? total : Number(BigInt.asIntN(53, total));
  }
  let total = 0;
  for (let i = 0; i < k; i++) {
    total += (readElement(a, at + i * da) as number) * (readElement(b, bt + i * db) as number);
  }
  return total;
}

/** The product of vectors or matrices, on arrays of one dtype. */
export function product(a: NdArray, b: NdArray): NdArray {
  const axes = axesOf(a.ndim, b.ndim);
  const rows = a.ndim === 2 ? a.shape[0]! : 1;
  const columns = b.ndim === 2 ? b.shape[1]! : 1;
  const k = a.shape[axes.a.inner]!;
  const out = NdArray.allocate(a.dtype, [...a.shape.slice(0, a.ndim - 1), ...(b.ndim === 2 ? [columns] : [])]);
  const [rowStep, da] = [a.ndim === 2 ? a.strides[0]! : 0, a.strides[axes.a.inner]!];
  const [columnStep, db] = [b.ndim === 2 ? b.strides[1]! : 0, b.strides[axes.b.inner]!];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = innerProduct(a, a.offset + i * rowStep, da, b, b.offset + j * columnStep, db, k);
      writeElement(out, i * columns + j, castElement(value, a.dtype, a.dtype));
    }
  }
  return out;
}
