/**
 * What compiled functions and shared variables hold of the arena. It is given back by `free()`, and otherwise some time after nobody can reach
 * its owner any more: a help for programs that make many functions, on which nothing depends.
 */
import type { Buffer } from "../../ir/node.ts";
import type { Arena } from "../../runtime/wasm/arena.ts";

/** A block of the arena. */
export interface Block {
  offset: number;
  /** Bytes; 0 when there is no block. */
  bytes: number;
}

export const NO_BLOCK: Block = { offset: 0, bytes: 0 };

/** The blocks themselves, apart from their owner so that they can outlive it. */
interface Held {
  readonly arena: Arena;
  readonly blocks: Block[];
  readonly constants: Map<Buffer, number>;
  /** The argument block of a program; 0 when it is gone. */
  argBlock: number;
}

const reclaim = new FinalizationRegistry<Held>(giveBack);

function giveBack(held: Held): void {
  freeBlocks(held);
  if (held.argBlock > 0) held.arena.free(held.argBlock);
  held.argBlock = 0;
}

function freeBlocks({ arena, blocks, constants }: Held): void {
  for (const block of blocks) {
    if (block.bytes > 0) arena.free(block.offset);
    Object.assign(block, NO_BLOCK);
  }
  for (const offset of constants.values()) arena.free(offset);
  constants.clear();
}

/** The storage of one function: block 0 is its frame, the others are spares for updates. */
export class Holdings {
  readonly #held: Held;

  constructor(arena: Arena, count: number, argBlock = 0) {
    const blocks = Array.from({ length: count }, () => ({ ...NO_BLOCK }));
    this.#held = { arena, blocks, constants: new Map(), argBlock };
    reclaim.register(this, this.#held);
  }

  get blocks(): readonly Block[] {
    return this.#held.blocks;
  }

  get constants(): Map<Buffer, number> {
    return this.#held.constants;
  }

  /** A block of at least `bytes` in place of block `i`, whose content is lost when it was smaller. */
  reserve(i: number, bytes: number, owner: string): Block {
    const { arena, blocks } = this.#held;
    const block = blocks[i]!;
    if (block.bytes >= bytes && block.bytes > 0) return block;
    if (block.bytes > 0) arena.free(block.offset);
    Object.assign(block, NO_BLOCK);
    const size = Math.max(bytes, 64);
    return Object.assign(block, { offset: arena.allocate(size, owner), bytes: size });
  }

  /** Gives back all but the argument block; what is needed again is taken again. */
  free(): void {
    freeBlocks(this.#held);
  }
}
