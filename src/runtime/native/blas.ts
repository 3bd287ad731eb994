/** Which libraries may hold a BLAS here. */

/** Names to try in turn, from the flag `blas.ldflags`: `auto`, nothing for our own products, a path, or flags for a linker (`-L/opt/lib -lopenblas`). */
export function blasCandidates(ldflags: string): string[] {
  const text = ldflags.trim();
  if (text === "") return [];
  if (text === "auto") return process.platform === "darwin" ? [ACCELERATE, ...OPENBLAS_DARWIN] : [...OPENBLAS];
  const folders: string[] = [];
  const names: string[] = [];
  for (const flag of text.split(/\s+/)) {
    if (flag.startsWith("-L")) folders.push(flag.slice(2));
    else if (flag.startsWith("-l")) names.push(...libraryFiles(flag.slice(2)));
    else if (!flag.startsWith("-")) names.push(flag);
  }
  const placed = folders.flatMap((folder) => names.filter((n) => !n.includes("/")).map((n) => `${folder}/${n}`));
  return [...placed, ...names];
}

const OPENBLAS: readonly string[] = ["libopenblas.so.0", "libopenblas.so", "libmkl_rt.so.2", "libblis.so.4"];
const OPENBLAS_DARWIN: readonly string[] = ["/opt/homebrew/opt/openblas/lib/libopenblas.dylib", "libopenblas.dylib"];
const ACCELERATE = "/System/Library/Frameworks/Accelerate.framework/Accelerate";

function libraryFiles(name: string): string[] {
  if (process.platform === "darwin") return [`lib${name}.dylib`];
  return [`lib${name}.so`, `lib${name}.so.0`, `lib${name}.so.3`];
}
