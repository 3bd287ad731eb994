import { op } from "../functionBuilder.ts";
import type { FunctionBuilder, Operand } from "../functionBuilder.ts";
import type { MemoryOp, PlainOp } from "../opcodes.ts";

/** Element type of the matrix product kernels that use vector registers. */
export type GemmFloat = "f32" | "f64";

/**
 * Register and cache blocking of one kernel family. A tile of C has `rows` rows and `vectors`
 * vectors of `lanes` columns; `mc`, `kc`, `nc` are the block sizes of Goto's algorithm
 * (K. Goto and R. van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).
 */
export interface GemmShape {
  readonly type: GemmFloat;
  /** Bytes of an element. */
  readonly bytes: number;
  readonly lanes: number;
  readonly rows: number;
  readonly vectors: number;
  readonly columns: number;
  readonly mc: number;
  readonly kc: number;
  readonly nc: number;
  /** Whether products are added without rounding in between (relaxed-simd). */
  readonly fma: boolean;
  /** The number of the global that holds the offset of the scratch area: a tile, the packed block of A, the packed block of B. */
  readonly scratch: number;
}

/** Products with a side of at most this size have the larger operand on the vector side. */
export const NARROW = 12;
/** Narrow products by inner products up to this side; wider ones are faster packed. */
export const DOTS_COLUMNS = 2;
/** Up to this many rows an operand whose rows are contiguous is read in place. */
export const DIRECT_ROWS = 16;
/** Elements of a row or column that the vector paths treat at a time, to stay in L1. */
export const STRIP = 2048;

const TILE_BYTES = 2048;
const MC = 128;
const KC = 256;
const NC_BYTES = 4096;

/** Bytes of scratch that the kernels of either type need. */
export const GEMM_SCRATCH_BYTES: number = TILE_BYTES + (MC + 16) * KC * 8 + (NC_BYTES / 4 + 32) * KC * 8;

/**
 * The blocking for a type; the tile sizes are the best of those measured on V8: larger tiles spill in its register allocator. Eight
 * sums in flight keep two multiply-add units of latency 4 busy.
 */
export function gemmShape(type: GemmFloat, scratch: number, fma: boolean): GemmShape {
  const bytes = type === "f32" ? 4 : 8;
  const lanes = 16 / bytes;
  const rows = 4;
  const vectors = 2;
  const columns = vectors * lanes;
  return { type, bytes, lanes, rows, vectors, columns, mc: MC, kc: KC, nc: NC_BYTES / bytes, fma, scratch };
}

/** The place of a tile of sums. */
export function tileScratch(shape: GemmShape): Operand {
  return (f) => {
    f.global(shape.scratch);
  };
}

export function packedA(shape: GemmShape): Operand {
  return op("i32.add", tileScratch(shape), TILE_BYTES);
}

export function packedB(shape: GemmShape): Operand {
  return op("i32.add", tileScratch(shape), TILE_BYTES + (MC + 16) * KC * 8);
}

/** The vector instruction of the shape's type, such as f32x4.add. */
export function vectorOp(shape: GemmShape, name: "add" | "mul" | "splat"): PlainOp {
  return shape.type === "f32" ? `f32x4.${name}` : `f64x2.${name}`;
}

export function scalarOp(shape: GemmShape, name: "add" | "mul" | "eq"): PlainOp {
  return `${shape.type}.${name}`;
}

export function loadOp(shape: GemmShape): MemoryOp {
  return `${shape.type}.load`;
}

export function storeOp(shape: GemmShape): MemoryOp {
  return `${shape.type}.store`;
}

export function splatLoadOp(shape: GemmShape): MemoryOp {
  return shape.type === "f32" ? "v128.load32_splat" : "v128.load64_splat";
}

/** A scalar constant of the shape's type. */
export function number(shape: GemmShape, value: number): Operand {
  return (f) => {
    if (shape.type === "f32") f.f32(value);
    else f.f64(value);
  };
}

/** The smaller of two signed sizes. */
export function smaller(a: Operand, b: Operand): Operand {
  return op("select", a, b, op("i32.lt_s", a, b));
}

export const ZERO_VECTOR: Operand = (f) => {
  f.v128(new Uint8Array(16));
};

/** Leaves `sum + a * b` on the stack. */
export function multiplyAdd(f: FunctionBuilder, shape: GemmShape, a: Operand, b: Operand, sum: Operand): void {
  if (shape.fma) f.op(shape.type === "f32" ? "f32x4.relaxed_madd" : "f64x2.relaxed_madd", a, b, sum);
  else f.push(sum, a, b).op(vectorOp(shape, "mul")).op(vectorOp(shape, "add"));
}
