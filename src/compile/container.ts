/** Where a shared variable's value lives: in an ordinary array until a compiled function takes it to its device. */
import type { NdArray } from "../array/ndArray.ts";
import type { SharedContainer } from "../graph/variable.ts";

/** A value's home on a device, made by the linker that runs there. */
export interface DeviceHome {
  /** A copy in ordinary memory, or a window on the device's memory when `borrow` and the device allows it. */
  read(borrow: boolean): NdArray;
  release(): void;
}

/**
 * Holds the value either as an array (`host`) or on a device (`home`); whoever writes one clears the other.
 * Several functions may share one container.
 */
export class Container implements SharedContainer {
  #host: NdArray | null;
  #home: DeviceHome | null = null;
  #version = 0;

  constructor(value: NdArray) {
    this.#host = value;
  }

  get version(): number {
    return this.#version;
  }

  get home(): DeviceHome | null {
    return this.#home;
  }

  get(borrow: boolean): NdArray {
    if (this.#home !== null) return this.#home.read(borrow);
    return borrow ? this.#host! : this.#host!.copy();
  }

  set(value: NdArray, borrow: boolean): void {
    this.#host = borrow ? value : value.copy();
    this.#home?.release();
    this.#home = null;
    this.#version++;
  }

  /** The value now lives on a device; the old home, if it is another one, is released. */
  moveTo(home: DeviceHome): void {
    if (this.#home !== null && this.#home !== home) this.#home.release();
    this.#home = home;
    this.#host = null;
  }

  /** Back to ordinary memory, leaving the device. */
  evict(): void {
    if (this.#home === null) return;
    this.#host = this.#home.read(false);
    this.#home.release();
    this.#home = null;
  }
}
