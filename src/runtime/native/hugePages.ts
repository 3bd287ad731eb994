/** Large pages of memory: what is read from all over is found sooner, and first touch asks the system more rarely. */
import { loadKoffi } from "./koffi.ts";
import { nodeModules } from "./node.ts";

/** What madvise(2) calls MADV_HUGEPAGE. */
const HUGE = 14;

/**
 * Asks Linux for large pages in `bytes` bytes of address space from the beginning of `memory`, also where they are not in use yet. Elsewhere, and where
 * koffi is not installed, nothing happens.
 */
export function adviseHugePages(memory: Uint8Array, bytes: number): void {
  const node = nodeModules();
  if (node === null || node.os.platform() !== "linux") return;
  const koffi = loadKoffi(node);
  if (koffi === null) return;
  try {
    const madvise = koffi.load(null).func("madvise", "int", ["uint64", "uint64", "int"]);
    madvise(koffi.address(memory), bytes, HUGE);
  } catch {
    // A C library that hides it: small pages do as well.
  }
}
