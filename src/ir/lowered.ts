/**
 * How an op describes itself to `lowering/`: one of five forms. An op with a `lower` method implements `Lowerable`;
 * `null` means that it has none for these inputs and its `perform` runs on the host.
 */
import type { DType } from "../dtype.ts";
import type { IrBuilder } from "./build.ts";
import type { Buffer, Expr, Monoid, Ref, ScalarType, Stmt } from "./node.ts";

/** What lowering knows of an input or output. */
export interface LowerInput {
  readonly dtype: DType;
  /** Sizes, of type index. */
  readonly shape: readonly Expr[];
  /** Sizes known when the graph was built. A static 1 broadcasts. */
  readonly static: readonly (number | null)[];
}

export interface LowerContext {
  readonly inputs: readonly LowerInput[];
  readonly outputs: readonly LowerInput[];
  readonly b: IrBuilder;
  /** Registers a message for `fail` statements and returns its code. */
  failure(message: string): number;
  /** Requires a condition on sizes; it is tested before the program runs. */
  check(cond: Expr, message: string): void;
  /** The value of an integer scalar input as an index, where it is known before the program runs. */
  scalar(input: number): Expr | null;
  /** May anything read output `output`? What nothing reads need not be computed. */
  isUsed(output: number): boolean;
  /** Prepares a graph inside of the node, to be written into a block; `null` when it has no program. */
  inner(request: InnerRequest): InnerProgram | null;
}

/** A graph whose variables and nodes this layer does not look into. */
export interface InnerRequest {
  readonly inputs: readonly object[];
  readonly outputs: readonly object[];
  /** Sizes of the inputs. */
  readonly sizes: readonly (readonly Expr[])[];
  /** The node's input that an inner input is the same value as; `null` where there is none. */
  readonly same: readonly (number | null)[];
  /** The graph may not run at all: what it requires of sizes is tested where it runs. */
  readonly isConditional?: boolean;
}

/** A value in storage. */
export interface Operand {
  readonly buffer: Buffer;
  readonly layout: Layout;
}

/**
 * Where an inner output goes: to storage of its own; over an inner input, whose old value nobody reads afterwards; or anywhere, to be
 * read by the statements that follow.
 */
export type InnerTarget =
  | { readonly kind: "store"; readonly to: Operand }
  | { readonly kind: "replace"; readonly input: number }
  | { readonly kind: "keep" };

/** An inner graph that can be written as statements. */
export interface InnerProgram {
  readonly shapes: readonly (readonly Expr[])[];
  /** The statements may stop the program. */
  readonly canFail: boolean;
  /** Statements that compute the outputs, and where those lie that were only to be kept. */
  emit(
    inputs: readonly Operand[],
    targets: readonly InnerTarget[],
    host: BlockHost,
  ): { readonly body: readonly Stmt[]; readonly kept: readonly (Operand | null)[] };
}

/** The program around a block. */
export interface BlockHost {
  readonly fusion: boolean;
  /** Loop variables of traces. */
  readonly refs: { readonly rows: readonly Ref[]; readonly inner: readonly Ref[] };
  /** Takes a buffer into the workspace, for as long as the block runs. */
  adopt(buffer: Buffer): void;
  addConstant(buffer: Buffer): void;
}

/** One element: an expression, or real and imaginary part. */
export type ElementValue = Expr | readonly [Expr, Expr];

/** The element of input `input` at a multi-index (one index expression per axis of that input). */
export type Pull = (input: number, index: readonly Expr[]) => ElementValue;

/** Where elements lie in a buffer: `offset + sum(index[i] * strides[i])`, in elements of the dtype. */
export interface Layout {
  readonly offset: Expr;
  readonly strides: readonly Expr[];
}

/**
 * Stops the program with `failure` unless a condition holds at every index of a space: of sizes `over`, or once when `over` is
 * empty. Tested before anything of the node is computed or written, the earlier the better.
 */
export interface Guard {
  readonly over: readonly Expr[];
  holds(index: readonly Expr[]): Expr;
  readonly failure: number;
}

/** Each output element is an expression of input elements. */
export interface Pointwise {
  readonly form: "pointwise";
  /** Conditions on input elements (an index in range), read by `pull`. */
  guards?(pull: Pull): readonly Guard[];
  element(index: readonly Expr[], pull: Pull, output: number): ElementValue;
  /** Rough cost in additions of one element, without its inputs; default: that of its instructions. */
  readonly cost?: number;
}

/** Elements of input 0 along `axes` are combined; output axes are the remaining ones, in order. */
export interface ReduceForm {
  readonly form: "reduce";
  readonly axes: readonly number[];
  readonly monoid: Monoid;
  /** The type in which elements are combined. Complex values combine part by part ("sum" only). */
  readonly accType: ScalarType;
  /** Applied to each element before it is combined; the result has type `accType`. */
  element?(value: ElementValue): ElementValue;
  /**
   * From the accumulated value to the output element. For argmax and argmin `acc` is `[value, position]`, the position
   * (of type index) counting over the reduced axes in C order. Default: a cast of the value.
   */
  finish?(acc: readonly ElementValue[], count: Expr, output: number): ElementValue;
  /** An empty reduction is an error with this code (max of nothing). */
  readonly emptyFailure?: number;
}

/** The output's elements are elements of one input. */
export interface View {
  readonly form: "view";
  readonly input: number;
  /** From an index of the output to an index of the input. `pull` reads scalar inputs (ends of slices). */
  index(out: readonly Expr[], pull: Pull): readonly Expr[];
  /** The output's layout from the input's; `null` (or absent) where it has none. */
  layout?(input: Layout, pull: Pull): Layout | null;
  /** Conditions on scalar inputs (an index in range), read by `pull`. */
  guards?(pull: Pull): readonly Guard[];
  /** Same elements in C order: a contiguous input is used as it is. */
  readonly reshape?: boolean;
}

/** alpha * A.B (+ beta * C), batched over leading axes of the output. */
export interface CallForm {
  readonly form: "call";
  readonly fn: "gemm";
  /** Input numbers of the operands. */
  readonly a: number;
  readonly b: number;
  /** The input to which the product is added. */
  readonly c?: number;
  /** Inputs that hold scalars; default 1 and (with `c`) 1. */
  readonly alpha?: number;
  readonly beta?: number;
  /**
   * How the output index maps to the operands: axes of A that are (batch..., row, inner), of B (batch..., inner,
   * column), with -1 for an axis the operand lacks (a vector has no row or no column). The output has the batch axes, then row, then
   * column, where they exist.
   */
  readonly aAxes: { readonly row: number; readonly inner: number };
  readonly bAxes: { readonly inner: number; readonly column: number };
  /** Number of leading batch axes of the output; operand batch axes align with it from the right, size 1 broadcasts. */
  readonly batch: number;
}

/** What a block works on: materialised inputs and outputs. Complex buffers hold two scalars per element. */
export interface BlockArgs {
  readonly inputs: readonly Operand[];
  readonly outputs: readonly Operand[];
  readonly host: BlockHost;
  /** Where the number of rows goes that an open node has found, an i32. Absent where all sizes are known. */
  readonly count?: Buffer;
}

/** Statements of the op's own. */
export interface Block {
  readonly form: "block";
  emit(args: BlockArgs): readonly Stmt[];
  /** Output 0 starts as a copy of this input; when possible the input's storage is used and nothing copied. */
  readonly startsAs?: number;
  /**
   * The same as a copy of that input and then `emit`, in one pass over memory; null where that is not to be had. Both are contiguous and do not
   * overlap.
   */
  emitCopying?(args: BlockArgs): readonly Stmt[] | null;
  /** Conditions on input elements (an index in range), read by `pull`. */
  guards?(pull: Pull): readonly Guard[];
  /** `emit` may stop the program with `fail`. */
  readonly canFail?: boolean;
}

export type Lowered = Pointwise | ReduceForm | View | CallForm | Block;

/** An op that can be compiled. */
export interface Lowerable {
  lower(ctx: LowerContext): Lowered | null;
  /**
   * For an op of which only the values tell how many rows its outputs have (`inferShape` gives `null`): the same sizes with as many rows as there
   * can be. Such a node is open: it is a block that writes the rows it finds, and their number to `BlockArgs.count`. What reads its outputs belongs
   * to a later program.
   */
  mostShape?(node: object, inputShapes: readonly (readonly object[])[]): readonly (readonly object[])[];
}
