/** The nouns of the loop IR: scalar types, expressions, buffers, statements, programs. All immutable. */

/** Scalar types. `index` is a signed size or offset: 32 bits in a 32-bit address space. */
export type ScalarType =
  | "bool"
  | "i8"
  | "i16"
  | "i32"
  | "i64"
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "f16"
  | "f32"
  | "f64"
  | "index";

/** Bytes of one element in a buffer. */
export const BYTES: Readonly<Record<ScalarType, number>> = {
  bool: 1,
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  f16: 2,
  i32: 4,
  u32: 4,
  f32: 4,
  index: 4,
  i64: 8,
  u64: 8,
  f64: 8,
};

/** Where a buffer's storage comes from. */
export type BufferRole = "input" | "shared" | "output" | "constant" | "temp";

/** A flat, contiguous array of scalars. Complex arrays are buffers of f32/f64 with two elements per value. */
export interface Buffer {
  readonly kind: "buffer";
  readonly id: number;
  readonly name: string;
  readonly type: ScalarType;
  readonly role: BufferRole;
  /** Number of elements. */
  readonly size: Expr;
  /** The content of a constant. */
  readonly data?: ArrayBufferView;
  /** Holds nothing from one iteration of a parallel loop to the next: each worker of the loop has one of its own. */
  readonly perWorker?: boolean;
}

/** A literal. Numbers for all types but i64 and u64 (bigint) and bool (boolean). */
export interface Const {
  readonly kind: "const";
  readonly id: number;
  readonly type: ScalarType;
  readonly value: number | bigint | boolean;
}

/** A loop variable, a size, or a scalar local. */
export interface Ref {
  readonly kind: "ref";
  readonly id: number;
  readonly type: ScalarType;
  readonly name: string;
}

/** The element of `buffer` at the flat position `index`. */
export interface Load {
  readonly kind: "load";
  readonly id: number;
  readonly type: ScalarType;
  readonly buffer: Buffer;
  readonly index: Expr;
}

/** An instruction of the table `scalarInstructions.ts`. */
export interface Operation {
  readonly kind: "op";
  readonly id: number;
  readonly type: ScalarType;
  readonly op: string;
  readonly args: readonly Expr[];
}

/** Conversion by value: floats to integers saturate and NaN gives 0, integers wrap, to bool is `!= 0`. */
export interface Cast {
  readonly kind: "cast";
  readonly id: number;
  readonly type: ScalarType;
  readonly arg: Expr;
}

/** The same bits read as another type of the same width. */
export interface Bitcast {
  readonly kind: "bitcast";
  readonly id: number;
  readonly type: ScalarType;
  readonly arg: Expr;
}

/** A scalar expression. Equal expressions made by one builder are the same object. */
export type Expr = Const | Ref | Load | Operation | Cast | Bitcast;

/**
 * How a loop may run. Iterations of parallel and vector loops are independent of each other, but for buffers that are `perWorker`: those
 * are written before they are read in every iteration of a parallel loop.
 */
export type LoopMode = "serial" | "parallel" | "vector";

export interface For {
  readonly kind: "for";
  readonly ref: Ref;
  readonly extent: Expr;
  readonly mode: LoopMode;
  readonly body: readonly Stmt[];
}

/** An immutable scalar, visible to the following statements of the same body. */
export interface Let {
  readonly kind: "let";
  readonly ref: Ref;
  readonly value: Expr;
}

/** A mutable scalar local. */
export interface Var {
  readonly kind: "var";
  readonly ref: Ref;
  readonly init: Expr;
}

export interface Assign {
  readonly kind: "assign";
  readonly ref: Ref;
  readonly value: Expr;
}

export interface Store {
  readonly kind: "store";
  readonly buffer: Buffer;
  readonly index: Expr;
  readonly value: Expr;
}

export type Monoid = "sum" | "prod" | "max" | "min" | "and" | "or" | "argmax" | "argmin";

/** One accumulator of a `reduce`. */
export interface Accumulator {
  /** The result, visible after the loop. For argmax and argmin: the winning value. */
  readonly target: Ref;
  readonly monoid: Monoid;
  /** The element of this iteration; of the target's type. */
  readonly value: Expr;
  /** For argmax and argmin: the first position of the winner (type index). */
  readonly position?: Ref;
}

/**
 * The order of a float sum, a function of nothing but these numbers, so that every target gets the same bits: element k
 * belongs to lane k % lanes; after each `block` iterations the lanes are combined by a balanced tree (lane i with
 * lane i + lanes/2, and so on) and restart at the identity; a sum's block sums are added with TwoSum compensation.
 */
export interface ReduceOrder {
  readonly lanes: number;
  readonly block: number;
}

/** A loop with accumulators: `body` runs in each iteration before their elements are taken. */
export interface Reduce {
  readonly kind: "reduce";
  readonly ref: Ref;
  readonly extent: Expr;
  readonly body: readonly Stmt[];
  readonly accs: readonly Accumulator[];
  readonly order: ReduceOrder;
}

export interface If {
  readonly kind: "if";
  readonly cond: Expr;
  readonly then: readonly Stmt[];
  readonly else: readonly Stmt[];
}

export interface While {
  readonly kind: "while";
  readonly cond: Expr;
  readonly body: readonly Stmt[];
}

/** A matrix inside a buffer; strides and offset in elements. */
export interface MatrixOperand {
  readonly buffer: Buffer;
  readonly offset: Expr;
  readonly rowStride: Expr;
  readonly colStride: Expr;
}

/** C = alpha A B + beta C, with A m x k, B k x n. `beta` zero does not read C. */
export interface Gemm {
  readonly kind: "call";
  readonly fn: "gemm";
  readonly m: Expr;
  readonly n: Expr;
  readonly k: Expr;
  readonly a: MatrixOperand;
  readonly b: MatrixOperand;
  readonly c: MatrixOperand;
  readonly alpha: Expr;
  readonly beta: Expr;
}

/** Copies `count` elements between buffers of one type that do not overlap. */
export interface CopyCall {
  readonly kind: "call";
  readonly fn: "copy";
  readonly to: Buffer;
  readonly toOffset: Expr;
  readonly from: Buffer;
  readonly fromOffset: Expr;
  readonly count: Expr;
}

export type Call = Gemm | CopyCall;

/** Stops the program; `run()` returns the code (an index into `Program.failures` plus one). */
export interface Fail {
  readonly kind: "fail";
  readonly code: number;
}

/** Text for people, printed with the program. */
export interface Comment {
  readonly kind: "comment";
  readonly text: string;
}

export type Stmt = For | Let | Var | Assign | Store | Reduce | If | While | Call | Fail | Comment;

/** A size known before the program runs: given by the caller, or computed from other sizes. */
export interface Size {
  readonly ref: Ref;
  readonly value: Expr | null;
}

/** A condition on sizes, evaluated before the program runs. */
export interface Check {
  readonly cond: Expr;
  /** Index into `failures`. */
  readonly failure: number;
}

/** One compiled computation. */
export interface Program {
  readonly name: string;
  readonly sizes: readonly Size[];
  readonly checks: readonly Check[];
  readonly buffers: readonly Buffer[];
  readonly body: readonly Stmt[];
  /** Messages of `fail` statements and checks. */
  readonly failures: readonly string[];
}
