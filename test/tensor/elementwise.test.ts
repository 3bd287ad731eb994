import { describe, expect, it } from "vitest";
import { array } from "../../src/array/index.ts";
import type { DType } from "../../src/dtype.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { seededUniform, verifyGrad } from "../../src/verifyGrad.ts";
import type { ScalarOp } from "../../src/scalar/define.ts";
import * as scalars from "../../src/scalar/index.ts";
import { constant } from "../../src/tensor/constant.ts";
import { Elemwise, applyElemwise } from "../../src/tensor/elemwise.ts";
import * as T from "../../src/tensor/math.ts";
import { tensorType } from "../../src/tensor/type.ts";
import type { TensorLike, TensorVariable } from "../../src/tensor/variable.ts";

const ops = Object.values(scalars).filter((v): v is ScalarOp => typeof v === "object" && v !== null && "lower" in v);

function apply(op: ScalarOp, ...args: TensorLike[]): TensorVariable {
  return applyElemwise(new Elemwise(op), args);
}

const value = (v: TensorVariable): unknown => evaluate([v])[0]!.toList();

/** theano.md 4.1: the dtype out for bool, int8, uint8, int32, int64, float16, float32, float64, complex64; "-" is an error. */
const DTYPES: readonly DType[] = [
  "bool",
  "int8",
  "uint8",
  "int32",
  "int64",
  "float16",
  "float32",
  "float64",
  "complex64",
];
const SHORT: Readonly<Record<string, DType>> = {
  b: "bool",
  i8: "int8",
  u8: "uint8",
  i32: "int32",
  i64: "int64",
  u64: "uint64",
  f16: "float16",
  f32: "float32",
  f64: "float64",
  c64: "complex64",
  c128: "complex128",
};
const OBSERVED: Readonly<Record<string, string>> = {
  add: "b,i8,u8,i32,i64,f16,f32,f64,c64",
  sub: "-,i8,u8,i32,i64,f16,f32,f64,c64",
  mul: "b,i8,u8,i32,i64,f16,f32,f64,c64",
  true_div: "f64,f64,f64,f64,f64,f16,f32,f64,c64",
  int_div: "b,i8,u8,i32,i64,f16,f32,f64,-",
  mod: "b,i8,u8,i32,i64,f16,f32,f64,-",
  exp2: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  expm1: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  log2: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  log10: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  log1p: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  tan: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  arcsin: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  arccos: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  arctan: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  arcsinh: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  arccosh: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  arctanh: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  pow: "i8,i8,u8,i32,i64,f16,f32,f64,c64",
  neg: "-,i8,u8,i32,i64,f16,f32,f64,c64",
  inv: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  abs: "b,i8,u8,i32,i64,f16,f32,f64,f32",
  sgn: "-,i8,u8,i32,i64,f16,f32,f64,-",
  sqr: "b,i8,u8,i32,i64,f16,f32,f64,c64",
  sqrt: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  ceil: "f32,f32,f32,f64,f64,f16,f32,f64,-",
  exp: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  log: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  tanh: "f32,f32,f32,f64,f64,f16,f32,f64,c64",
  eq: "b,b,b,b,b,b,b,b,b",
  and: "b,i8,u8,i32,i64,-,-,-,-",
  invert: "b,i8,u8,i32,i64,-,-,-,-",
  maximum: "b,i8,u8,i32,i64,f16,f32,f64,-",
  erfinv: "f32,f32,f32,f64,f64,f16,f32,f64,-",
  real: "b,i8,u8,i32,i64,f16,f32,f64,f32",
  sigmoid: "f32,f32,f32,f64,f64,f16,f32,f64,-",
};

describe("dtypes as Theano gives them", () => {
  for (const [name, row] of Object.entries(OBSERVED)) {
    it(name, () => {
      const op = ops.find((o) => o.name === name)!;
      const arity = op.arity === "n" ? 2 : op.arity;
      const got = DTYPES.map((d) => {
        const v = tensorType(d, [null]).makeVariable(null, 0);
        try {
          return apply(op, ...Array.from({ length: arity }, () => v)).dtype;
        } catch {
          return "-";
        }
      });
      expect(got).toEqual(row.split(",").map((s) => SHORT[s] ?? s));
    });
  }
});

describe("gradients agree with finite differences", () => {
  const rng = seededUniform(1);
  for (const op of ops) {
    if (op.grad === null || op.domain === undefined) continue;
    const arity = op.arity === "n" ? 3 : op.arity;
    it(op.name, () => {
      const points = Array.from({ length: arity }, (_, i) => {
        const interval = (Array.isArray(op.domain![0]) ? op.domain![i] : op.domain) as readonly [number, number];
        return Array.from({ length: 5 }, () => interval[0] + (interval[1] - interval[0]) * rng());
      });
      verifyGrad((...xs) => apply(op, ...xs), points);
    });
  }

  it("of arguments that broadcast", () => {
    verifyGrad((x, y) => T.mul(x, y), [[[1, 2, 3]], [[1], [2]]]);
    verifyGrad(
      (x, y) => T.add(x, y),
      [
        [1, 2, 3],
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
    );
    verifyGrad(
      (x, y) => T.switch_(T.gt(x, 1.5), y, T.mul(x, 3)),
      [
        [1, 2, 3],
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
    );
  });

  it("to second order", () => {
    for (const f of [T.tanh, T.exp, T.sigmoid, T.softplus, T.sqr, T.erf]) {
      verifyGrad((x) => T.mul(f(f(x)), x), [[0.3, -0.2, 0.8]]);
    }
  });
});

describe("values", () => {
  it("follow Python's rules for // and %", () => {
    const x = constant([7, -7, 7, -7, 1], "float64");
    const y = constant([3, 3, -3, -3, Infinity], "float64");
    expect(value(T.intDiv(x, y))).toEqual([2, -3, -3, 2, 0]);
    expect(value(T.mod(x, y))).toEqual([1, 2, -2, -1, 1]);
    const [a, b] = [constant([7, -7, 7, -7, 5], "int32"), constant([3, 3, -3, -3, 0], "int32")];
    expect(value(T.intDiv(a, b))).toEqual([2, -3, -3, 2, 0]);
    expect(value(T.mod(a, b))).toEqual([1, 2, -2, -1, 0]);
  });

  it("raise integers exactly, modulo the size of their type", () => {
    const [x, y] = [
      constant([3n, -3n, 7n, 1n, -1n, 0n, 2n], "int64"),
      constant([39n, 39n, 22n, -3n, -3n, -1n, -1n], "int64"),
    ];
    expect(evaluate([T.pow(x, y)])[0]!.toList({ bigint: true })).toEqual([
      4052555153018976267n,
      -4052555153018976267n,
      3909821048582988049n,
      1n,
      -1n,
      0n,
      0n,
    ]);
    expect(value(T.pow(constant([3, 16, 255, 2], "uint8"), constant([6, 2, 3, 255], "uint8")))).toEqual([
      217, 0, 255, 0,
    ]);
    expect(value(T.pow(constant([-2, 2, 3], "int8"), constant([7, 7, 5], "int8")))).toEqual([-128, -128, -13]);
  });

  it("propagate NaN in extrema", () => {
    const x = constant([1, NaN, 3], "float64");
    expect(value(T.maximum(x, 2))).toEqual([2, NaN, 3]);
    expect(value(T.minimum(x, 2))).toEqual([1, NaN, 2]);
    expect(value(T.sgn(constant([NaN, -2, 0], "float64")))).toEqual([NaN, -1, 0]);
  });

  it("round halves as asked", () => {
    const x = constant([0.5, 1.5, -0.5, 2.5, -2.5], "float64");
    expect(value(T.roundHalfToEven(x))).toEqual([0, 2, -0, 2, -2]);
    expect(value(T.roundHalfAwayFromZero(x))).toEqual([1, 2, -1, 3, -3]);
  });

  it("saturate in casts and give 0 for NaN", () => {
    expect(value(T.cast(constant([300, -1, NaN, 2.9], "float64"), "uint8"))).toEqual([255, 0, 0, 2]);
    expect(value(T.cast(constant([300, -1], "int32"), "uint8"))).toEqual([44, 255]);
  });

  it("stay finite in sigmoid and softplus", () => {
    const x = constant([-800, 0, 800], "float64");
    expect(value(T.sigmoid(x))).toEqual([0, 0.5, 1]);
    expect(value(T.softplus(x))).toEqual([0, Math.LN2, 800]);
  });

  it("multiply and divide complex numbers", () => {
    const x = constant(array([{ re: 1, im: 2 }], "complex128"));
    const y = constant(array([{ re: 3, im: -1 }], "complex128"));
    expect(value(T.mul(x, y))).toEqual([{ re: 5, im: 5 }]);
    const [q] = value(T.div(x, y)) as { re: number; im: number }[];
    expect(q!.re).toBeCloseTo(0.1, 15);
    expect(q!.im).toBeCloseTo(0.7, 15);
    expect(value(T.abs(constant(array([{ re: 3, im: -4 }], "complex128"))))).toEqual([5]);
  });

  it("compute float16 in float32 and round once", () => {
    const x = constant([0.1, 65504, 1000], "float16");
    expect(value(T.mul(x, x))).toEqual(
      [0.00999, Infinity, Infinity].map((v) => (v === 0.00999 ? expect.closeTo(0.009995, 5) : v)),
    );
  });
});

describe("weak numbers", () => {
  const of = (d: DType): TensorVariable => tensorType(d, [null]).makeVariable(null, 0);
  it("take the dtype of the tensor they meet", () => {
    expect(T.mul(of("float32"), 0.5).dtype).toBe("float32");
    expect(T.add(of("int8"), 1).dtype).toBe("int8");
    expect(T.add(of("int8"), 0.5).dtype).toBe("float64");
    expect(T.add(of("bool"), 1).dtype).toBe("int64");
    expect(T.mul(of("complex64"), 2).dtype).toBe("complex64");
  });
  it("refuse integers out of range", () => {
    expect(() => T.add(of("int8"), 200)).toThrow(/out of the range of int8/);
  });
  it("alone are int64 or floatX", () => {
    expect(constant(1).dtype).toBe("int64");
    expect(constant(1.5).dtype).toBe("float64");
    expect(constant(true).dtype).toBe("bool");
  });
});
