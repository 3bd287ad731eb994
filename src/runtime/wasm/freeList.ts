/** A stretch of free bytes. */
interface FreeBlock {
  start: number;
  size: number;
  previous: FreeBlock | null;
  next: FreeBlock | null;
}

/** Every block starts at a multiple of this and is as long as a multiple of it. */
export const ALIGNMENT = 64;

const BIN_COUNT = 32;
/** How many blocks of a bin are tried for a tight fit before a larger bin is opened. */
const SEARCH_LIMIT = 16;

/**
 * Free blocks of an address range, in bins by size (powers of two), neighbours merged on
 * release. Knows nothing of memory, only of numbers below 2^32.
 */
export class FreeList {
  readonly #byStart = new Map<number, FreeBlock>();
  readonly #byEnd = new Map<number, FreeBlock>();
  readonly #bins: (FreeBlock | null)[] = Array.from({ length: BIN_COUNT }, () => null);
  #freeBytes = 0;

  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** Number of separate free stretches. */
  get blockCount(): number {
    return this.#byStart.size;
  }

  /** Size of the free stretch that ends at `end`, 0 where there is none. */
  sizeEndingAt(end: number): number {
    return this.#byEnd.get(end)?.size ?? 0;
  }

  /** Start of a stretch of `size` bytes (a multiple of the alignment), or null. */
  take(size: number): number | null {
    const block = this.#find(size);
    if (block === null) return null;
    this.#unlink(block);
    const rest = block.size - size;
    if (rest > 0) this.#link(block.start + size, rest);
    return block.start;
  }

  /** Gives a stretch back and merges it with its free neighbours. */
  give(start: number, size: number): void {
    let from = start;
    let to = start + size;
    const before = this.#byEnd.get(from);
    if (before !== undefined) {
      this.#unlink(before);
      from = before.start;
    }
    const after = this.#byStart.get(to);
    if (after !== undefined) {
      this.#unlink(after);
      to = after.start + after.size;
    }
    this.#link(from, to - from);
  }

  #find(size: number): FreeBlock | null {
    const own = binOf(size);
    let candidate = this.#bins[own] ?? null;
    for (let tried = 0; candidate !== null && tried < SEARCH_LIMIT; tried++) {
      if (candidate.size >= size) return candidate;
      candidate = candidate.next;
    }
    for (let bin = own + 1; bin < BIN_COUNT; bin++) {
      const block = this.#bins[bin] ?? null;
      if (block !== null) return block;
    }
    while (candidate !== null && candidate.size < size) candidate = candidate.next;
    return candidate;
  }

  #link(start: number, size: number): void {
    const bin = binOf(size);
    const next = this.#bins[bin] ?? null;
    const block: FreeBlock = { start, size, previous: null, next };
    if (next !== null) next.previous = block;
    this.#bins[bin] = block;
    this.#byStart.set(start, block);
    this.#byEnd.set(start + size, block);
    this.#freeBytes += size;
  }

  #unlink(block: FreeBlock): void {
    if (block.previous === null) this.#bins[binOf(block.size)] = block.next;
    else block.previous.next = block.next;
    if (block.next !== null) block.next.previous = block.previous;
    this.#byStart.delete(block.start);
    this.#byEnd.delete(block.start + block.size);
    this.#freeBytes -= block.size;
  }
}

function binOf(size: number): number {
  return 31 - Math.clz32(Math.floor(size / ALIGNMENT));
}
