/** What the tests of tensors share: values by `perform`, with types and inferred shapes checked on the way. */
import { expect } from "vitest";
import type { NdArray } from "../../src/array/ndArray.ts";
import { TheanoError } from "../../src/errors.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { ShapeMap } from "../../src/graph/shapes.ts";
import { shapeI } from "../../src/tensor/shape.ts";
import type { TensorVariable } from "../../src/tensor/variable.ts";

type Givens = readonly (readonly [TensorVariable, NdArray])[];

/** The value of `v`; its dtype, rank and sizes are what its type and `inferShape` say. */
export function arrayOf(v: TensorVariable, givens: Givens = []): NdArray {
  const values = new Map(givens);
  const sizes = new ShapeMap(shapeI).shapeOf(v);
  const [result, ...inferred] = evaluate([v, ...sizes], values) as [NdArray, ...NdArray[]];
  expect(result.dtype).toBe(v.dtype);
  expect(result.ndim).toBe(v.ndim);
  expect(inferred.map((n) => Number(n.itemBigInt()))).toEqual(result.shape);
  for (const [axis, n] of v.type.shape.entries()) if (n !== null) expect(result.shape[axis]).toBe(n);
  return result;
}

/** The value of `v` as nested lists. */
export function valueOf(v: TensorVariable, givens: Givens = []): unknown {
  return arrayOf(v, givens).toList();
}

type ErrorClass = new (...args: never[]) => TheanoError;

/** `run` fails with an error of exactly this class, whose message matches. */
export function expectError(run: () => unknown, kind: ErrorClass, text: RegExp): void {
  let error: unknown;
  try {
    run();
  } catch (e) {
    error = e;
  }
  expect(error).toBeInstanceOf(TheanoError);
  expect((error as Error).constructor).toBe(kind);
  expect((error as Error).message).toMatch(text);
}
