/** Arrays in the arena: shared values that live there, and windows on its memory. */
import { contiguousStrides } from "../../array/layout.ts";
import { NdArray } from "../../array/ndArray.ts";
import { slotsOf, typedArrayOf, type DataOf, type DType, type TypedArray } from "../../dtype.ts";
import type { Arena } from "../../runtime/wasm/arena.ts";
import { Container, type DeviceHome } from "../container.ts";
import { Holdings, type Block } from "./holdings.ts";

/** The memory as slots of a dtype. */
export function slotsView<D extends DType>(arena: Arena, dtype: D): DataOf<D> {
  const { views } = arena;
  switch (dtype as DType) {
    case "bool":
    case "uint8":
      return views.u8 as DataOf<D>;
    case "int8":
      return views.i8 as DataOf<D>;
    case "int16":
      return views.i16 as DataOf<D>;
    case "uint16":
    case "float16":
      return views.u16 as DataOf<D>;
    case "int32":
      return views.i32 as DataOf<D>;
    case "uint32":
      return views.u32 as DataOf<D>;
    case "int64":
      return views.i64 as DataOf<D>;
    case "uint64":
      return views.u64 as DataOf<D>;
    case "float32":
    case "complex64":
      return views.f32 as DataOf<D>;
    default:
      return views.f64 as DataOf<D>;
  }
}

/** Copies an array into the arena. */
export function writeArray(arena: Arena, offset: number, value: NdArray): void {
  const slots = slotsView(arena, value.dtype);
  const at = offset / slots.BYTES_PER_ELEMENT;
  const { data } = value;
  (slots as Float64Array).set(data as Float64Array, at);
}

/** A fresh array with the elements at `offset`. */
export function readArray<D extends DType>(
  arena: Arena,
  dtype: D,
  offset: number,
  shape: readonly number[],
  size: number,
): NdArray<D> {
  const slots = slotsView(arena, dtype);
  const at = offset / slots.BYTES_PER_ELEMENT;
  const data = slots.slice(at, at + size * slotsOf(dtype)) as DataOf<D>;
  return NdArray.wrap(dtype, data, shape);
}

const owners = new WeakMap<NdArray, object>();

/**
 * A window on the arena that follows the memory when it grows. Overwritten by whoever owns the place; `owner` is kept alive as long as the
 * window, so that the place is not given to somebody else.
 */
export function windowOn<D extends DType>(
  arena: Arena,
  dtype: D,
  offset: number,
  shape: readonly number[],
  size: number,
  owner: object,
): NdArray<D> {
  const make = (): TypedArray => new (typedArrayOf(dtype))(arena.memory.buffer, offset, size * slotsOf(dtype));
  let view = make();
  const array = NdArray.wrap(dtype, view as DataOf<D>, shape, contiguousStrides(shape));
  Object.defineProperty(array, "buffer", {
    enumerable: true,
    get() {
      if (view.buffer !== arena.memory.buffer) view = make();
      return view;
    },
  });
  owners.set(array, owner);
  return array;
}

/** A shared value in the arena. */
export class ArenaHome implements DeviceHome {
  readonly arena: Arena;
  readonly dtype: DType;
  readonly #holdings: Holdings;
  shape: readonly number[];
  size: number;

  constructor(value: NdArray, arena: Arena, owner: string) {
    const bytes = value.size * slotsOf(value.dtype) * typedArrayOf(value.dtype).BYTES_PER_ELEMENT;
    this.arena = arena;
    this.dtype = value.dtype;
    this.shape = value.shape;
    this.size = value.size;
    this.#holdings = new Holdings(arena, 1);
    writeArray(arena, this.#holdings.reserve(0, bytes, owner).offset, value);
  }

  get block(): Block {
    return this.#holdings.blocks[0]!;
  }

  /** The value is now what lies in `other`, which gets the storage of the old one. */
  exchange(other: Block): void {
    const { block } = this;
    const { offset, bytes } = block;
    Object.assign(block, other);
    Object.assign(other, { offset, bytes });
  }

  read(borrow: boolean): NdArray {
    const { arena, dtype, block, shape, size } = this;
    return borrow
      ? windowOn(arena, dtype, block.offset, shape, size, this)
      : readArray(arena, dtype, block.offset, shape, size);
  }

  release(): void {
    this.#holdings.free();
  }
}

/** The home of a shared value in this arena; the value is moved there, in the name of its owner, if it is not. */
export function homeIn(arena: Arena, container: Container, owner: object): ArenaHome {
  const { home } = container;
  if (home instanceof ArenaHome && home.arena === arena) return home;
  const value = container.get(true);
  const made = new ArenaHome(value, arena, String(owner));
  container.moveTo(made);
  return made;
}
