/** The elements where a mask is true, without their positions. */
import { NdArray } from "../../array/ndArray.ts";
import { isDiscrete, slotsOf, typedArrayOf, type DataOf, type DType, type TypedArray } from "../../dtype.ts";
import { Apply } from "../../graph/apply.ts";
import { Op, type InputGradient } from "../../graph/op.ts";
import type { Variable } from "../../graph/variable.ts";
import { zerosLike } from "../fill.ts";
import { maskMismatch, operand } from "../shape.ts";
import { tensorType } from "../type.ts";
import type { TensorVariable } from "../variable.ts";
import { AdvancedIncSubtensor } from "./advanced.ts";
import { nonzeroIndices } from "./nonzero.ts";

/**
 * `x[mask]` in C order: a vector of elements, or of what the axes of x behind those of the mask hold. How many there are only the values tell, so
 * it runs in JavaScript, where that ends a program anyway: one pass over x instead of positions that are written, checked and read again.
 */
export class MaskedSelection extends Op {
  readonly name = "MaskedSelection";

  override canFail(): boolean {
    return true;
  }

  override makeNode(x: Variable, mask: Variable): Apply {
    const [v, m] = [x as TensorVariable, mask as TensorVariable];
    return new Apply(this, [v, m], [tensorType(v.dtype, [null, ...v.type.shape.slice(m.ndim)])]);
  }

  /** @throws IndexError for a mask of other sizes than those of x */
  override perform(node: Apply, [x, mask]: readonly NdArray[]): NdArray[] {
    const rank = mask!.ndim;
    const wrong = mask!.shape.findIndex((n, axis) => n !== x!.shape[axis]);
    if (wrong >= 0) {
      throw maskMismatch(wrong, mask!.shape[wrong]!, x!.shape[wrong]!, {
        inputs: node.inputs.map((v) => operand(v as TensorVariable)),
        createdAt: node.createdAt[0],
      });
    }
    const rest = x!.shape.slice(rank);
    const flags = bytesOf(mask!);
    const count = countOf(flags);
    const Kind = typedArrayOf(x!.dtype);
    const row = rest.reduce((p, n) => p * n, slotsOf(x!.dtype)) * Kind.BYTES_PER_ELEMENT;
    // Room for one more: what stands behind the last that is selected is written there.
    const bytes = new ArrayBuffer((count + 1) * row);
    copySelected(bytesOf(x!), flags, row, Kind.BYTES_PER_ELEMENT, bytes);
    const data = new Kind(bytes, 0, (count * row) / Kind.BYTES_PER_ELEMENT) as DataOf<DType>;
    return [NdArray.wrap(x!.dtype, data, [count, ...rest])];
  }

  /** How many there are only the values tell. */
  override inferShape(): null[] {
    return [null];
  }

  override connectionPattern(): boolean[][] {
    return [[true], [false]];
  }

  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    const [x, mask] = node.inputs as [TensorVariable, TensorVariable];
    if (g === null || g === undefined || isDiscrete(x.dtype)) return [null, null];
    const zeros = zerosLike(x, { dtype: (g as TensorVariable).dtype });
    const places = nonzeroIndices(mask);
    const scatter = new AdvancedIncSubtensor(
      places.map((_, axis) => axis),
      false,
      true,
    );
    return [scatter.call(zeros, g, ...places), null];
  }
}

function bytesOf(a: NdArray): Uint8Array<ArrayBuffer> {
  const flat = a.contiguous();
  const data = flat.buffer as TypedArray;
  const slot = slotsOf(a.dtype) * data.BYTES_PER_ELEMENT;
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset + flat.offset * slot, flat.size * slot);
}

/** 1 for a byte that is not 0. */
const one = (flag: number): number => (flag + 255) >> 8;

/** How many bytes are not 0, four at a time: the highest bit of each tells, moved to the lowest, and a product adds them up. */
function countOf(flags: Uint8Array<ArrayBuffer>): number {
  const lead = Math.min(flags.length, -flags.byteOffset & 3);
  const words = new Uint32Array(flags.buffer, flags.byteOffset + lead, (flags.length - lead) >> 2);
  let count = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const bits = ((((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word) >>> 7) & 0x01010101;
    count += Math.imul(bits, 0x01010101) >>> 24;
  }
  for (let i = 0; i < lead; i++) count += one(flags[i]!);
  for (let i = lead + 4 * words.length; i < flags.length; i++) count += one(flags[i]!);
  return count;
}

/** The selected rows of so many bytes, one after the other, without a branch where they are short: a processor cannot guess which way one goes. */
function copySelected(
  from: Uint8Array<ArrayBuffer>,
  flags: Uint8Array,
  row: number,
  unit: number,
  to: ArrayBuffer,
): void {
  if (row === 8 && unit === 8) {
    copyLongs(new BigInt64Array(from.buffer, from.byteOffset, flags.length), new BigInt64Array(to), flags);
  } else if (row === 4 && unit === 4) {
    copyWords(new Int32Array(from.buffer, from.byteOffset, flags.length), new Int32Array(to), flags);
  } else if (row === 1) copyBytes(from, new Uint8Array(to), flags);
  else copyRuns(from, new Uint8Array(to), flags, row);
}

// Each sees one kind of array, so that it is compiled for that.

function copyBytes(from: Uint8Array, to: Uint8Array, flags: Uint8Array): void {
  for (let i = 0, k = 0; i < flags.length; i++) {
    to[k] = from[i]!;
    k += one(flags[i]!);
  }
}

function copyWords(from: Int32Array, to: Int32Array, flags: Uint8Array): void {
  for (let i = 0, k = 0; i < flags.length; i++) {
    to[k] = from[i]!;
    k += one(flags[i]!);
  }
}

function copyLongs(from: BigInt64Array, to: BigInt64Array, flags: Uint8Array): void {
  for (let i = 0, k = 0; i < flags.length; i++) {
    to[k] = from[i]!;
    k += one(flags[i]!);
  }
}

/** Rows that follow each other are copied together. */
function copyRuns(from: Uint8Array, to: Uint8Array, flags: Uint8Array, row: number): void {
  for (let i = 0, k = 0; i < flags.length; i++) {
    if (flags[i] === 0) continue;
    const start = i;
    while (i < flags.length && flags[i] !== 0) i++;
    to.set(from.subarray(start * row, i * row), k);
    k += (i - start) * row;
  }
}
