/** The package koffi, which calls native code: an optional peer, loaded at run time. */
import type { NodeModules } from "./node.ts";

/** A function of a loaded library. */
export type NativeFunction = (...args: unknown[]) => unknown;

export interface NativeLibrary {
  func(name: string, result: string, parameters: readonly string[]): NativeFunction;
}

/** What of koffi is used. */
export interface Koffi {
  /** A library, or all that the process has loaded already. */
  load(path: string | null): NativeLibrary;
  /** Where a buffer lies. */
  address(buffer: ArrayBufferView): bigint;
  config(options: { readonly sync_stack_size: number }): void;
}

/** Vendor libraries recurse deeper than koffi's own 2 MiB; 16 MiB are its most. */
const STACK_BYTES = 16 * 1024 * 1024;

let loaded: Koffi | null | undefined;

/** Null where the package is not installed. */
export function loadKoffi(node: NodeModules): Koffi | null {
  if (loaded !== undefined) return loaded;
  try {
    loaded = node.module.createRequire(import.meta.url)("koffi") as Koffi;
  } catch {
    return (loaded = null);
  }
  try {
    loaded.config({ sync_stack_size: STACK_BYTES });
  } catch {
    // Somebody made calls before us: the stack is theirs to size.
  }
  return loaded;
}
