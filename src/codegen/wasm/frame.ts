import { BYTES } from "../../ir/node.ts";
import type { Ref } from "../../ir/node.ts";

/** Of a slot for one scalar of any type. */
export const SLOT_BYTES = 8;
const SCRATCH_ALIGNMENT = 16;

/**
 * The memory that the functions of one program share: the arguments (byte offsets of the buffers,
 * then sizes, 4 bytes each), then locals that cross functions, then scratch.
 */
export class FrameLayout {
  readonly #slots = new Map<Ref, number>();
  #size: number;

  constructor(args: readonly Ref[]) {
    args.forEach((ref, i) => this.#slots.set(ref, i * BYTES.index));
    this.#size = Math.ceil((args.length * BYTES.index) / SLOT_BYTES) * SLOT_BYTES;
  }

  /** Bytes used so far. */
  get size(): number {
    return this.#size;
  }

  has(ref: Ref): boolean {
    return this.#slots.has(ref);
  }

  /** The offset of a ref's slot, which is made when first asked for. */
  slot(ref: Ref): number {
    const known = this.#slots.get(ref);
    if (known !== undefined) return known;
    const offset = this.#take(SLOT_BYTES, SLOT_BYTES);
    this.#slots.set(ref, offset);
    return offset;
  }

  /** The offset of a stretch of memory for temporary use. */
  scratch(bytes: number): number {
    return this.#take(bytes, SCRATCH_ALIGNMENT);
  }

  #take(bytes: number, alignment: number): number {
    const offset = Math.ceil(this.#size / alignment) * alignment;
    this.#size = offset + bytes;
    return offset;
  }
}
