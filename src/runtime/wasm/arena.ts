import { TheanoMemoryError } from "../../errors.ts";
import { ALIGNMENT, FreeList } from "./freeList.ts";

/** Views of the whole memory; element i of a view lies at byte i * BYTES_PER_ELEMENT. */
export interface ArenaViews {
  readonly buffer: ArrayBufferLike;
  readonly i8: Int8Array;
  readonly u8: Uint8Array;
  readonly i16: Int16Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly i64: BigInt64Array;
  readonly u64: BigUint64Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}

/** Bytes held under one owner's name. */
export interface OwnerUsage {
  readonly owner: string;
  readonly bytes: number;
}

interface Allocation {
  readonly bytes: number;
  readonly owner: string;
}

const PAGE = 65_536;
const MAX_PAGES = 65_536;
const INITIAL_PAGES = 16;
/** The first bytes stay unused, so that no block has offset 0. */
const RESERVED = ALIGNMENT;
/** The last bytes stay unused, so that vector loops may read a little past the end of any block. */
const MARGIN = ALIGNMENT;
const OWNERS_SHOWN = 5;
/** From so many bytes on it matters where in memory pages lie. */
const LARGE = 4 << 20;

export interface ArenaOptions {
  readonly maxPages?: number;
  readonly shared?: boolean;
  /** Called once, when the memory gets large, with how far it may grow; it stays where it is. */
  readonly whenLarge?: (memory: Uint8Array, mostBytes: number) => void;
}

/**
 * The storage of all programs that run in WebAssembly: one memory of up to 4 GiB, given out in
 * blocks that are aligned to 64 bytes. Blocks of size 0 are blocks too.
 */
export class Arena {
  readonly memory: WebAssembly.Memory;
  /** Whether worker threads can see it. */
  readonly isShared: boolean;
  readonly #free = new FreeList();
  readonly #allocations = new Map<number, Allocation>();
  #end: number;
  #usedBytes = 0;
  #views: ArenaViews | null = null;
  readonly #maxPages: number;
  #whenLarge: ArenaOptions["whenLarge"];

  constructor(options: ArenaOptions = {}) {
    this.#whenLarge = options.whenLarge;
    this.#maxPages = Math.min(options.maxPages ?? MAX_PAGES, MAX_PAGES);
    const initial = Math.min(INITIAL_PAGES, this.#maxPages);
    this.isShared = options.shared ?? false;
    this.memory = new WebAssembly.Memory({ initial, maximum: this.#maxPages, shared: this.isShared });
    this.#end = initial * PAGE - MARGIN;
    this.#free.give(RESERVED, this.#end - RESERVED);
  }

  /** Bytes given out, rounded up to whole blocks. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Current views; do not keep them across an allocation, which may replace the buffer. */
  get views(): ArenaViews {
    const current = this.#views;
    if (current !== null && current.buffer === this.memory.buffer) return current;
    const buffer = this.memory.buffer;
    return (this.#views = {
      buffer,
      i8: new Int8Array(buffer),
      u8: new Uint8Array(buffer),
      i16: new Int16Array(buffer),
      u16: new Uint16Array(buffer),
      i32: new Int32Array(buffer),
      u32: new Uint32Array(buffer),
      i64: new BigInt64Array(buffer),
      u64: new BigUint64Array(buffer),
      f32: new Float32Array(buffer),
      f64: new Float64Array(buffer),
    });
  }

  /**
   * Byte offset of a fresh block. Its content is whatever was there before.
   * @throws {TheanoMemoryError} when the memory cannot grow enough.
   */
  allocate(bytes: number, owner = "unnamed"): number {
    const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    if (!(size <= this.#maxPages * PAGE)) throw this.#fullError(bytes, owner);
    let offset = this.#free.take(size);
    if (offset === null) {
      this.#grow(size, owner);
      offset = this.#free.take(size);
      if (offset === null) throw this.#fullError(bytes, owner);
    }
    this.#allocations.set(offset, { bytes: size, owner });
    this.#usedBytes += size;
    return offset;
  }

  /** Gives a block back. Unknown offsets are ignored, so that freeing twice is harmless. */
  free(offset: number): void {
    const allocation = this.#allocations.get(offset);
    if (allocation === undefined) return;
    this.#allocations.delete(offset);
    this.#usedBytes -= allocation.bytes;
    this.#free.give(offset, allocation.bytes);
  }

  /** The owners that hold the most bytes, largest first. */
  largestOwners(count: number = OWNERS_SHOWN): OwnerUsage[] {
    const totals = new Map<string, number>();
    for (const { owner, bytes } of this.#allocations.values()) {
      totals.set(owner, (totals.get(owner) ?? 0) + bytes);
    }
    return [...totals]
      .map(([owner, bytes]) => ({ owner, bytes }))
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, count);
  }

  /** Grows by what is missing and, for few growths, by a quarter of what there is. */
  #grow(size: number, owner: string): void {
    const missing = Math.ceil((size - this.#free.sizeEndingAt(this.#end)) / PAGE);
    const pages = (this.#end + MARGIN) / PAGE;
    const room = this.#maxPages - pages;
    if (missing > room) throw this.#fullError(size, owner);
    const wanted = Math.min(room, Math.max(missing, Math.floor(pages / 4)));
    for (const delta of wanted > missing ? [wanted, missing] : [missing]) {
      try {
        this.memory.grow(delta);
      } catch {
        continue; // the engine has less to give than the format allows: try the minimum
      }
      this.#free.give(this.#end, delta * PAGE);
      this.#end += delta * PAGE;
      this.#tellWhenLarge();
      return;
    }
    throw this.#fullError(size, owner);
  }

  #tellWhenLarge(): void {
    if (this.#end < LARGE) return;
    this.#whenLarge?.(this.views.u8, this.#maxPages * PAGE);
    this.#whenLarge = undefined;
  }

  #fullError(bytes: number, owner: string): TheanoMemoryError {
    const owners = this.largestOwners().map((use) => `  ${use.owner}: ${megabytes(use.bytes)}`);
    return new TheanoMemoryError(
      [
        `Not enough memory for ${megabytes(bytes)} (${owner}).`,
        `The WebAssembly arena holds ${megabytes(this.#usedBytes)} of at most ` +
          `${megabytes(this.#maxPages * PAGE)}.`,
        ...(owners.length > 0 ? ["Largest owners:", ...owners] : []),
        "Use smaller batches, or call free() on functions and shared variables no longer needed.",
      ].join("\n"),
    );
  }
}

function megabytes(bytes: number): string {
  return bytes < 1 << 20 ? `${bytes} bytes` : `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}
