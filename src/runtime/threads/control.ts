/** Where what lies in the block of shared memory by which the pool speaks with its workers: numbers of 4-byte words, but `product`. */
export const MOST_WORKERS = 64;

const FIRST_LIST = 16;
const PRODUCT = FIRST_LIST + 2 * MOST_WORKERS;
const OPERANDS = 14;

type Word =
  | "generation"
  | "isOpen"
  | "inside"
  | "next"
  | "end"
  | "chunk"
  | "working"
  | "module"
  | "kernel"
  | "frame"
  | "frameStride"
  | "byRows"
  | "elementBytes"
  | "failed"
  | "sleeping"
  | "ready"
  | "product"
  | "words";

export const CONTROL: Readonly<Record<Word, number>> = {
  /** Counts jobs; workers watch it. */
  generation: 0,
  /** 1 while a job may be joined. */
  isOpen: 1,
  /** Workers that are in a job at present. */
  inside: 2,
  /** The job: rounds `next` to `end` are handed out `chunk` at a time to workers below `working`. */
  next: 3,
  end: 4,
  chunk: 5,
  working: 6,
  module: 7,
  /** The number of a kernel of a program, or -1 for a matrix product. */
  kernel: 8,
  /** Worker w uses the frame at `frame + w * frameStride`. */
  frame: 9,
  frameStride: 10,
  /** Matrix products: whether rows of the result are handed out, or columns. */
  byRows: 11,
  elementBytes: 12,
  /** 1 when a worker could not do its part. */
  failed: 13,
  /** One word for each worker. */
  sleeping: FIRST_LIST,
  ready: FIRST_LIST + MOST_WORKERS,
  /** The 14 operands of a matrix product, counted in 8-byte words. */
  product: PRODUCT / 2,
  words: PRODUCT + 2 * OPERANDS,
};
