/** Comparisons, tests of values, and logic on bits. */
import type { InstructionName } from "../ir/scalarInstructions.ts";
import { pair } from "./complexNumbers.ts";
import {
  bitwise,
  common,
  comparison,
  defineScalar,
  flat,
  realUpcast,
  type DtypeRule,
  type ScalarOp,
} from "./define.ts";

const realComparison: DtypeRule = {
  result(dtypes, name) {
    realUpcast.result(dtypes, name);
    return "bool";
  },
  operands: comparison.operands,
};

function ordering(name: string, instruction: InstructionName, doc: string): ScalarOp {
  return defineScalar({
    name,
    arity: 2,
    dtype: realComparison,
    doc,
    maxUlp: 0,
    grad: flat,
    lower(b, [x, y]) {
      const wide = x!.type === "bool" ? [b.cast(x!, "u8"), b.cast(y!, "u8")] : [x!, y!];
      return b.op(instruction, ...wide);
    },
  });
}

export const lt: ScalarOp = ordering("lt", "lt", "x < y.");
export const le: ScalarOp = ordering("le", "le", "x <= y.");
export const gt: ScalarOp = ordering("gt", "gt", "x > y.");
export const ge: ScalarOp = ordering("ge", "ge", "x >= y.");

export const eq: ScalarOp = defineScalar({
  name: "eq",
  arity: 2,
  dtype: comparison,
  doc: "x == y; NaN equals nothing.",
  maxUlp: 0,
  grad: flat,
  lower: (b, [x, y]) => (x!.type === "bool" ? b.not(b.xor(x!, y!)) : b.eq(x!, y!)),
  complex: (b, [x, y]) => b.and(b.eq(pair(b, x!)[0], pair(b, y!)[0]), b.eq(pair(b, x!)[1], pair(b, y!)[1])),
  algebra: { commutative: true },
});

export const neq: ScalarOp = defineScalar({
  name: "neq",
  arity: 2,
  dtype: comparison,
  doc: "x != y; NaN differs from everything.",
  maxUlp: 0,
  grad: flat,
  lower: (b, [x, y]) => (x!.type === "bool" ? b.xor(x!, y!) : b.ne(x!, y!)),
  complex: (b, [x, y]) => b.or(b.ne(pair(b, x!)[0], pair(b, y!)[0]), b.ne(pair(b, x!)[1], pair(b, y!)[1])),
  algebra: { commutative: true },
});

/** One argument in, bool out. */
const test: DtypeRule = { result: () => "bool", operands: (dtypes) => [common(dtypes)] };

export const isnan: ScalarOp = defineScalar({
  name: "isnan",
  arity: 1,
  dtype: test,
  doc: "Is x not a number?",
  maxUlp: 0,
  grad: flat,
  lower: (b, [x]) => (floats(x!.type) ? b.ne(x!, x!) : b.constant("bool", false)),
  complex: (b, [x]) => b.or(b.ne(pair(b, x!)[0], pair(b, x!)[0]), b.ne(pair(b, x!)[1], pair(b, x!)[1])),
});

export const isinf: ScalarOp = defineScalar({
  name: "isinf",
  arity: 1,
  dtype: test,
  doc: "Is x an infinity of either sign?",
  maxUlp: 0,
  grad: flat,
  lower: (b, [x]) => (floats(x!.type) ? b.eq(b.abs(x!), Infinity) : b.constant("bool", false)),
  complex: (b, [x]) => b.or(b.eq(b.abs(pair(b, x!)[0]), Infinity), b.eq(b.abs(pair(b, x!)[1]), Infinity)),
});

function floats(type: string): boolean {
  return type[0] === "f";
}

function logic(name: "and" | "or" | "xor", doc: string): ScalarOp {
  return defineScalar({
    name,
    arity: 2,
    dtype: bitwise,
    doc,
    maxUlp: 0,
    grad: flat,
    lower: (b, [x, y]) => b.op(name, x!, y!),
    algebra: { commutative: true, associative: true, ...(name === "xor" ? {} : { idempotent: true }) },
  });
}

export const and: ScalarOp = logic("and", "Bitwise and; logical and for booleans.");
export const or: ScalarOp = logic("or", "Bitwise or; logical or for booleans.");
export const xor: ScalarOp = logic("xor", "Bitwise exclusive or; logical for booleans.");

export const invert: ScalarOp = defineScalar({
  name: "invert",
  arity: 1,
  dtype: bitwise,
  doc: "All bits flipped; not x for booleans.",
  maxUlp: 0,
  grad: flat,
  lower: (b, [x]) => b.not(x!),
  algebra: { inverse: "invert" },
});

function shift(name: string, instruction: InstructionName, doc: string): ScalarOp {
  return defineScalar({
    name,
    arity: 2,
    // Truth values are shifted as the small integers 0 and 1.
    dtype: {
      ...bitwise,
      result(dtypes, of) {
        const d = bitwise.result(dtypes, of);
        return d === "bool" ? "int8" : d;
      },
    },
    doc,
    maxUlp: 0,
    grad: flat,
    lower: (b, [x, y]) => b.op(instruction, x!, y!),
  });
}

export const leftShift: ScalarOp = shift("left_shift", "shl", "x shifted y bits to the left; 0 past the width.");
export const rightShift: ScalarOp = shift("right_shift", "shr", "x shifted y bits to the right, keeping the sign.");
