/** Coordinates of the points of a grid, as NumPy's `mgrid` and `ogrid`. */
import { ArgumentError } from "../errors.ts";
import type { DType } from "../dtype.ts";
import { alloc, arange } from "./alloc.ts";
import { dimshuffle } from "./dimshuffle.ts";
import { shape as shapeOf } from "./shape.ts";
import { Slice } from "./subtensor/index.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

/** The range of one axis: `"0:5"`, `"0:1:0.25"`, or `T.slice(0, n)`. */
export type GridRange = string | Slice;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function parts(range: GridRange): (TensorLike | null)[] {
  if (range instanceof Slice) return [range.start, range.stop, range.step];
  const fields = String(range)
    .split(":")
    .map((f) => f.trim());
  if (fields.length < 2 || fields.length > 3 || fields.some((f) => f !== "" && !NUMBER.test(f))) {
    throw new ArgumentError(`A range of a grid is written "start:stop:step", got ${JSON.stringify(range)}.`, {
      op: "mgrid",
    });
  }
  return fields.map((f) => (f === "" ? null : Number(f)));
}

function line(range: GridRange): TensorVariable {
  const [start, stop, step] = parts(range);
  if (stop === null || stop === undefined) {
    throw new ArgumentError("A range of a grid needs an end.", { op: "mgrid" });
  }
  return arange(start ?? 0, stop, step ?? 1);
}

function axes(ranges: readonly GridRange[]): TensorVariable[] {
  return ranges.map((range, k) =>
    dimshuffle(
      line(range),
      ranges.map((_, i) => (i === k ? 0 : "x")),
    ),
  );
}

/** Coordinates along each axis, of size 1 along the others: `T.ogrid("0:3", "0:2")`. */
export function ogrid<const L extends readonly GridRange[]>(
  ...ranges: L
): { -readonly [K in keyof L]: TensorVariable<DType, L["length"]> };
export function ogrid(...ranges: readonly GridRange[]): TensorVariable[] {
  return axes(ranges);
}

/** Coordinates along each axis at every point of the grid: `T.mgrid("0:3", "0:2")`. */
export function mgrid<const L extends readonly GridRange[]>(
  ...ranges: L
): { -readonly [K in keyof L]: TensorVariable<DType, L["length"]> };
export function mgrid(...ranges: readonly GridRange[]): TensorVariable[] {
  const open = axes(ranges);
  const sizes = open.map((v, k) => shapeOf(v)[k]!);
  return open.map((v) => alloc(v, sizes));
}
